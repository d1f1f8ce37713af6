"""The engine that needs no server: SQLite's FTS5 in a file of its own. Writes go through its own connection only.

FTS5 keeps no text here (contentless); the token string beside it is there because a deletion must say again, word for
word, what was stored.
"""

# ruff: noqa: S608 (table names are made of our own enumeration; every value is bound)

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from ..query import Node
from ..tokens import TOKEN_VERSION, index_string
from . import files
from .base import Document, Kind, Match, mixed
from .expression import expression_of

_T = TypeVar("_T")
BATCH = 500
# A checkpoint waits for readers; they are short.
_CHECKPOINT_TRIES = 200
_CHECKPOINT_PAUSE = 0.05


class EmbeddedEngine:
    """An index in the files around `link`. Safe for any number of threads and processes at once."""

    def __init__(self, link: Path) -> None:
        self.files = files.IndexFiles(link)

    def put(self, documents: Iterable[Document]) -> int:
        """Store the documents in the place of their older versions, all or none; return how many changed anything.

        One that was forgotten is passed over. An older version is taken as well (a restored database is older than its
        index); whoever compares afterwards sees what is not as it should be.
        """
        cut = [(document, index_string(document.text)) for document in documents]
        with self.files.writing(), self._writer(self.files.current()) as connection:
            return _put(connection, cut)

    def forget(self, kind: Kind, ids: Iterable[int]) -> int:
        """Remove the texts so that none of their words is left in any file; they are refused from then on (purge)."""
        gone, count = list(ids), 0
        if not gone:
            return 0
        with self.files.writing():
            for path in self.files.all() or [self.files.current()]:
                with closing(files.connect(path)) as connection:
                    with _transaction(connection):
                        count = max(count, _drop(connection, kind, gone, for_ever=True))
                    _scour(connection, kind)
        return count

    def drop(self, kind: Kind, ids: Iterable[int]) -> int:
        """Take the texts out of the results; they may come back. Their words stay in the raw file for a while."""
        with self.files.writing(), self._writer(self.files.current()) as connection:
            return _drop(connection, kind, list(ids), for_ever=False)

    def rebuild(self, batches: Iterable[Sequence[Document]], done: Callable[[int], None] = lambda count: None) -> int:
        """Build the next generation beside the present one and switch to it; return how many texts it holds.

        Raises BlockingIOError where another rebuild is at work. Killed half-way it leaves everything as it was.
        """
        with self.files.rebuilding():
            path, total = self.files.new(), 0
            for batch in batches:
                cut = [(document, index_string(document.text)) for document in batch]
                with self._writer(path) as connection:
                    total += _put(connection, cut)
                done(total)
            with closing(files.connect(path)) as connection:
                for kind in Kind:
                    connection.execute(f"INSERT INTO {kind}_fts({kind}_fts) VALUES ('optimize')")
                _checkpoint(connection)
            self.files.switch_to(path)
            return total

    def stored(self, kind: Kind, first: int, last: int) -> dict[int, int]:
        """Return the version of each text from id `first` up to but not including `last`; -1 where cut otherwise."""
        sql = f"SELECT id, CASE token_version WHEN ? THEN version ELSE -1 END FROM {kind}_doc WHERE id >= ? AND id < ?"
        with self._reader() as connection:
            return dict(connection.execute(sql, (TOKEN_VERSION, first, last)).fetchall())

    def versions(self, kind: Kind, ids: Iterable[int]) -> dict[int, int]:
        """Return the version of each of `ids` that is stored and cut as today; others are missing."""
        found: dict[int, int] = {}
        with self._reader() as connection:
            for chunk in _chunks(ids):
                sql = f"SELECT id, version FROM {kind}_doc WHERE token_version = ? AND id IN ({_marks(chunk)})"
                found.update(connection.execute(sql, (TOKEN_VERSION, *chunk)).fetchall())
        return found

    def largest(self, kind: Kind) -> int:
        """Return the largest id that is stored, 0 where there is none."""
        with self._reader() as connection:
            return int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {kind}_doc").fetchone()[0])

    def forgotten(self, kind: Kind) -> set[int]:
        """Return the ids that were forgotten since this generation was begun."""
        with self._reader() as connection:
            return {row[0] for row in connection.execute(f"SELECT id FROM {kind}_forgotten")}

    def search(self, kind: Kind, node: Node) -> Iterator[Match]:
        """Yield every match of `node`, in no order; the smaller its rank, the better."""
        sql = f"SELECT rowid, bm25({kind}_fts) FROM {kind}_fts WHERE {kind}_fts MATCH ?"
        with self._reader() as connection:
            for row in connection.execute(sql, (expression_of(node),)):
                yield Match(*row)

    def knows(self, kind: Kind, node: Node) -> bool:
        """Return whether anything matches at all, whoever may see it; for deciding what need not be asked."""
        sql = f"SELECT 1 FROM {kind}_fts WHERE {kind}_fts MATCH ? LIMIT 1"
        with self._reader() as connection:
            return connection.execute(sql, (expression_of(node),)).fetchone() is not None

    def found(
        self, kind: Kind, node: Node, *, ranked: bool, below: int | None = None, limit: int = -1
    ) -> list[tuple[int] | tuple[int, float]]:
        """Return up to `limit` matches (-1: all) as (id,) or, if `ranked`, (id, rank), with ids under `below`.

        The newest come first. Ranking is what takes long.
        """
        columns = "rowid, rank" if ranked else "rowid"
        under, values = ("AND rowid < ?", [below]) if below is not None else ("", [])
        sql = f"SELECT {columns} FROM {kind}_fts WHERE {kind}_fts MATCH ? {under} ORDER BY rowid DESC LIMIT ?"
        with self._reader() as connection:
            return connection.execute(sql, (expression_of(node), *values, limit)).fetchall()

    def ranks(self, kind: Kind, node: Node, ids: Sequence[int]) -> dict[int, float]:
        """Return the ranks of those of `ids` that match; the others of the matches are passed over unranked."""
        if not ids:
            return {}
        # The plus keeps SQLite from asking the index anew for every id.
        sql = f"""
            SELECT rowid, rank FROM {kind}_fts WHERE {kind}_fts MATCH ? AND rowid BETWEEN ? AND ?
            AND +rowid IN (SELECT value FROM json_each(?))"""
        with self._reader() as connection:
            values = (expression_of(node), min(ids), max(ids), json.dumps(ids))
            return dict(connection.execute(sql, values).fetchall())

    def sums(self, kind: Kind, stretch: int) -> dict[int, tuple[int, ...]]:
        """Return (texts, sum of ids, of versions, of `mixed` of both) by stretch of so many ids.

        A text that was cut by an older rule counts as version -1.
        """
        sql = f"""
            SELECT id / ?, count(*), sum(id), sum(v), sum({mixed("v")})
            FROM (SELECT id, CASE token_version WHEN ? THEN version ELSE -1 END AS v FROM {kind}_doc) GROUP BY 1"""
        with self._reader() as connection:
            return {row[0]: tuple(row[1:]) for row in connection.execute(sql, (stretch, TOKEN_VERSION))}

    @contextmanager
    def _writer(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(files.connect(path)) as connection, _transaction(connection):
            yield connection

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with closing(files.connect(self.files.current(), read_only=True)) as connection:
            yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _put(connection: sqlite3.Connection, cut: list[tuple[Document, str]]) -> int:
    return sum(_put_one(connection, document, tokens) for document, tokens in cut)


def _put_one(connection: sqlite3.Connection, document: Document, tokens: str) -> bool:
    kind, stamp = document.kind, (document.version, TOKEN_VERSION)
    if connection.execute(f"SELECT 1 FROM {kind}_forgotten WHERE id = ?", (document.id,)).fetchone():
        return False
    old = connection.execute(f"SELECT version, token_version FROM {kind}_doc WHERE id = ?", (document.id,)).fetchone()
    if old == stamp:
        return False
    if _tokens_of(connection, kind, document.id) != tokens:
        _unsay(connection, kind, document.id)
        connection.execute(f"INSERT INTO {kind}_fts(rowid, tokens) VALUES (?, ?)", (document.id, tokens))
        connection.execute(f"INSERT INTO {kind}_tokens VALUES (?, ?)", (document.id, tokens))
    connection.execute(f"INSERT OR REPLACE INTO {kind}_doc VALUES (?, ?, ?)", (document.id, *stamp))
    return True


def _drop(connection: sqlite3.Connection, kind: Kind, ids: list[int], *, for_ever: bool) -> int:
    count = 0
    for one in ids:
        _unsay(connection, kind, one)
        count += connection.execute(f"DELETE FROM {kind}_doc WHERE id = ?", (one,)).rowcount
        if for_ever:
            connection.execute(f"INSERT OR IGNORE INTO {kind}_forgotten VALUES (?)", (one,))
    return count


def _tokens_of(connection: sqlite3.Connection, kind: Kind, one: int) -> str | None:
    row = connection.execute(f"SELECT tokens FROM {kind}_tokens WHERE id = ?", (one,)).fetchone()
    return None if row is None else row[0]


def _unsay(connection: sqlite3.Connection, kind: Kind, one: int) -> None:
    """Take the text out of the index by saying again what was stored; nothing where nothing was."""
    tokens = _tokens_of(connection, kind, one)
    if tokens is not None:
        connection.execute(f"INSERT INTO {kind}_fts({kind}_fts, rowid, tokens) VALUES ('delete', ?, ?)", (one, tokens))
        connection.execute(f"DELETE FROM {kind}_tokens WHERE id = ?", (one,))


def _scour(connection: sqlite3.Connection, kind: Kind) -> None:
    """Leave nothing of what was deleted in the file or its log: a plain delete only marks it as gone."""
    connection.execute(f"INSERT INTO {kind}_fts({kind}_fts) VALUES ('optimize')")
    connection.execute("VACUUM")
    _checkpoint(connection)


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Write the log back and empty it, however long readers take; raise OperationalError where they never end."""
    for _ in range(_CHECKPOINT_TRIES):
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
            return
        time.sleep(_CHECKPOINT_PAUSE)
    raise sqlite3.OperationalError("the log of the search index could not be emptied: a reader holds it")


def _chunks(items: Iterable[_T]) -> Iterator[list[_T]]:
    rows = list(items)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))
