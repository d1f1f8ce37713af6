"""The page viewer: one page with its text, its place in the item, and what may be done with it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from dms.clearance.policy import Act
from dms.core.errors import Refusal
from dms.holdings.selectors import get_page_for
from dms.holdings.services import turn_page

from ..services import note_text_read
from .showing import item_context, page_context, script_words

PART = "X-Reading-Part"


@require_GET
@cache_control(private=True, no_store=True)
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a page. `?q=` marks what was searched, `?turn=` turns the view, `?text=` shows an older text (A12).

    With the header X-Reading-Part only what changes from page to page is sent: the viewer swaps it in.
    """
    shown = get_page_for(request.user, public_id, Act.READ)
    context = page_context(request, shown)
    if context["text"].lines:
        note_text_read(page=shown, version=context["text"].version, acting_user=request.user)  # type: ignore[arg-type]
    if request.headers.get(PART):
        return render(request, "reading/parts.html", context)
    return render(request, "reading/page.html", context | item_context(request, shown) | script_words())


@require_POST
@cache_control(private=True, no_store=True)
def turn(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep a turn of the image for everybody, and go back to the page."""
    shown = get_page_for(request.user, public_id, Act.WORK)
    try:
        turn_page(page=shown, degrees=_degrees(request), acting_user=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The page now stands like this for everybody."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    kept = QueryDict(mutable=True)
    if query := request.POST.get("q"):
        kept["q"] = query
    back = reverse("reading:page", args=[public_id])
    return HttpResponseRedirect(f"{back}?{kept.urlencode()}" if kept else back)


def _degrees(request: HttpRequest) -> int:
    given = request.POST.get("degrees", "")
    return int(given) if given in {"90", "180", "270"} else 0
