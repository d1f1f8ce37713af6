"""Searching as an act: what one person asked is answered and journalled. The only door for screens and commands."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.errors import NotFound
from dms.core.table_files import WRITERS, Export
from dms.journal.services import record
from dms.vault.services import blind_index

from . import exports
from .filters import Chosen
from .found import Order
from .query import parse
from .selectors import MOST, NOTHING_CHOSEN, Results, find
from .tokens import index_string

_SCOPE = "search"


def run_search(
    *,
    acting_user: Any,
    words: str,
    order: Order = Order.RELEVANCE,
    chosen: Chosen = NOTHING_CHOSEN,
    first: int = 0,
    limit: int = 20,
    most: int = MOST,
    with_facets: bool = True,
) -> Results:
    """Return what `acting_user` may find for `words`, and write the search into the journal (C6).

    The journal gets the words sealed, and a keyed hash by which equal searches are seen to be equal. Raises QueryError
    where the words are no query.
    """
    query = parse(words)
    results = find(
        acting_user, query, order=order, chosen=chosen, first=first, limit=limit, most=most, with_facets=with_facets
    )
    _journal("search.run", acting_user, words, {"hits": results.total, "first": first})
    return results


def export_results(*, acting_user: Any, words: str, kind: str, order: Order, chosen: Chosen) -> Export:
    """Return all hits (at most 10,000) as a file of `kind` ("xlsx" or "csv"), through the same rights; journalled.

    Lists entries and page numbers and no text: what stands on a page is copied by opening it. Raises QueryError, and
    NotFound for another kind.
    """
    if kind not in WRITERS:
        raise NotFound
    results = find(
        acting_user, parse(words), order=order, chosen=chosen, limit=MOST, with_texts=False, with_facets=False
    )
    media_type, write = WRITERS[kind]
    content = write(_("Search"), exports.heading(), exports.lines(results.hits))
    _journal("search.exported", acting_user, words, {"format": kind, "rows": len(results.hits)})
    return Export(content, media_type, f"search-{clock.today().isoformat()}.{kind}", len(results.hits))


def _journal(action: str, by: Any, words: str, facts: dict[str, Any]) -> None:
    keyed = blind_index(index_string(words) or words, _SCOPE)
    with transaction.atomic():
        record(action, by=by, facts={**facts, "words": keyed}, sealed=words)
