"""Turns refusals into answers, in words, and has refused looks journalled. Decides nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from dms.core.errors import Refusal
from dms.holdings.models import Item, Page

from ..services import note_refused_look

View = Callable[..., HttpResponse]
never_kept = cache_control(private=True, no_store=True)


def look_at(model: type[Page] | type[Item], what: str) -> Callable[[View], View]:
    """Wrap a view of one page or item, named by its public id: nothing of it is kept by browsers or proxies, and a
    refusal becomes an answer in words, journalled as `look.refused` where a right was missing (C6).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, public_id, *args, **kwargs)
            except Refusal as refusal:
                if refusal.status in (403, 404):
                    _note(request, model, public_id, what, refusal)
                return refused(request, refusal)

        return never_kept(guarded)

    return decorate


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the refusal as a page to a browser that goes there, as JSON to everything else."""
    if "text/html" in request.headers.get("Accept", "text/html"):
        return render(request, "reading/refused.html", {"refusal": refusal}, status=refusal.status)
    words = {"code": refusal.code, "message": str(refusal.message), "remedy": str(refusal.remedy)}
    return JsonResponse(words, status=refusal.status)


def _note(request: HttpRequest, model: type[Page] | type[Item], public_id: str, what: str, refusal: Refusal) -> None:
    # The same query whether the thing is hidden or absent.
    thing = model._default_manager.filter(public_id=public_id).first() or model(public_id=public_id)
    note_refused_look(thing=thing, what=what, code=refusal.code, acting_user=request.user)  # type: ignore[arg-type]
