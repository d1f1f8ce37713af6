"""One key, one act: whatever is sent again under it is answered the same, and done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from dms.config import idempotency
from dms.config.models import KeptAnswer
from dms.core import clock
from dms.holdings.models import Dossier
from dms.journal.models import JournalEntry

from .conftest import Program, World, a_world, program_of
from .test_dossiers import new

pytestmark = [pytest.mark.usefixtures("in_english")]


@pytest.mark.django_db
def test_the_same_request_under_a_key_is_done_once_and_answered_the_same(world: World, archivist: Program) -> None:
    body = new(world)
    first = archivist("post", "/dossiers", body, Idempotency_Key="k-1")
    again = archivist("post", "/dossiers", body, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert (again["Idempotent-Replayed"], again["ETag"], again["Location"]) == ("true", '"v1"', first["Location"])
    assert "Idempotent-Replayed" not in first
    assert Dossier.objects.filter(name="李四").count() == 1
    assert JournalEntry.objects.filter(action="dossier.created").count() == 2


@pytest.mark.django_db
def test_another_request_under_the_key_is_refused(world: World, archivist: Program) -> None:
    archivist("post", "/dossiers", new(world), Idempotency_Key="k-1")
    other = archivist("post", "/dossiers", new(world, name="王五"), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert not Dossier.objects.filter(name="王五").exists()


@pytest.mark.django_db
def test_what_was_refused_is_not_kept(world: World, archivist: Program) -> None:
    body = {"name": "钱敏"}
    address = f"/dossiers/{world.dossier.public_id}"
    assert archivist("patch", address, body, If_Match="*", Idempotency_Key="k").json()["code"] == "reason_needed"
    assert KeptAnswer.objects.count() == 0
    again = archivist("patch", address, {**body, "reason": "申请"}, If_Match="*", Idempotency_Key="k")
    assert again.status_code == 200


@pytest.mark.django_db
def test_a_key_is_each_persons_own(world: World, archivist: Program) -> None:
    body = {"title": "收据"}
    address = f"/dossiers/{world.dossier.public_id}/items"
    one = archivist("post", address, body, Idempotency_Key="k")
    two = world.program("staff1")("post", address, body, Idempotency_Key="k")
    assert {one.status_code, two.status_code} == {201}
    assert one.json()["id"] != two.json()["id"]


@pytest.mark.django_db
def test_an_answer_is_forgotten_after_a_day(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}/items"
    one = archivist("post", address, {"title": "收据"}, Idempotency_Key="k").json()
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        two = archivist("post", address, {"title": "收据"}, Idempotency_Key="k").json()
        assert one["id"] != two["id"]
    with clock.at(clock.now() + timedelta(days=3)):
        assert idempotency.forget() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel"])
def test_a_key_that_is_none_is_refused(world: World, archivist: Program, key: str) -> None:
    refused = archivist("post", "/dossiers", new(world), Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_key")


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_under_one_key_open_one_dossier() -> None:
    world = a_world()
    program, body = program_of(world.house.archivist), new(world)

    def send(_number: int) -> bytes:
        try:
            answer = Program(type(program.client)(), program.secret)(
                "post", "/dossiers", body, Idempotency_Key="at-once"
            )
            assert answer.status_code == 201
            return bytes(answer.content)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = set(threads.map(send, range(4)))
    assert len(answers) == 1
    assert Dossier.objects.filter(name="李四").count() == 1


@pytest.mark.django_db
def test_where_the_answer_cannot_be_kept_nothing_was_done(
    world: World, archivist: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object) -> None:
        raise OSError("killed between the act and its answer")

    monkeypatch.setattr(idempotency, "_fill", killed)
    with pytest.raises(OSError, match="killed"):
        archivist("post", "/dossiers", new(world), Idempotency_Key="k")
    monkeypatch.undo()
    assert not Dossier.objects.filter(name="李四").exists()
    assert not JournalEntry.objects.filter(action="dossier.created").exclude(thing_id=world.dossier.public_id).exists()
    assert archivist("post", "/dossiers", new(world), Idempotency_Key="k").status_code == 201
