"""One migrated SQLite database as a template: made once for a state of the migrations, copied by every process."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "var" / "test-templates"


def state_of_the_migrations() -> str:
    """Return a hash of our migrations, what they install, and the locked versions of everybody else's."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "requirements.txt"]):
        digest.update(path.read_bytes())
    digest.update((ROOT / "dms" / "journal" / "guards.py").read_bytes())
    return digest.hexdigest()[:20]


def lay_out_template(target: Path) -> None:
    """Copy the template to `target`, making it first where there is none for this state; parallel processes wait."""
    template = TEMPLATES / f"{state_of_the_migrations()}.sqlite3"
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _only_one():
        if not template.exists():
            _make(template)
            for old in set(TEMPLATES.glob("*.sqlite3")) - {template}:
                old.unlink()
        for leftover in ("", "-wal", "-shm"):
            target.with_name(target.name + leftover).unlink(missing_ok=True)
        shutil.copyfile(template, target)


def _make(template: Path) -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    half = template.with_suffix(f".{os.getpid()}")
    source, copy = sqlite3.connect(name), sqlite3.connect(half)
    source.backup(copy)
    source.close()
    copy.close()
    half.rename(template)


@contextmanager
def _only_one() -> Iterator[None]:
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
