"""Looks from outside whether anybody holds a transaction open on the database of the test."""

import sqlite3
from contextlib import closing

from django.db import connection


def open_transactions() -> int:
    """Return how many sessions stand in a transaction now, as another session sees it (SQLite: writers, 0 or 1)."""
    if connection.vendor == "sqlite":
        return _writers(str(connection.settings_dict["NAME"]))
    import psycopg

    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with closing(psycopg.connect(**{name: given[name] for name in names if name in given})) as other:
        row = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL"
        ).fetchone()
    return int(row[0]) if row else 0


def _writers(path: str) -> int:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return 1
    return 0
