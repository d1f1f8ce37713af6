"""PostgreSQL: the records lie in another database than the index, and no statement sees both.

Findings are therefore sent along as arrays, the newest first and no more than are needed; versions are compared by
sums over stretches of ids, and one by one only where the sums differ.
"""

# ruff: noqa: S608 (table names are made of our own enumeration; every value is bound)

from collections import Counter
from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

from django.db import connection

from .engines.base import Kind, mixed
from .engines.current import engine
from .found import Findings, Hit, title_hit
from .query import Node

STRETCH = 20_000  # ids whose versions are summed up together
TABLES = {Kind.PAGE: ("holdings_page", "text_version"), Kind.TITLE: ("holdings_item", "version")}


def sources(kind: Kind, node: Node, table: str, *, ranked: bool, newest: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Yield what stands after FROM, and its parameters: findings `f` (rowid and, if `ranked`, rank) joined to `table`.

    With `newest` in several portions, the newest findings first, so that whoever has enough stops asking.
    """
    size, below = newest + newest // 4, None
    while True:
        found = engine().found(kind, node, ranked=ranked, below=below, limit=size or -1)
        if found:
            yield _joined(table, found, ranked=ranked)
        if not size or len(found) < size:
            return
        size, below = 2 * size, found[-1][0]


def _joined(table: str, found: list[tuple[Any, ...]], *, ranked: bool) -> tuple[str, list[Any]]:
    # As text: the driver would look at the type of every number.
    arrays = ["{" + ",".join(map(repr, column)) + "}" for column in zip(*found, strict=True)]
    if ranked:
        return f"unnest(%s::bigint[], %s::float8[]) AS f(rowid, rank) JOIN {table} ON ({table}.id = f.rowid)", arrays
    return f"unnest(%s::bigint[]) AS f(rowid) JOIN {table} ON ({table}.id = f.rowid)", arrays


def summed(
    titles: list[tuple[Any, ...]],
    pages: list[tuple[Any, ...]],
    ranks: dict[int, float],
    *,
    best: int,
    stop: int,
    without: set[int],
) -> Findings:
    """Sum up rows of (item, may_read, place …, facet values …, rank) in order and (item, page, facet values …, rank).

    `ranks`: of the pages, of which the `best` are returned, of equals the newest first; and `stop` of the titles. Items
    are left out of which there is a page, and those of `without`.
    """
    other = {row[0] for row in pages} | without
    shown = [row for row in titles if row[0] not in other]
    # 0: the worst, of a text that went meanwhile.
    ranked = nsmallest(best, pages, key=lambda row: (ranks.get(row[1], 0.0), -row[1]))
    groups = Counter(row[2:-1] for row in pages if row[2:-1])
    groups.update(row[5:-1] for row in shown if row[5:-1])
    return Findings(
        len(pages),
        [Hit(row[0], row[1]) for row in ranked],
        [row[0] for row in shown],
        [title_hit(*row[:5]) for row in shown[:stop]],
        [(*values, number) for values, number in groups.items()],
    )


def stale(kind: Kind, limit: int) -> list[int]:
    """Return up to `limit` ids whose present text the index does not have, or has cut by an older rule."""
    found: list[int] = []
    forgotten = engine().forgotten(kind)
    for present, indexed in _differing(kind):
        found += sorted(pk for pk, v in present.items() if indexed.get(pk) != v and pk not in forgotten)
        if len(found) >= limit:
            break
    return found[:limit]


def gone(kind: Kind, limit: int) -> list[int]:
    """Return up to `limit` ids of the index whose page or item is gone or has no text any more."""
    found: list[int] = []
    for present, indexed in _differing(kind):
        found += sorted(indexed.keys() - present.keys())
        if len(found) >= limit:
            break
    return found[:limit]


def _differing(kind: Kind) -> Iterator[tuple[dict[int, int], dict[int, int]]]:
    """Yield (versions in the records, in the index) of each stretch of ids in which they are not the same."""
    table, version = TABLES[kind]
    ours, theirs = _sums(kind), engine().sums(kind, STRETCH)
    for stretch in sorted(ours.keys() | theirs.keys()):
        if ours.get(stretch) == theirs.get(stretch):
            continue
        first, last = stretch * STRETCH, (stretch + 1) * STRETCH
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {version} FROM {table} WHERE id >= %s AND id < %s AND {version} > 0", (first, last)
            )
            present = dict(cursor.fetchall())
        yield present, engine().stored(kind, first, last)


def _sums(kind: Kind) -> dict[int, tuple[int, ...]]:
    """Return (texts, sum of ids, of versions, of `mixed` of both) by stretch.

    While an index only lags behind its records, the sum of versions tells. Beside records that were put back to an
    older day (a database restored without its index built anew) versions may be too high here and too low there, and
    plain sums might be equal by chance; the mixed one then differs but once in two thousand million comparisons.
    """
    table, version = TABLES[kind]
    sums = f"count(*), sum(id)::bigint, sum({version})::bigint, sum({mixed(version)})::bigint".replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id / %s, {sums} FROM {table} WHERE {version} > 0 GROUP BY 1", (STRETCH,))
        return {int(row[0]): tuple(row[1:]) for row in cursor.fetchall()}
