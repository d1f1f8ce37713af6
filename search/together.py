"""SQLite: the index is attached to the records' database, and one statement finds, counts, groups and ranks.

Thousands of rows fetched one by one would cost more than finding them.
"""

# ruff: noqa: S608 (column names are our own; every value is bound)

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from .found import Findings, Hit, Order, title_hit

_ENTRY = ("item", "may_read", "number", "day", "entry")
_ORDERED = {
    Order.RELEVANCE: "rank, item",
    Order.DATE: "day IS NULL, day DESC, number, entry",
    Order.VOLUME: "number, day IS NULL, day, entry",
}
# A statement that yields the named columns, and its parameters.
Statement = tuple[str, Sequence[Any]]


def summed(
    titles: Statement | None, pages: Statement | None, order: Order, *, best: int, stop: int, facets: Sequence[str],
    without: Iterable[int],
) -> Findings:  # fmt: skip
    """Return what `titles` (item, may_read, place, facets, rank) and `pages` (item, page, facets, rank) find.

    `best`: so many pages by rank; `stop`: so many titles in `order`. Titles are left out of which a page is found, and
    those of `without`.
    """
    title_columns, page_columns = [*_ENTRY, *facets, "rank"], ["item", "page", *facets, "rank"]
    title_sql, title_values = titles or _nothing(title_columns)
    page_sql, page_values = pages or _nothing(page_columns)
    values = ", ".join(facets)
    groups = f"""(SELECT json_group_array(json_array({values}, number)) FROM (SELECT {values}, count(*) AS number
        FROM (SELECT {values} FROM found UNION ALL SELECT {values} FROM shown) GROUP BY {values}))"""
    statement = f"""
        WITH title({", ".join(title_columns)}) AS MATERIALIZED ({title_sql}),
        found({", ".join(page_columns)}) AS MATERIALIZED ({page_sql}),
        other(item) AS MATERIALIZED (SELECT DISTINCT item FROM found WHERE item IN (SELECT item FROM title)
                                     UNION SELECT value FROM json_each(%s)),
        shown AS MATERIALIZED (SELECT * FROM title WHERE item NOT IN (SELECT item FROM other))
        SELECT (SELECT count(*) FROM found),
        (SELECT json_group_array(json_array(item, page)) FROM
         (SELECT item, page FROM found ORDER BY rank, page DESC LIMIT %s)),
        (SELECT json_group_array(item) FROM shown),
        (SELECT json_group_array(json_array({", ".join(_ENTRY)})) FROM
         (SELECT * FROM shown ORDER BY {_ORDERED[order]} LIMIT %s)),
        {groups if facets else "'[]'"}"""
    with connection.cursor() as cursor:
        cursor.execute(statement, (*title_values, *page_values, json.dumps(list(without)), best, stop))
        total, *lists = cursor.fetchone()
    ranked, items, first, counts = map(json.loads, lists)
    return Findings(total, [Hit(*hit) for hit in ranked], items, [title_hit(*row) for row in first], counts)


def _nothing(columns: Sequence[str]) -> Statement:
    return f"SELECT {', '.join(['NULL'] * len(columns))} WHERE 0", ()
