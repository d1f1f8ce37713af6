"""Finding, for one person: hits with their snippets and boxes, totals and facets over what that person may know."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dms.clearance.models import SecurityClass
from dms.holdings.models import DossierKind, Item, Page, Reading, Section, Series
from dms.intake.models import PageSource
from dms.organisation.models import Department
from dms.vault.errors import Damaged, Destroyed
from ocr.page_text import Box
from ocr.selectors import plain_text_of, text_of

from . import hits as found_by
from .filters import Chosen, condition_of
from .found import FACETS, Findings, Hit, Order
from .hits import Reach
from .marks import boxes_of
from .oracle import Span, occurrences
from .query import Node, Query
from .snippets import Piece, pieces, snippet

logger = logging.getLogger(__name__)

# Counting stops here: nobody reads on, and the answer stays quick.
MOST = 10_000
MOST_FACET_VALUES = 12


@dataclass(frozen=True, slots=True)
class FoundHit:
    """A hit as it is shown. Where `readable` is False the entry may be known of, and nothing but that.

    `page` is the page found, or the first of an item found by its title; None where it may not be read.
    """

    item: Item
    page: Page | None
    readable: bool
    title: list[Piece]
    snippet: list[Piece] = field(default_factory=list)
    file: str = ""
    reading: Reading | None = None
    spans: list[Span] = field(default_factory=list)

    @property
    def boxes(self) -> list[Box]:
        """Where the words stand on the page, in the capture's pixels; reads the text with its boxes from the vault."""
        return boxes_of(self.spans, text_of(self.reading)) if self.reading and self.spans else []


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One line of a facet: `key` is what an address asks for."""

    key: int
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """An answer. `total` stops at `most`; then `capped` is True and facets count what was counted."""

    query: Query
    order: Order
    total: int
    capped: bool
    hits: list[FoundHit]
    facets: dict[str, list[FacetValue]]


NOTHING_CHOSEN = Chosen({})


def find(
    user: Any,
    query: Query,
    *,
    order: Order = Order.RELEVANCE,
    chosen: Chosen = NOTHING_CHOSEN,
    first: int = 0,
    limit: int = 20,
    most: int = MOST,
    with_texts: bool = True,
    with_facets: bool = True,
) -> Results:
    """Return hits number `first` to `first + limit` for `user`, with total and facets counted up to `most` (D1).

    Pages come only from what may be read; items by their title from what may be known of, unless a page of theirs is a
    hit already. Titles come first by relevance. Without `with_texts` no page is opened: no snippets, no boxes.
    `with_facets` can be left out where nobody looks at them.
    """
    reach = Reach(user, lambda path: condition_of(query.filters, path) & chosen.condition(path))
    node, wanted = query.text, range(first, min(first + limit, most))
    ask = partial(
        found_by.findings, reach, node, order, most=most + 1, stop=max(wanted.stop, 0), with_facets=with_facets
    )
    found = ask()
    if node is not None and found.pages > most and found.title_items:
        # Not every page was counted: titles of which one stands among the others are no hits of their own.
        among_others = found_by.items_with_pages_found(reach, node, found.title_items)
        found = ask(without=among_others) if among_others else found
    total = len(found.title_items) + found.pages
    hits = _portion(reach, node, order, found, wanted)
    return Results(
        query=query,
        order=order,
        total=min(total, most),
        capped=total > most,
        hits=_shown(node, hits, with_texts=with_texts),
        facets=_facets(found.groups) if with_facets else {},
    )


def _portion(reach: Reach, node: Node | None, order: Order, found: Findings, wanted: range) -> list[Hit]:
    """Return the hits whose numbers are `wanted`: those by title in their order, and the pages by rank or place."""
    titles = found.first_titles
    if node is None or order is Order.RELEVANCE or not wanted:
        before = len(found.title_items)
        pages = found.best_pages[max(wanted.start - before, 0) : max(wanted.stop - before, 0)]
        return [*titles[wanted.start : wanted.stop], *pages]
    if titles:
        placed = found_by.page_hits(reach, node, order, 0, wanted.stop)
        return sorted([*titles, *placed], key=lambda hit: hit.place(order))[wanted.start : wanted.stop]
    return found_by.page_hits(reach, node, order, wanted.start, len(wanted))


def _shown(node: Node | None, hits: list[Hit], *, with_texts: bool) -> list[FoundHit]:
    items = Item.objects.select_related("dossier__kind", "section").in_bulk([hit.item_id for hit in hits])
    first_pages = _first_pages({hit.item_id for hit in hits if hit.page_id is None and hit.may_read})
    pages = _pages([*first_pages.values(), *(hit.page_id for hit in hits if hit.page_id is not None)])
    texts = _texts([hit.page_id for hit in hits if hit.page_id is not None]) if with_texts else {}
    files = _file_names(pages)
    shown = []
    for hit in hits:
        page = pages.get(hit.page_id or first_pages.get(hit.item_id, 0))
        if hit.item_id not in items or (page is None and hit.page_id is not None):
            continue  # gone since
        reading, text = texts.get(hit.page_id, (None, "")) if hit.page_id is not None else (None, "")
        spans = occurrences(node, text) if text and node else []
        title = items[hit.item_id].title
        shown.append(
            FoundHit(
                item=items[hit.item_id],
                page=page,
                readable=hit.may_read,
                title=pieces(title, occurrences(node, title) if node else []),
                snippet=snippet(text, spans) if text else [],
                file=files.get(page.pk, "") if page else "",
                reading=reading,
                spans=spans,
            )
        )
    return shown


def _pages(page_ids: list[int]) -> dict[int, Page]:
    """Return the pages by id; unordered, for their usual order would join the items."""
    return {page.pk: page for page in Page.objects.filter(pk__in=page_ids).order_by()}


def _first_pages(item_ids: set[int]) -> dict[int, int]:
    """Return the id of each item's first page."""
    rows = Page.objects.filter(item__in=item_ids).order_by("-position").values_list("item_id", "pk")
    return dict(rows) if item_ids else {}


