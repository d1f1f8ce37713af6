"""Ports for processes that listen, and a database for those that work."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="session")
def set_up_database(django_db_setup, django_db_blocker) -> Callable[[Path, dict[str, str]], None]:
    """A function that makes an SQLite database with all tables at a path, for processes of that environment."""

    def set_up(place: Path, environment: dict[str, str]) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if connection.vendor != "sqlite":
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
            return
        with django_db_blocker.unblock():
            name = connection.settings_dict["NAME"]
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(place)) as target:
            source.backup(target)

    return set_up


@pytest.fixture(scope="session")
def plain_environment() -> dict[str, str]:
    """The environment without anything of ours or of the test runner's; SQLite whatever the suite itself runs on."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("JUANZONG_", "PYTEST_XDIST"))}
