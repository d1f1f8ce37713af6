"""One SQLite file of wrapped keys and tombstones. It knows nothing of replicas, master keys or the main database.

What must survive everything is held by triggers: tombstones are neither changed nor removed, an id under a tombstone
never gets a key again, a tombstone removes its key in the same statement. There is no history: deleted keys are
overwritten (secure_delete) and the rollback journal is removed at each commit; what the medium itself may keep of
it is still wrapped by the master key.
"""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from .errors import Destroyed, KeyStoreUnreachable

NAME = "keys.sqlite3"
BUSY_SECONDS = 30
BATCH = 500

SCHEMA = """
CREATE TABLE keys (id BLOB PRIMARY KEY CHECK (length(id) = 16), wrapped BLOB NOT NULL, kind TEXT NOT NULL,
    at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tombstones (id BLOB PRIMARY KEY CHECK (length(id) = 16), at TEXT NOT NULL, why TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE replicas (place TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER tombstones_never_change BEFORE UPDATE ON tombstones
    BEGIN SELECT RAISE(ABORT, 'a tombstone is never changed'); END;
CREATE TRIGGER tombstones_never_go BEFORE DELETE ON tombstones
    BEGIN SELECT RAISE(ABORT, 'a tombstone is never removed'); END;
CREATE TRIGGER tombstones_are_never_replaced BEFORE INSERT ON tombstones
    WHEN EXISTS (SELECT 1 FROM tombstones WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a tombstone is never changed'); END;
CREATE TRIGGER tombstones_remove_keys AFTER INSERT ON tombstones BEGIN DELETE FROM keys WHERE id = NEW.id; END;
CREATE TRIGGER the_dead_stay_dead BEFORE INSERT ON keys WHEN EXISTS (SELECT 1 FROM tombstones WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a destroyed key never comes back'); END;
CREATE TRIGGER keys_are_never_replaced BEFORE INSERT ON keys WHEN EXISTS (SELECT 1 FROM keys WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a key is never replaced'); END;
CREATE TRIGGER keys_never_change BEFORE UPDATE ON keys BEGIN SELECT RAISE(ABORT, 'a key is never replaced'); END;
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A wrapped key: `kind` is "file" (a StoredFile has its id) or "text" (a sealed value in a column)."""

    id: UUID
    wrapped: bytes
    kind: str
    at: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The memory of a destroyed key."""

    id: UUID
    at: str
    why: str


class KeyFile:
    """The key file in `folder` (mode 0700, file 0600); safe under several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.path = self.folder / NAME
        self._local = threading.local()

    def __str__(self) -> str:
        return str(self.folder)

    def exists(self) -> bool:
        """Return True where the key file is there; an unmounted disk says False."""
        return self.path.exists()

    def create(self) -> None:
        """Make folder and file where they are missing; harmless when several processes do so at once."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Not open() and close(): closing any descriptor of a SQLite file drops this process's locks on it.
            os.mknod(self.path, 0o600 | stat.S_IFREG)
        except FileExistsError:
            pass
        except OSError as error:
            raise KeyStoreUnreachable(str(self), str(error)) from error
        with self._writing() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _statements(SCHEMA):
                    connection.execute(statement)

    def identity(self) -> tuple[int, int]:
        """Return what tells this file from another that took its place (device, inode)."""
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise KeyStoreUnreachable(str(self), str(error)) from error
        return status.st_dev, status.st_ino

    # Reading

    def get(self, key_id: UUID) -> bytes | None:
        """Return the wrapped key, or None where there is none; raise `Destroyed` under a tombstone."""
        query = "SELECT wrapped, NULL FROM keys WHERE id = ?1 UNION ALL SELECT NULL, 1 FROM tombstones WHERE id = ?1"
        rows = self._read(query, (key_id.bytes,))
        if any(dead for _, dead in rows):
            raise Destroyed(key_id)
        return bytes(rows[0][0]) if rows else None

    def keys_of(self, ids: Iterable[UUID]) -> dict[UUID, Key]:
        """Return those of `ids` that have a key."""
        return {key.id: key for batch in _batches(ids) for key in self._some_keys(batch)}

    def tombstones_of(self, ids: Iterable[UUID]) -> dict[UUID, Tombstone]:
        """Return those of `ids` that are destroyed."""
        query = "SELECT id, at, why FROM tombstones WHERE id IN (%s)"
        rows = (row for batch in _batches(ids) for row in self._read(query % _marks(batch), [i.bytes for i in batch]))
        return {stone.id: stone for stone in map(_tombstone, rows)}

    def key_batches(self) -> Iterator[list[Key]]:
        """Yield every key in batches, by id; no lock is held in between."""
        query = "SELECT id, wrapped, kind, at FROM keys WHERE id > ? ORDER BY id LIMIT ?"
        for rows in self._pages(query):
            yield [_key(row) for row in rows]

    def tombstone_batches(self) -> Iterator[list[Tombstone]]:
        """Yield every tombstone in batches, by id."""
        for rows in self._pages("SELECT id, at, why FROM tombstones WHERE id > ? ORDER BY id LIMIT ?"):
            yield [_tombstone(row) for row in rows]

    def counts(self) -> tuple[int, int]:
        """Return how many keys and tombstones there are."""
        query = "SELECT (SELECT count(*) FROM keys), (SELECT count(*) FROM tombstones)"
        keys, stones = self._read(query)[0]
        return int(keys), int(stones)

    def replicas(self) -> set[str]:
        """Return the folders once registered as replicas of this file."""
        return {place for (place,) in self._read("SELECT place FROM replicas")}

    # Writing

    def put(self, *keys: Key) -> None:
        """Add keys, all of them or none, forced to the disk once; raise `Destroyed` where an id has a tombstone."""
        with self._writing() as connection:
            for key in keys:
                if connection.execute("SELECT 1 FROM tombstones WHERE id = ?", (key.id.bytes,)).fetchone():
                    raise Destroyed(key.id)
                connection.execute(
                    "INSERT INTO keys (id, wrapped, kind, at) VALUES (?, ?, ?, ?)",
                    (key.id.bytes, key.wrapped, key.kind, key.at),
                )

    def add_missing(self, keys: Iterable[Key]) -> int:
        """Add those keys that are neither here nor under a tombstone; return how many."""
        query = """INSERT INTO keys (id, wrapped, kind, at) SELECT ?1, ?2, ?3, ?4
            WHERE NOT EXISTS (SELECT 1 FROM keys WHERE id = ?1)
            AND NOT EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)"""
        return self._write_each(query, ((key.id.bytes, key.wrapped, key.kind, key.at) for key in keys))

    def bury(self, stones: Iterable[Tombstone]) -> int:
        """Lay the tombstones that are missing, which removes their keys; return how many were laid."""
        query = """INSERT INTO tombstones (id, at, why) SELECT ?1, ?2, ?3
            WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)"""
        return self._write_each(query, ((stone.id.bytes, stone.at, stone.why) for stone in stones))

    def register(self, place: str) -> None:
        """Remember a replica, so that its absence is noticed instead of a new empty one being made."""
        query = "INSERT INTO replicas (place) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM replicas WHERE place = ?1)"
        self._write_each(query, [(place,)])

    # Connections

    def _write_each(self, query: str, rows: Iterable[tuple[object, ...]]) -> int:
        with self._writing() as connection:
            return sum(connection.execute(query, row).rowcount for row in rows)

    def _some_keys(self, ids: list[UUID]) -> list[Key]:
        query = f"SELECT id, wrapped, kind, at FROM keys WHERE id IN ({_marks(ids)})"  # noqa: S608 (only question marks)
        return [_key(row) for row in self._read(query, [key_id.bytes for key_id in ids])]

    def _pages(self, query: str) -> Iterator[list[tuple[object, ...]]]:
        last: object = b""
        while rows := self._read(query, (last, BATCH)):
            yield rows
            last = rows[-1][0]

    def _read(self, query: str, values: Iterable[object] = ()) -> list[tuple]:
        try:
            return self._connection().execute(query, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise KeyStoreUnreachable(str(self), str(error)) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise KeyStoreUnreachable(str(self), str(error)) from error

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, a new one after a fork or where another file took the path."""
        mark = (os.getpid(), *self.identity())
        if getattr(self._local, "mark", None) != mark:
            self._local.connection = self._open()
            self._local.mark = mark
        return self._local.connection

    def _open(self) -> sqlite3.Connection:
        try:
            # mode=rw: a key file that should be there is never made anew by merely looking at it.
            connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
            for pragma in ("journal_mode = DELETE", "synchronous = FULL", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            return connection
        except sqlite3.Error as error:
            raise KeyStoreUnreachable(str(self), str(error)) from error


def _key(row: tuple) -> Key:
    return Key(UUID(bytes=row[0]), bytes(row[1]), row[2], row[3])


def _tombstone(row: tuple) -> Tombstone:
    return Tombstone(UUID(bytes=row[0]), row[1], row[2])


def _marks(values: list[UUID]) -> str:
    return ",".join("?" * len(values))


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    waiting = list(ids)
    for start in range(0, len(waiting), BATCH):
        yield waiting[start : start + BATCH]


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script: executescript() would end the transaction the schema is made in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