def _texts(page_ids: Iterable[int]) -> dict[int, tuple[Reading, str]]:
    """Return the readings and texts of pages whose reading the caller has already been allowed."""
    current = Reading.objects.filter(is_current=True, capture__is_current=True, capture__page__in=list(page_ids))
    texts: dict[int, tuple[Reading, str]] = {}
    for reading in current.select_related("alto", "capture").order_by():
        try:
            texts[reading.capture.page_id] = (reading, plain_text_of(reading))
        except (Destroyed, Damaged) as error:
            logger.warning("the text of page %s cannot be shown: %s", reading.capture.page_id, error.code)
    return texts


def _file_names(page_ids: Iterable[int]) -> dict[int, str]:
    sources = PageSource.objects.filter(page__in=list(page_ids)).order_by()
    return dict(sources.values_list("page_id", "received_file__name"))


def _facets(groups: list[tuple[Any, ...]]) -> dict[str, list[FacetValue]]:
    """Return for each facet its most frequent values with their labels; years from the latest on.

    `groups`: (facet values …, how many hits have them).
    """
    facets: dict[str, list[FacetValue]] = {}
    for place, name in enumerate(FACETS):
        counts: Counter[Any] = Counter()
        for group in groups:
            if group[place]:
                counts[group[place]] += group[-1]
        common = counts.most_common(MOST_FACET_VALUES)
        if name == "year":
            facets[name] = [FacetValue(int(year), year, count) for year, count in sorted(common, reverse=True)]
        else:
            labels = {one.pk: str(one) for one in _LABELLED[name].filter(pk__in=[key for key, _ in common]).order_by()}
            facets[name] = [FacetValue(key, labels[key], count) for key, count in common if key in labels]
    return facets


_LABELLED: dict[str, Any] = {
    "series": Series.objects,
    "kind": DossierKind.objects,
    "section": Section.objects,
    "department": Department.objects,
    "classification": SecurityClass.objects,
}
