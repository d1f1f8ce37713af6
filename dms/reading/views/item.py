"""What the viewer asks about the whole item after it has opened: hits on all pages, and who has read it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from dms.clearance.policy import Act
from dms.core.errors import require
from dms.holdings.selectors import get_item_for
from search.query import parse

from ..selectors import decide_readers, hits_in_item, looks_at


@require_GET
@cache_control(private=True, no_store=True)
def item_hits(request: HttpRequest, public_id: str) -> JsonResponse:
    """Return the pages of the item on which `?q=` is found, with boxes in the capture's pixels, a portion at a time.

    {"pages": [{"page", "position", "hits": [[[x0, y0, x1, y1], …], …]}], "next": position or null}; `?after=` goes on.
    Raises QueryError (400) for what is no query.
    """
    item = get_item_for(request.user, public_id, Act.READ)
    after = request.GET.get("after", "")
    query = parse(request.GET.get("q", "")).text
    start = int(after) if after.isascii() and after.isdigit() and len(after) <= 9 else 0
    found, following = hits_in_item(item, query, after=start)
    pages = [{"page": one.page.public_id, "position": one.page.position, "hits": one.hits} for one in found]
    return JsonResponse({"pages": pages, "next": following})


@require_GET
@cache_control(private=True, no_store=True)
def item_readers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the last looks at the item and its pages to those who may see them (C6)."""
    item = get_item_for(request.user, public_id, Act.READ)
    require(decide_readers(request.user, item))  # type: ignore[arg-type]
    return render(request, "reading/readers.html", {"looks": looks_at(item)})
