"""What `record` writes: values of that moment, no references, nothing personal in readable columns."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from dms.core import clock
from dms.journal import keys, services
from dms.journal.models import JournalEntry, JournalKey
from dms.journal.services import record, record_many
from dms.organisation.models import Fonds, User

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def a_user(**values: str) -> User:
    return User.objects.create(username="li", display_name="李四", **values)


def test_writes_who_what_and_when_as_values() -> None:
    fonds = Fonds.objects.create(code="WY", name="物业")
    user = a_user()
    with clock.at(MOMENT):
        entry = record("fonds.created", by=user, thing=fonds, thing_label="WY", facts={"页": 3})
    entry = JournalEntry.objects.get(pk=entry.pk)
    assert (entry.at, entry.actor_id, entry.actor_name) == (MOMENT, user.pk, "李四")
    assert (entry.thing_type, entry.thing_id, entry.thing_label) == ("organisation.fonds", str(fonds.pk), "WY")
    assert entry.facts == {"页": 3}
    assert (entry.refused, entry.sealed, entry.address) == (False, None, "")


def test_a_thing_is_named_by_its_public_id_and_label_where_it_has_them() -> None:
    user = a_user()
    entry = record("person.created", by=None, thing=user)
    assert (entry.thing_id, entry.thing_label) == (user.public_id, user.username)


def test_the_system_has_no_name() -> None:
    entry = record("journal.sealed", by=None)
    assert (entry.actor_id, entry.actor_name, entry.actor_post) == (None, "", "")


def test_the_line_stays_when_the_person_is_renamed() -> None:
    user = a_user()
    entry = record("page.read", by=user)
    User.objects.filter(pk=user.pk).update(display_name="王五")
    assert JournalEntry.objects.get(pk=entry.pk).actor_name == "李四"


@pytest.mark.parametrize(("action", "refused"), [("look.refused", True), ("page.read", False), ("refused.look", False)])
def test_codes_that_end_in_refused_count_as_refusals(action: str, refused: bool) -> None:
    assert record(action, by=None).refused is refused


def test_rolls_back_with_what_it_records() -> None:
    with transaction.atomic():
        record("page.read", by=None)
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


@pytest.mark.rule("D1")
def test_sealed_particulars_stand_nowhere_readable() -> None:
    entry = record("search.run", by=None, facts={"hits": 2}, sealed="张三 身份证")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM journal_journalentry WHERE id = %s", [entry.pk])
        row = cursor.fetchone()
    stored = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
    assert "张三".encode() not in stored
    assert json.dumps("张三").strip('"').encode() not in stored
    assert keys.unseal(entry.sealed, entry.sealed_key) == "张三 身份证"


def test_one_key_a_month_seals_particulars() -> None:
    with clock.at(datetime(2026, 1, 10, tzinfo=UTC)):
        first, second = (record("search.run", by=None, sealed=word) for word in ("甲", "乙"))
    with clock.at(datetime(2026, 2, 10, tzinfo=UTC)):
        third = record("search.run", by=None, sealed="丙")
    assert first.sealed_key == second.sealed_key != third.sealed_key
    assert list(JournalKey.objects.order_by("month").values_list("month", flat=True)) == ["2026-01", "2026-02"]


def test_many_things_get_a_line_each() -> None:
    things = [Fonds.objects.create(code=f"F{n}", name="x") for n in range(3)]
    entries = record_many("fonds.changed", by=None, things=things, facts={"fields": ["name"]})
    assert [entry.thing_id for entry in entries] == [str(thing.pk) for thing in things]
    assert JournalEntry.objects.filter(action="fonds.changed").count() == 3
    assert {entry.facts["fields"][0] for entry in entries} == {"name"}


def test_facts_that_json_cannot_say_are_refused_and_nothing_is_written() -> None:
    for facts in ({"a": float("nan")}, {"a": object()}):
        with pytest.raises((TypeError, ValueError)):
            record("page.read", by=None, facts=facts)
    assert not JournalEntry.objects.exists()


def test_text_that_a_database_cannot_keep_is_made_keepable() -> None:
    by = SimpleNamespace(pk=7, get_full_name=lambda: "a\x00b\ud800" + "长" * 300, journal_post="")
    entry = record("page.read", by=by, thing_label="L\x00" + "9" * 400)
    stored = JournalEntry.objects.get(pk=entry.pk)
    assert stored.actor_name == ("ab?" + "长" * 300)[:150]
    assert stored.thing_label == ("L" + "9" * 400)[:200]


def test_the_address_of_the_request_is_written_down() -> None:
    token = services.address_in_use.set("2001:db8::1")
    try:
        assert record("page.read", by=None).address == "2001:db8::1"
    finally:
        services.address_in_use.reset(token)
