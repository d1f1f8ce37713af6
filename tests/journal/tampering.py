"""What somebody with a database shell does to a journal: takes the guards away, changes it, puts them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from dms.journal.models import JournalEntry, JournalSeal
from dms.journal.sealing import seal_all
from dms.journal.services import record

from .flushing import guards_lifted


@contextmanager
def database_shell() -> Iterator[Any]:
    """Yield a cursor that nothing holds back: no triggers, no foreign keys (they are deferred to a commit on SQLite)."""
    with guards_lifted(connection), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = DEFAULT")


def tamper(statement: str, parameters: list[Any] | None = None) -> None:
    """Run one statement that the guards would refuse."""
    with database_shell() as cursor:
        cursor.execute(statement, parameters or [])


def a_sealed_journal(count: int = 8) -> list[int]:
    """Write and seal entries; return their ids in seal order."""
    for number in range(count):
        record("page.read", by=None, thing_label=f"WY-{number}", facts={"n": number}, sealed="x" if number == 3 else "")
    seal_all()
    ids = list(JournalSeal.objects.order_by("seq").values_list("entry_id", flat=True))
    assert len(ids) == JournalEntry.objects.count() == count
    return ids
