"""While a page is read, and while its text is sealed, no transaction is open: nobody waits for an engine or a disk."""

import pytest
from django.db import transaction

from ocr import tasks
from ocr.services import recognising
from ocr.tasks import recognise_next
from tests.transactions import open_transactions

from .conftest import Desk, Told, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_looking_from_outside_sees_a_transaction_that_is_open(desk: Desk):
    with transaction.atomic():
        desk.page.save()
        assert open_transactions() == 1
    assert open_transactions() == 0


@pytest.mark.rule("B1")
def test_none_is_open_while_the_engine_reads_and_while_the_text_is_sealed(desk: Desk, monkeypatch):
    seen: list[int] = []
    told = Told(text_of("物业服务合同"), meanwhile=lambda: seen.append(open_transactions()))
    real = recognising.seal_all
    monkeypatch.setattr(tasks, "_sandbox", lambda: told)
    monkeypatch.setattr(recognising, "seal_all", lambda data: (seen.append(open_transactions()), real(data))[1])
    assert recognise_next("w1") == 1
    assert seen == [0, 0]
    assert desk.now().state == "recognised"
