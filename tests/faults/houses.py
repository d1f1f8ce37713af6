"""Whole small houses in folders: laid out once, copied for each fault, entered by processes that tests fork.

The parent never touches a house's data; what a process found comes back as JSON.
"""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import override_settings

from dms.intake.services import splitting
from dms.vault import sealing
from search import indexing
from tests.database import state_of_the_migrations

from .points import Mode, Points


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process in a house ended: killed or not, what it returned, and the fault points it passed."""

    killed: bool
    result: Any = None
    points: tuple[str, ...] = ()
    trace: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A folder with everything an installation has: vault, keys and replica, index, anchors; and a database.

    The database is a file in the folder, or one of its own on the PostgreSQL server of the tests.
    """

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> "House":
        """Return an empty house with a migrated database."""
        folder.mkdir()
        house, tests_own = cls(folder), connections["default"].settings_dict["NAME"]
        if connections["default"].vendor == "sqlite":
            with closing(sqlite3.connect(tests_own)) as source, closing(sqlite3.connect(house.database)) as copy:
                source.backup(copy)
        else:
            _clone(f"juanzong_template_{state_of_the_migrations()}", house.database)
        return house

    @property
    def database(self) -> str:
        """Return the database's path, or its name on the server."""
        if connections["default"].vendor == "sqlite":
            return str(self.folder / "database.sqlite3")
        return "house_" + hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]

    def copied_to(self, folder: Path) -> "House":
        """Return a copy of this house that may be ruined."""
        shutil.copytree(self.folder, folder, symlinks=True)
        copy = House(folder)
        if connections["default"].vendor != "sqlite":
            _clone(self.database, copy.database)
        return copy

    def remove(self) -> None:
        """Take the house away."""
        shutil.rmtree(self.folder)
        if connections["default"].vendor != "sqlite":
            _on_the_server(f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def do(self, deed: Callable[[], Any], *, mode: Mode = "count", at: int = 0) -> Ended:
        """Do `deed` in a process of its own in this house, with the worst at fault point `at`; return how it ended.

        `deed` returns what JSON can say. An exception in it is handed over as its traceback.
        """
        connections.close_all()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                _answer(writing, self, deed, Points(mode, at))
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return Ended(killed=os.WTERMSIG(status) == signal.SIGKILL)
        answer = json.loads(said)
        return Ended(False, answer["result"], tuple(answer["points"]), answer["trace"])

    def enter(self) -> None:
        """Let this process live in the house, for good: only a forked one may."""
        override_settings(**_settings(self.folder)).enable()
        connection = connections["default"]
        connection.settings_dict["NAME"] = self.database
        if connection.vendor == "sqlite":
            connection.settings_dict["OPTIONS"]["timeout"] = 5
        splitting._benches.clear()
        sealing.forget_keys()
        indexing._sweeper = indexing.Sweeper()


def _clone(source: str, target: str) -> None:
    _on_the_server(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _on_the_server(statement: str) -> None:
    with connections["default"]._nodb_cursor() as server:
        server.execute(statement)


def _answer(pipe: int, house: House, deed: Callable[[], Any], points: Points) -> None:
    house.enter()
    result, trace = None, ""
    points.install()
    try:
        result = deed()
    except BaseException:
        trace = traceback.format_exc()
    passed = list(points.passed)
    points.mode = "count"
    said = json.dumps({"result": result, "points": passed, "trace": trace}, default=str).encode()
    with os.fdopen(pipe, "wb") as file:
        file.write(said)


def _settings(folder: Path) -> dict[str, Any]:
    from django.conf import settings

    vault = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder / "vault"}}
    return {
        "DATA_DIR": folder,
        "STORAGES": {**settings.STORAGES, "vault": vault},
        "VAULT_KEY_STORE": folder / "keys",
        "VAULT_KEY_REPLICAS": [folder / "keys-replica"],
        "VAULT_MASTER_KEY": "",
        "VAULT_MASTER_KEY_FILE": str(folder / "master-key" / "master.age"),
        "SEARCH_INDEX": folder / "search" / "index.sqlite3",
        "JOURNAL_ANCHOR_FILE": folder / "journal-anchors.txt",
        "BACKUP_DIR": str(folder / "backups"),
    }
