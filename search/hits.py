"""The statements that join what the index found with who may see it. Nothing leaves here that its reader may not know.

A page's text is found by those who may *read* its item, an item's title by those who may *know* of it. The index
drives, and the rights are looked at row by row on what it found: that stays fast when a person may see much.
"""

# ruff: noqa: S608 (table names are made of our own enumeration; every value is bound)

import json
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, FloatField, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Substr

from dms.clearance.policy import Act
from dms.holdings.models import Item, ItemState, Page
from dms.holdings.selectors import visible_branches

from . import apart
from .engines.attached import schema_for
from .engines.base import Kind
from .engines.current import engine
from .engines.expression import expression_of
from .found import FACETS, Counted, Hit, Order, PagesFound
from .query import Node

# Where the counted facts stand on the item; the year is cut out of its date.
_COUNTED = ("dossier__series_id", "dossier__kind_id", "section_id", None, "dossier__department_id",
            "dossier__classification_id")  # fmt: skip


class Reach:
    """What one person may find: querysets of pages and items under rights and `narrowed`, a condition on the item.

    `narrowed(path)` returns the filters as a condition on an item reached by `path` ("item__" on Page, "" on Item).
    """

    def __init__(self, user: Any, narrowed: Any = lambda path: Q()) -> None:
        self.user, self.narrowed = user, narrowed

    @cached_property
    def readable_pages(self) -> QuerySet[Page]:
        """The pages whose text the person may read."""
        ways = visible_branches(self.user, Act.READ, path="item__dossier__", item_path="item__")
        return Page.objects.filter(_any(ways), self.narrowed("item__")).exclude(item__state=ItemState.WITHDRAWN)

    @cached_property
    def known_items(self) -> QuerySet[Item]:
        """The items whose entry the person may know of."""
        ways = visible_branches(self.user, Act.KNOW, path="dossier__", item_path="")
        return Item.objects.filter(_any(ways), self.narrowed("")).exclude(state=ItemState.WITHDRAWN)


def readable_among(user: Any, item_ids: Iterable[int]) -> set[int]:
    """Return those of a few items whose content `user` may read."""
    wanted = list(item_ids)
    if not wanted:
        return set()
    ways = visible_branches(user, Act.READ, path="dossier__", item_path="")
    return set(Item.objects.filter(_any(ways), pk__in=wanted).values_list("pk", flat=True))


def pages_found(
    reach: Reach, node: Node, limit: int, *, best: int = 0, with_facets: bool = True, among: Iterable[int] = ()
) -> PagesFound:
    """Count the newest `limit` pages found by their text in one pass over the index, and rank the `best` of them.

    Only so many are ranked, for ranking is what takes long where a word stands on very many pages, and says little
    there. `among`: items of which it is to be said whether a page of theirs was counted.
    """
    facts = ("item_id", "pk", *(_counted_columns("item__") if with_facets else ()))
    rows = reach.readable_pages.order_by(RawSQL("f.rowid", ()).desc())
    if connection.vendor != "sqlite":
        return apart.pages_found(
            _run(rows.values_list(*facts)[:limit], Kind.PAGE, node, newest=limit), node, best, among
        )
    if best:
        rows = rows.annotate(found_rank=RawSQL("f.rank", (), output_field=FloatField()))
        facts = (*facts, "found_rank")
    return _summed(rows.values_list(*facts)[:limit], node, best, among, FACETS if with_facets else ())


def _summed(rows: QuerySet[Any, Any], node: Node, best: int, among: Iterable[int], facets: Sequence[str]) -> PagesFound:
    """Have SQLite count, group and rank: thousands of rows fetched one by one cost more than finding them."""
    columns = ["item", "page", *facets, *(["rank"] if best else [])]
    order = "rank, page DESC" if best else "page"  # of equals the newest first
    values = ", ".join(facets)
    groups = f"""SELECT json_group_array(json_array({values}, number))
        FROM (SELECT {values}, count(*) AS number FROM found GROUP BY {values})"""
    around = (
        f"WITH found({', '.join(columns)}) AS MATERIALIZED (",
        f""") SELECT
            (SELECT count(*) FROM found),
            (SELECT json_group_array(json_array(item, page)) FROM
             (SELECT item, page FROM found ORDER BY {order} LIMIT %s)),
            ({groups if facets else "'[]'"}),
            (SELECT json_group_array(DISTINCT item) FROM found WHERE item IN (SELECT value FROM json_each(%s)))""",
    )
    found = _run(rows, Kind.PAGE, node, around=around, asked=(best, json.dumps(list(among))))
    if not found:
        return PagesFound(0)
    total, *lists = found[0]
    hits, counts, items = map(json.loads, lists)
    return PagesFound(total, [Hit(*hit) for hit in hits], counts, set(items))


