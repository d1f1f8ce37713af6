"""No code path and no SQL changes or deletes a line of the journal while the triggers stand."""

import pytest
from django.db import DatabaseError, connection, transaction

from dms.journal import guards, sealing
from dms.journal.models import Immutable, JournalEntry, JournalKey, JournalSeal
from dms.journal.services import record

pytestmark = pytest.mark.django_db

ATTACKS = {
    "update an entry": "UPDATE journal_journalentry SET action = 'x'",
    "update one column with its own value": "UPDATE journal_journalentry SET facts = facts",
    "delete an entry": "DELETE FROM journal_journalentry",
    "update a seal": "UPDATE journal_journalseal SET hash = 'x'",
    "delete a seal": "DELETE FROM journal_journalseal",
    "update a key's month": "UPDATE journal_journalkey SET month = '1999-01'",
    "delete a key": "DELETE FROM journal_journalkey",
}
ON_SQLITE = {
    "replace an entry": "INSERT OR REPLACE INTO journal_journalentry SELECT * FROM journal_journalentry",
    "replace a seal": "REPLACE INTO journal_journalseal SELECT * FROM journal_journalseal",
    "upsert an entry": "INSERT INTO journal_journalentry SELECT * FROM journal_journalentry WHERE true "
    "ON CONFLICT (id) DO UPDATE SET action = 'x'",
}
ON_POSTGRESQL = {
    "truncate": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE journal_journalentry CASCADE",
    "truncate the seals": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE journal_journalseal",
    "upsert an entry": "INSERT INTO journal_journalentry SELECT * FROM journal_journalentry "
    "ON CONFLICT (id) DO UPDATE SET action = 'x'",
    "play replica": "SET LOCAL session_replication_role = replica; DELETE FROM journal_journalseal",
}


def contents() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (JournalEntry, JournalSeal, JournalKey)]


@pytest.mark.rule("C6")
@pytest.mark.parametrize("attack", sorted({*ATTACKS, *ON_SQLITE, *ON_POSTGRESQL}))
def test_the_database_itself_refuses_to_change_the_journal(attack: str) -> None:
    own = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL
    statement = {**ATTACKS, **own}.get(attack)
    if statement is None:
        return  # an attack that only the other database knows
    record("page.read", by=None, sealed="secret words")
    sealing.seal_pending()
    before = contents()
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert contents() == before


def test_an_insert_beside_the_application_is_not_refused_but_has_no_stamp() -> None:
    # verify_journal is what names it; see test_verification.
    entry = record("page.read", by=None)
    assert len(entry.stamp) == 48


@pytest.mark.rule("C6")
@pytest.mark.parametrize(
    "attempt",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: JournalEntry.objects.update(action="x"),
        lambda entry: JournalEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: JournalEntry.objects.bulk_update([entry], ["action"]),
        lambda entry: JournalEntry.objects.update_or_create(pk=entry.pk, defaults={"action": "x"}),
        lambda entry: JournalSeal.objects.all().delete(),
        lambda entry: JournalEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
        ),
    ],
    ids=["save", "delete", "update", "queryset delete", "bulk update", "update or create", "seals", "bulk upsert"],
)
def test_the_models_refuse_too(attempt) -> None:
    entry = record("page.read", by=None)
    sealing.seal_pending()
    entry.action = "page.forged"
    before = contents()
    with pytest.raises((Immutable, DatabaseError)), transaction.atomic():
        attempt(entry)
    assert contents() == before


def test_all_guards_stand_after_the_migrations() -> None:
    assert guards.missing(connection) == []


def test_guards_are_put_back_by_the_next_migration() -> None:
    table = "journal_journalentry"
    name = f"{table}_guard" if connection.vendor == "postgresql" else f"{table}_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert guards.missing(connection) == [name]
    guards.install(connection)
    assert guards.missing(connection) == []
