"""Turns refusals into answers: the same sentence as a page or, where JSON was asked for, as a problem document."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from dms.core.errors import Refusal
from dms.journal.services import record


class RefusalMiddleware:
    """Answers every Refusal that a view lets through; looks that were refused are journalled (C6)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer for a Refusal; None leaves every other exception to Django."""
        if not isinstance(exception, Refusal):
            return None
        if exception.status in {403, 404} and request.user.is_authenticated:
            # The address holds random ids only: neither number nor name of what was looked for.
            record("look.refused", by=request.user, facts={"path": request.path[:200], "code": exception.code})
        answer = self._answer(request, exception)
        # What is refused today may be granted tomorrow, and the other way round.
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _answer(self, request: HttpRequest, exception: Refusal) -> HttpResponse:
        if wants_json(request):
            return JsonResponse(
                {
                    "status": exception.status,
                    "code": exception.code,
                    "title": str(exception.message),
                    "detail": str(exception.remedy),
                },
                status=exception.status,
                content_type="application/problem+json",
            )
        return render(request, "config/refused.html", {"refusal": exception}, status=exception.status)


def wants_json(request: HttpRequest) -> bool:
    """Return whether the request comes from a script rather than from somebody who reads."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return True
    return request.accepts("application/json") and not request.accepts("text/html")
