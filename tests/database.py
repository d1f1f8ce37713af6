"""One migrated database as a template: made once for a state of the migrations, copied by every process.

SQLite: a file. PostgreSQL: a database on the same server, of which the others are cloned.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
INSTALLED = (
    "journal/guards.py",
    "core/byte_order.py",
    "holdings/guards.py",
    "holdings/shipped.py",
    "arrangement/guards.py",
)
TEMPLATES = ROOT / "var" / "test-templates"


def state_of_the_migrations() -> str:
    """Return a hash of our migrations, what they install, and the locked versions of everybody else's."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "requirements.txt"]):
        digest.update(path.read_bytes())
    for installed in INSTALLED:
        digest.update((ROOT / "dms" / installed).read_bytes())
    return digest.hexdigest()[:20]


def lay_out_file(target: Path) -> None:
    """Copy the template of an SQLite database to `target`, for a program that brings its own; none must lie there."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    with _only_one():
        _lay_out_file(target)


def lay_out_template() -> None:
    """Copy the template to where the test database is expected, making it first where there is none for this state."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    with _only_one():
        if connection.vendor == "sqlite":
            _lay_out_file(Path(connection.settings_dict["TEST"]["NAME"]))
        else:
            _clone(str(connection.settings_dict["TEST"]["NAME"]))


def _lay_out_file(target: Path) -> None:
    template = TEMPLATES / f"{state_of_the_migrations()}.sqlite3"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not template.exists():
        _make_file(template)
        for old in set(TEMPLATES.glob("*.sqlite3")) - {template}:
            old.unlink()
    for leftover in ("", "-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    shutil.copyfile(template, target)


def _make_file(template: Path) -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    half = template.with_suffix(f".{os.getpid()}")
    source, copy = sqlite3.connect(name), sqlite3.connect(half)
    source.backup(copy)
    source.close()
    copy.close()
    half.rename(template)


def _clone(target: str) -> None:
    template = f"juanzong_template_{state_of_the_migrations()}"
    with connection._nodb_cursor() as server:
        server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'juanzong_template_%%'")
        templates = {row[0] for row in server.fetchall()}
    if template not in templates:
        _make_template(template)
    with connection._nodb_cursor() as server:
        for old in templates - {template}:
            server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        server.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{template}"')


def _make_template(template: str) -> None:
    """Migrate a database under another name first: one that bears the template's is whole."""
    given: dict[str, Any] = connection.settings_dict
    before, wanted = given["NAME"], given["TEST"]["NAME"]
    given["TEST"]["NAME"] = half = f"{template}_half"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = given["NAME"] = before
    given["TEST"]["NAME"] = wanted
    with connection._nodb_cursor() as server:
        server.execute(f'ALTER DATABASE "{half}" RENAME TO "{template}"')


@contextmanager
def _only_one() -> Iterator[None]:
    with (TEMPLATES / f"lock-{connection.vendor}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
