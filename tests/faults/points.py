"""Fault points of one process: every write to a database, every name made or taken in a folder, every fsync.

Installed only in processes that tests have forked. At the chosen point the process is killed, or its disk is full from
then on. Killing after a point and before the next one is the same thing, so each point is one place before a change.
"""

import errno
import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any, Literal

from django.db import OperationalError, connections

Mode = Literal["count", "kill", "full"]

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "VACUUM")
_NAMES = ("rename", "replace", "link", "symlink", "mknod", "mkdir")
_NO_ROOM = "database or disk is full"


class Points:
    """Counts the fault points of this process, and lets the worst happen at number `at` (from 1)."""

    def __init__(self, mode: Mode, at: int = 0) -> None:
        self.mode, self.at = mode, at
        self.passed: list[str] = []

    def install(self) -> None:
        """Watch this process from now on; it is not undone: the process is a throw-away."""
        self._watch_main_database()
        self._watch_other_databases()
        self._watch_folders()

    def _reached(self, name: str, error: Callable[[], Exception] | None) -> None:
        self.passed.append(name)
        number = len(self.passed)
        if self.mode == "kill" and number == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "full" and number >= self.at and error is not None:
            raise error()

    def _watch_main_database(self) -> None:
        connection = connections["default"]
        commit = connection._commit

        def statement(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            words = str(sql).split(maxsplit=3)
            if words and words[0].upper() in _WRITES:
                self._reached("database: " + " ".join(words[:3])[:50], lambda: OperationalError(_NO_ROOM))
            return execute(sql, params, many, context)

        def committed() -> Any:
            self._reached("database: commit", lambda: OperationalError(_NO_ROOM))
            return commit()

        connection.execute_wrappers.append(statement)
        connection._commit = committed  # type: ignore[method-assign]

    def _watch_other_databases(self) -> None:
        """The key files and the index have connections of their own, straight from sqlite3."""
        points, connect = self, sqlite3.connect

        def no_room() -> Exception:
            return sqlite3.OperationalError(_NO_ROOM)

        class Watched(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> Any:
                words = sql.split(maxsplit=3)
                if words and words[0].upper() in (*_WRITES, "COMMIT"):
                    points._reached("file: " + " ".join(words[:3])[:50], no_room)
                return super().execute(sql, *values)

            def executescript(self, sql: str) -> Any:
                points._reached("file: script", no_room)
                return super().executescript(sql)

            def backup(self, *values: Any, **named: Any) -> Any:
                points._reached("file: backup", no_room)
                return super().backup(*values, **named)

        def watched(*values: Any, **named: Any) -> sqlite3.Connection:
            return connect(*values, factory=Watched, **named)

        sqlite3.connect = watched  # type: ignore[assignment]

    def _watch_folders(self) -> None:
        for name in (*_NAMES, "fsync"):
            setattr(os, name, self._watched(f"os.{name}", getattr(os, name), full=True))
        # Room is not needed for taking a name away.
        for name in ("unlink", "remove", "rmdir"):
            setattr(os, name, self._watched(f"os.{name}", getattr(os, name), full=False))
        opened = os.open

        def open_file(path: Any, flags: int, *values: Any, **named: Any) -> int:
            if flags & os.O_CREAT:
                self._reached("os.open", _full)
            return opened(path, flags, *values, **named)

        os.open = open_file  # type: ignore[assignment]

    def _watched(self, name: str, real: Callable[..., Any], *, full: bool) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            self._reached(name, _full if full else None)
            return real(*values, **named)

        return call


def _full() -> Exception:
    return OSError(errno.ENOSPC, "No space left on device")
