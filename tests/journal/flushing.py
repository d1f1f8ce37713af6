"""Lets the test runner empty the database between transactional tests; nothing outside tests/ can lift the guards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from dms.arrangement import guards as volume_guards
from dms.holdings import guards as item_guards
from dms.journal import guards


@contextmanager
def guards_lifted(connection: Any) -> Iterator[None]:
    """Drop the journal's triggers and those of closed volumes, and put them back afterwards."""
    others = {item_guards.TABLE: item_guards.names(), **volume_guards.names()}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # no table may be altered while checks of its rows are due
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in guards.GUARDED:
            names = [f"{table}_{act}" for act in ("update", "delete", "replace")]
            if connection.vendor == "postgresql":
                names = [f"{table}_guard"]
            for name in names:
                where = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")
        for names in others.values() if connection.vendor == "sqlite" else ():
            for name in names:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    try:
        yield
    finally:
        for room in (guards, item_guards, volume_guards):
            room.install(connection)


@pytest.fixture(scope="session", autouse=True)
def journal_may_be_flushed() -> Iterator[None]:
    """Wrap Django's flush, which would be refused, in `guards_lifted`."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_guards(self: Any, sql_list: list[str]) -> None:
        if not any("journal_journalentry" in str(statement) for statement in sql_list):
            flush(self, sql_list)
            return
        with guards_lifted(self.connection):
            flush(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = flush_without_guards  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
