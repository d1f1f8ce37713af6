"""The statements that join what the index found with who may see it. Nothing leaves here that its reader may not know.

A page's text is found by those who may *read* its item, an item's title by those who may *know* of it. The index
drives, and the rights are looked at row by row on what it found: that stays fast when a person may see much.
"""

# ruff: noqa: S608 (table names are made of our own enumeration; every value is bound)

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, FloatField, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Substr

from dms.clearance.policy import Act
from dms.holdings.models import Item, ItemState, Page
from dms.holdings.selectors import visible_branches

from . import apart, together
from .engines.attached import schema_for
from .engines.base import Kind
from .engines.current import engine
from .engines.expression import expression_of
from .found import FACETS, Findings, Hit, Order
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

    @cached_property
    def may_read(self) -> Case:
        """Whether the person may read an item of which they know."""
        return Case(
            When(_any(visible_branches(self.user, Act.READ, path="dossier__", item_path="")), then=True), default=False
        )


def findings(
    reach: Reach,
    node: Node | None,
    order: Order,
    *,
    most: int,
    stop: int,
    with_facets: bool = True,
    without: Iterable[int] = (),
) -> Findings:
    """Find pages by their text and items by their title (without words: by their entry), and count them.

    Up to `most` of each sort are counted, of the pages the newest, and up to `stop` of the best returned; pages are
    ranked only under relevance, for ranking is what takes long where a word stands on very many, and says little
    there. Items are left out of which a page was counted, and those of `without`.
    """
    if node is None and order is Order.RELEVANCE:
        order = Order.VOLUME
    best, facets = (stop if order is Order.RELEVANCE else 0), (FACETS if with_facets else ())
    titles = _titles(reach, order, most, facets) if node is None or engine().knows(Kind.TITLE, node) else None
    pages = _pages(reach, most, facets, ranked=best > 0) if node is not None else None
    if connection.vendor != "sqlite":
        title_rows = [] if titles is None else _run(titles, Kind.TITLE, node, ranked=order is Order.RELEVANCE)
        page_rows = [] if pages is None or node is None else _run(pages, Kind.PAGE, node, newest=most)
        ranks = engine().ranks(Kind.PAGE, node, [row[1] for row in page_rows]) if best and node is not None else {}
        return apart.summed(title_rows, page_rows, ranks, best=best, stop=stop, without=set(without))
    return together.summed(
        None if titles is None else next(_statements(titles, Kind.TITLE, node), None),
        None if pages is None else next(_statements(pages, Kind.PAGE, node), None),
        order,
        best=best,
        stop=stop,
        facets=facets,
        without=without,
    )


def _titles(reach: Reach, order: Order, limit: int, facets: Sequence[str]) -> QuerySet[Any, Any]:
    """Return rows of (item, may_read, place …, facet values …, rank)."""
    rank = _rank(found=order is Order.RELEVANCE)
    rows = reach.known_items.annotate(may_read=reach.may_read, found_rank=rank)
    columns = ("pk", "may_read", *_place_columns(""), *(_counted_columns("") if facets else ()), "found_rank")
    ordered = ["found_rank", "pk"] if order is Order.RELEVANCE else _order_columns(order, "")
    return rows.values_list(*columns).order_by(*ordered)[:limit]


def _pages(reach: Reach, limit: int, facets: Sequence[str], *, ranked: bool) -> QuerySet[Any, Any]:
    """Return rows of (item, page, facet values …, rank), the newest first."""
    inside = ranked and connection.vendor == "sqlite"  # elsewhere the index is asked for the ranks of a few
    rank = _rank(found=inside)
    columns = ("item_id", "pk", *(_counted_columns("item__") if facets else ()), "found_rank")
    rows = reach.readable_pages.annotate(found_rank=rank).values_list(*columns)
    return rows.order_by(RawSQL("f.rowid", ()).desc())[:limit]


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


def _rank(*, found: bool) -> RawSQL | Value:
    return RawSQL("f.rank", (), output_field=FloatField()) if found else Value(0.0)


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
    rows: QuerySet[Any, Any], kind: Kind, node: Node | None, *, ranked: bool = False, newest: int = 0
) -> list[tuple[Any, ...]]:
    """Return the rows of a queryset with the index's findings joined in before everything else.

    `ranked`: it asks for f.rank. `newest`: these so many are enough, and the newest findings are as good as any.
    """
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for statement, values in _statements(rows, kind, node, ranked=ranked, newest=newest):
            cursor.execute(statement, values)
            found += cursor.fetchall()
            if newest and len(found) >= newest:
                return found[:newest]
    return found


def _statements(
    rows: QuerySet[Any, Any], kind: Kind, node: Node | None, *, ranked: bool = False, newest: int = 0
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield what asks for `rows` joined to what is found, with its parameters: once, or in several portions.

    None where the rows are none whatever is found; without `node` nothing is joined.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return
    if node is None:
        yield sql, params
        return
    table = connection.ops.quote_name(rows.model._meta.db_table)
    head, _from, tail = sql.partition(f" FROM {table} ")
    before = head.count("%s")
    for source, values in _sources(kind, node, table, ranked=ranked, newest=newest):
        yield f"{head} FROM {source} {tail}", (*params[:before], *values, *params[before:])


def _sources(kind: Kind, node: Node, table: str, *, ranked: bool, newest: int) -> Iterable[tuple[str, list[Any]]]:
    """Return what stands after FROM, in one portion or several: the findings `f` (rowid, rank), joined to `table`."""
    if connection.vendor != "sqlite":
        return apart.sources(kind, node, table, ranked=ranked, newest=newest)
    # CROSS JOIN: the index drives, whatever the planner believes of its size.
    schema = schema_for(connection, engine())
    source = f"{schema}.{kind}_fts AS f CROSS JOIN {table} ON ({table}.id = f.rowid AND f.{kind}_fts MATCH %s)"
    return [(source, [expression_of(node)])]
