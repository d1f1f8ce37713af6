"""While an upload streams in and is sealed, and while a file is split, no transaction is open."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from dms.intake.files.bench import Bench
from dms.intake.files.pages import SplitPage
from dms.intake.models import ReceivedFile, ScanBatch
from dms.intake.services import open_batch, receive_file, split_next
from tests.factories import a_dossier, a_house
from tests.transactions import open_transactions

from .foreign import scan_pdf

pytestmark = pytest.mark.django_db(transaction=True)


class Watched(io.BytesIO):
    """A stream that looks, whenever something is read from it, whether a transaction is open."""

    def __init__(self, data: bytes, seen: list[int]) -> None:
        super().__init__(data)
        self.seen = seen

    def read(self, size: int | None = -1) -> bytes:
        """Look, then read."""
        self.seen.append(open_transactions())
        return super().read(size)


@pytest.fixture
def batch() -> ScanBatch:
    house = a_house()
    dossier = a_dossier(house.archivist, house.service)
    return open_batch(dossier=dossier, section=dossier.kind.sections.first(), acting_user=house.archivist)


@pytest.mark.rule("B1")
def test_none_is_open_while_an_upload_streams_into_the_web_process(batch: ScanBatch):
    seen: list[int] = []
    client = Client()
    client.force_login(batch.opened_by, backend="dms.organisation.backends.PostBackend")
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("合同.pdf", scan_pdf(["一"]))})
    answer = client.generic(
        "POST", reverse("intake:upload", args=[batch.public_id]), body, MULTIPART_CONTENT,
        **{"wsgi.input": Watched(body, seen)},
    )  # fmt: skip
    assert answer.status_code == 302
    assert ReceivedFile.objects.get().state == "received"
    assert seen and set(seen) == {0}


@pytest.mark.rule("B1")
def test_none_is_open_while_what_was_uploaded_is_sealed(batch: ScanBatch):
    seen: list[int] = []
    receive_file(batch=batch, file=Watched(scan_pdf(["一"]), seen), name="合同.pdf", acting_user=batch.opened_by)
    assert seen and set(seen) == {0}


@pytest.mark.rule("B1")
def test_none_is_open_while_a_page_is_split_off(batch: ScanBatch, monkeypatch):
    seen: list[int] = []
    real = Bench.page

    def page(bench: Bench, index: int) -> SplitPage:
        seen.append(open_transactions())
        return real(bench, index)

    monkeypatch.setattr(Bench, "page", page)
    receive_file(batch=batch, file=io.BytesIO(scan_pdf(["一", "二"])), name="合同.pdf", acting_user=batch.opened_by)
    while split_next("w1"):
        pass
    assert seen == [0, 0]