def titles_found(reach: Reach, node: Node | None, order: Order, limit: int) -> list[tuple[Hit, Counted]]:
    """Return up to `limit` items found by their title, or by their entry without words, in `order`; and their facts."""
    if node is not None and not engine().knows(Kind.TITLE, node):
        return []
    place = _place_columns("")
    rows = reach.known_items.values_list("pk", *place, *_counted_columns(""))
    if node is not None and order is Order.RELEVANCE:
        found = _run(rows.order_by(RawSQL("f.rank", ()), "pk")[:limit], Kind.TITLE, node, ranked=True)
    else:
        rows = rows.order_by(*_order_columns(order, ""))[:limit]
        found = list(rows) if node is None else _run(rows, Kind.TITLE, node)
    split = 1 + len(place)
    return [(Hit(row[0], None, *row[1:split]), tuple(row[split:])) for row in found]


def page_hits(reach: Reach, node: Node, order: Order, first: int, limit: int) -> list[Hit]:
    """Return `limit` pages found by their text, from number `first` on in `order`, which is not relevance."""
    columns = ("item_id", "pk", *_place_columns("item__"), "position")
    rows = reach.readable_pages.values_list(*columns).order_by(*_order_columns(order, "item__"), "position", "pk")
    return [Hit(*row) for row in _run(rows[first : first + limit], Kind.PAGE, node)]


def items_with_pages_found(reach: Reach, node: Node, items: Iterable[int]) -> set[int]:
    """Return those of `items` that have a page found by its text."""
    rows = reach.readable_pages.filter(item__in=list(items)).values_list("item_id").order_by().distinct()
    return {row[0] for row in _run(rows, Kind.PAGE, node)}


def titles_matching(node: Node, path: str) -> Q:
    """Return the condition that the title of the item at `path` matches; rights are asked for beside it."""
    if connection.vendor != "sqlite":
        return Q(**{f"{path}pk__in": [one for one, *_rank in engine().found(Kind.TITLE, node, ranked=False)]})
    schema = schema_for(connection, engine())
    sql = f"(SELECT rowid FROM {schema}.title_fts WHERE title_fts MATCH %s)"
    return Q(**{f"{path}pk__in": RawSQL(sql, (expression_of(node),))})  # noqa: S611 (all but the schema is bound)


def _any(ways: list[Q]) -> Q:
    return reduce(or_, ways) if ways else Q(pk__in=[])


def _counted_columns(path: str) -> list[Any]:
    year = Substr(Cast(f"{path}document_date", TextField()), 1, 4)
    return [year if column is None else path + column for column in _COUNTED]


def _place_columns(path: str) -> tuple[str, ...]:
    return (f"{path}dossier__number", f"{path}document_date", f"{path}entry_number")


def _order_columns(order: Order, path: str) -> list[Any]:
    number, day, entry = _place_columns(path)
    if order is Order.DATE:
        return [F(day).desc(nulls_last=True), number, entry]
    return [number, F(day).asc(nulls_last=True), entry]


def _run(
    rows: QuerySet[Any, Any],
    kind: Kind,
    node: Node,
    *,
    ranked: bool = False,
    newest: int = 0,
    around: tuple[str, str] = ("", ""),
    asked: tuple[Any, ...] = (),
) -> list[tuple[Any, ...]]:
    """Run a queryset on pages or items with the index's findings joined in before everything else.

    `ranked`: it asks for f.rank. `newest`: these so many are enough, and the newest findings are as good as any.
    `around`: what stands before and after the statement; `asked`: the parameters of what stands after it.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    table = connection.ops.quote_name(rows.model._meta.db_table)
    head, _from, tail = sql.partition(f" FROM {table} ")
    before = head.count("%s")
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for source, values in _sources(kind, node, table, ranked=ranked, newest=newest):
            statement = f"{around[0]}{head} FROM {source} {tail}{around[1]}"
            cursor.execute(statement, (*params[:before], *values, *params[before:], *asked))
            found += cursor.fetchall()
            if newest and len(found) >= newest:
                return found[:newest]
    return found


def _sources(kind: Kind, node: Node, table: str, *, ranked: bool, newest: int) -> Iterable[tuple[str, list[Any]]]:
    """Return what stands after FROM, in one portion or several: the findings `f` (rowid, rank), joined to `table`."""
    if connection.vendor != "sqlite":
        return apart.sources(kind, node, table, ranked=ranked, newest=newest)
    # CROSS JOIN: the index drives, whatever the planner believes of its size.
    schema = schema_for(connection, engine())
    source = f"{schema}.{kind}_fts AS f CROSS JOIN {table} ON ({table}.id = f.rowid AND f.{kind}_fts MATCH %s)"
    return [(source, [expression_of(node)])]
