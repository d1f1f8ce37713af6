"""The index's files: one for each generation, and a link that names the one in use.

A rebuild is a new file, switched to at once; a file is never replaced under its name, because its write-ahead log would
then belong to another file.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Versions stand apart from the bulky tokens, so that comparing a million of them reads little.
_SCHEMA = """
CREATE TABLE {kind}_doc (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, token_version INTEGER NOT NULL);
CREATE TABLE {kind}_tokens (id INTEGER PRIMARY KEY, tokens TEXT NOT NULL);
CREATE TABLE {kind}_forgotten (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE {kind}_fts USING fts5(tokens, content='', tokenize='ascii', prefix='1', columnsize=0);
"""
KINDS = ("page", "title")


class IndexFiles:
    """The files around `link` (settings.SEARCH_INDEX), a symbolic link to the generation in use."""

    def __init__(self, link: Path) -> None:
        self.link = Path(link)

    def current(self) -> Path:
        """Return the file in use; an empty first generation is made where there is none."""
        return self._target() or self._make_first()

    def all(self) -> list[Path]:
        """Return every generation on disk, oldest first: the one in use, one being built, one left over."""
        return sorted(self.link.parent.glob(f"{self.link.stem}.*[0-9]{self.link.suffix}"), key=generation_of)

    def new(self) -> Path:
        """Create the file of the next generation, empty, and return it; only under `rebuilding()`."""
        in_use = self.current()
        for leftover in self.all():
            if generation_of(leftover) > generation_of(in_use):
                _remove(leftover)
        return _create(self._path(generation_of(in_use) + 1))

    def switch_to(self, path: Path) -> None:
        """Make `path` the generation in use and remove the older ones; waits for writers to finish."""
        with self.writing(exclusive=True):
            self._link(path)
            for other in self.all():
                if generation_of(other) < generation_of(path):
                    _remove(other)

    @contextmanager
    def writing(self, *, exclusive: bool = False) -> Iterator[None]:
        """Hold the door while writing, so that no generation is switched meanwhile; yields once there is one."""
        self.current()
        with self._locked("write", fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Be the only one who rebuilds; raise BlockingIOError where somebody else does."""
        with self._locked("rebuild", fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield

    @contextmanager
    def _locked(self, name: str, how: int) -> Iterator[None]:
        self.link.parent.mkdir(parents=True, exist_ok=True)
        with open(self.link.with_suffix(f".{name}-lock"), "w") as handle:
            fcntl.flock(handle, how)
            yield

    def _target(self) -> Path | None:
        try:
            target = self.link.parent / os.readlink(self.link)
        except FileNotFoundError:
            return None
        return target if target.exists() else None

    def _make_first(self) -> Path:
        with self._locked("write", fcntl.LOCK_EX):
            if target := self._target():
                return target
            # From the clock: an index that was lost must not come back under a number that readers hold open.
            number = max([time.time_ns() // 1_000_000, *(generation_of(path) + 1 for path in self.all())])
            path = _create(self._path(number))
            self._link(path)
            return path

    def _path(self, generation: int) -> Path:
        return self.link.with_name(f"{self.link.stem}.{generation}{self.link.suffix}")

    def _link(self, path: Path) -> None:
        fresh = self.link.with_suffix(".link")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(path.name)
        os.replace(fresh, self.link)


def generation_of(path: Path) -> int:
    """Return the number in a generation's file name."""
    return int(path.stem.rpartition(".")[2])


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an index file that exists; the caller closes it. Transactions are begun by hand."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(uri_of(path, mode), uri=True, isolation_level=None, timeout=30)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def uri_of(path: Path, mode: str) -> str:
    """Return the address by which SQLite opens `path` in `mode` (ro, rw, rwc)."""
    return f"{path.resolve().as_uri()}?mode={mode}"


def _create(path: Path) -> Path:
    """Make an empty index under `path`; nobody may know the name yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        os.chmod(path, 0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        for kind in KINDS:
            connection.executescript(_SCHEMA.format(kind=kind))
    finally:
        connection.close()
    return path


def _remove(path: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
