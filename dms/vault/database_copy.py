"""Copies the main database out and back by its own tools, and reads from the copy which files it speaks of.

SQLite: the online backup interface. PostgreSQL: pg_dump and pg_restore, in the custom format.
"""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from .backup_layout import BackupRefused, ListedFile
from .models import StoredFile
from .placement import sync_folder

SQLITE_NAME = "database.sqlite3"
POSTGRESQL_NAME = "database.pgdump"

Listed = Callable[[Iterator[ListedFile]], Any]


def copy_out(folder: Path, listed: Listed) -> Path:
    """Write a consistent copy of the database into `folder`; hand the living files it speaks of to `listed`."""
    return _copy_sqlite(folder, listed) if connection.vendor == "sqlite" else _dump_postgresql(folder, listed)


def _copy_sqlite(folder: Path, listed: Listed) -> Path:
    target = folder / SQLITE_NAME
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_sqlite(_sqlite_path(), "rw")) as live, closing(_sqlite(target, "rw")) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise BackupRefused(_("The database is damaged; it was not backed up."))
        rows = copy.execute(
            "SELECT id, cipher_size, cipher_sha256 FROM vault_storedfile"
            " WHERE destroyed_at IS NULL AND destroyed_because = '' ORDER BY id"
        )
        listed(ListedFile(UUID(row[0]), row[1], row[2]) for row in rows)
    _sync(target)
    return target


def _dump_postgresql(folder: Path, listed: Listed) -> Path:
    target = folder / POSTGRESQL_NAME
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")
        rows = StoredFile.objects.alive().order_by("id").values_list("id", "cipher_size", "cipher_sha256")
        listed(ListedFile(*row) for row in rows.iterator())
    target.chmod(0o600)
    _sync(target)
    return target


def copy_in(copy: Path) -> None:
    """Put a copy into the empty place the settings name; raise BackupRefused where it is for the other database."""
    wanted = SQLITE_NAME if connection.vendor == "sqlite" else POSTGRESQL_NAME
    if copy.name != wanted:
        raise BackupRefused(_("This backup is of another kind of database than the settings name."))
    connection.close()
    if connection.vendor == "sqlite":
        _place_sqlite(copy)
    else:
        _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname={dbname}", str(copy))


def _place_sqlite(copy: Path) -> None:
    path = _sqlite_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".restoring")
    draft.unlink(missing_ok=True)
    with closing(_sqlite(copy, "ro")) as source, closing(_sqlite(draft, "rwc")) as target:
        source.backup(target)
    draft.chmod(0o600)
    _sync(draft)
    for rest in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    os.replace(draft, path)
    sync_folder(path.parent)


def is_empty() -> bool:
    """Return True where the database is not there or has no tables; makes nothing."""
    if connection.vendor != "sqlite":
        return not connection.introspection.table_names()
    if not _sqlite_path().exists():
        return True
    with closing(_sqlite(_sqlite_path(), "rw")) as database:
        return database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _sqlite(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=60)


def _sync(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _run(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools against the database of the settings; its password goes by the environment."""
    given = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = os.environ | {name: str(given[key]) for name, key in names.items() if given.get(key)}
    command = [tool, *(argument.replace("{dbname}", str(given["NAME"])) for argument in arguments)]
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupRefused(_("PostgreSQL's own tools are not installed:"), files=[tool]) from None
    except subprocess.CalledProcessError as error:
        raise BackupRefused(_("The database's own tool failed:"), files=[error.stderr.strip()]) from None
