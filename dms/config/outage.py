"""What is answered while the database cannot be reached or is too busy: 503 in words, as a page or a problem document.

Nothing here may ask the database: no session, no person, no shell around the page.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from dms.core.api.problems import problem

from .middleware import wants_json

TRY_AGAIN_SECONDS = 5
API = "/api/"


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that raised: 503 where the database was away, else what Django answers (500)."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _fault() if request.path.startswith(API) else server_error(request)
    answer = unavailable(request)
    answer["Retry-After"] = str(TRY_AGAIN_SECONDS)
    answer["Cache-Control"] = "private, no-store"
    return answer


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return 503 in words: nothing was changed, and what to do."""
    title = _("The database cannot be reached at the moment, or is too busy.")
    remedy = _("Nothing was changed. Please try again in a moment; if it goes on, tell the administrator.")
    if request.path.startswith(API):
        return problem(503, "database_unavailable", title, remedy)
    if wants_json(request):
        told = {"status": 503, "code": "database_unavailable", "title": title, "detail": remedy}
        return JsonResponse(told, status=503, content_type="application/problem+json")
    page = render_to_string("config/unavailable.html", {"title": title, "remedy": remedy, "path": request.path})
    return HttpResponse(page, status=503)


def _fault() -> HttpResponse:
    return problem(
        500,
        "fault",
        _("This went wrong on our side; nothing was done by halves."),
        _("Tell the administrator when it happened."),
        headers={"Cache-Control": "private, no-store"},
    )
