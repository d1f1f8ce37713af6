"""Lends the index file to Django's own SQLite connection, read-only, so that hits and rights meet in one statement.

Attached read-only it takes no part in the main database's write locks. The generation is compared before every query:
an open connection would go on reading a file that was replaced.
"""

import sqlite3
from contextlib import suppress
from typing import Any

from django.db import DatabaseError

from . import files
from .embedded import EmbeddedEngine

_NAME = "juanzong_index_{generation}"


def schema_for(connection: Any, engine: EmbeddedEngine) -> str:
    """Return the schema name under which `connection` (Django's, SQLite) sees the present generation."""
    connection.ensure_connection()
    raw, path = connection.connection, engine.files.current()
    state = getattr(connection, "_search_index", None)
    if state is None or state[0] is not raw or state[1] != path:
        if state is not None and state[0] is raw:
            _detach(raw, state[2])
        state = (raw, path, _attach(raw, path))
        connection._search_index = state
    return str(state[2])


def _attach(raw: sqlite3.Connection, path: Any) -> str:
    name = _NAME.format(generation=files.generation_of(path))
    held = dict(row[1:] for row in raw.execute("PRAGMA database_list"))
    if held.get(name) not in (None, str(path.resolve())):
        _detach(raw, name)
    if held.get(name) != str(path.resolve()):
        try:
            raw.execute(f"ATTACH DATABASE ? AS {name}", (files.uri_of(path, "ro"),))
        except sqlite3.Error as error:
            raise DatabaseError(f"the search index could not be opened: {error}") from error
    return name


def _detach(raw: sqlite3.Connection, name: str) -> None:
    """Let go of an old generation; inside a transaction that is not possible, and it stays unused until the end."""
    with suppress(sqlite3.OperationalError):
        raw.execute(f"DETACH DATABASE {name}")
