"""Refusals as RFC 9457 problem documents: the screen's own sentence with a stable code. Decides nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from dms.core.errors import Refusal

MEDIA_TYPE = "application/problem+json"
AS_WRITTEN = {"ensure_ascii": False}
TYPE = "urn:juanzong:problem:"


def title_of(status: int) -> str:
    """Return the short name of a kind of problem, the same for every occurrence of the status."""
    titles = {
        400: _("The request cannot be understood"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        409: _("Not possible now"),
        410: _("Gone"),
        412: _("Changed in the meantime"),
        413: _("Too large"),
        422: _("Not valid"),
        428: _("Version missing"),
        429: _("Too many requests"),
        503: _("Not reachable"),
        507: _("No room left"),
    }
    return titles.get(status, _("Refused") if status < 500 else _("Fault"))


def problem(
    status: int,
    code: str,
    detail: object,
    remedy: object = "",
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Return a problem document; `more` are further members, such as `errors` or `changes`."""
    body = {
        "type": TYPE + code,
        "title": title_of(status),
        "status": status,
        "detail": str(detail),
        "remedy": str(remedy),
        "code": code,
        **more,
    }
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}), json_dumps_params=AS_WRITTEN
    )


def problem_of(refusal: Refusal) -> HttpResponse:
    """Return the problem document of a refusal, with what it carries for programs."""
    return problem(
        refusal.status, refusal.code, refusal.message, refusal.remedy, **dict(getattr(refusal, "carried", {}))
    )


class Unprocessable(Refusal):
    """A value is of the right form, but means nothing here: at `field`, in words."""

    code = "invalid"
    status = 422

    def __init__(self, field: str, message: object, *, code: str = "invalid") -> None:
        super().__init__(_("Something that was sent is not valid."), _("Correct what is named and send it again."))
        self.carried = {"errors": [fault(field, code, message)]}


class SeveralInvalid(Refusal):
    """Several values mean nothing here; `errors` as `fault` makes them."""

    code = "invalid"
    status = 422

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(_("Something that was sent is not valid."), _("Correct what is named and send it again."))
        self.carried = {"errors": list(errors)}


def fault(field: str, code: str, message: object, place: str = "body") -> dict[str, str]:
    """Return one line of a problem's `errors`: where it stands, its code and its words."""
    return {"in": place, "field": field, "code": code, "detail": str(message)}


def words_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, in the reader's words; `error` is one of the schema's own."""
    sentences = {
        "missing": _("This is missing."),
        "extra_forbidden": _("There is no such field."),
        "string_too_long": _("This is too long."),
        "string_too_short": _("This is too short."),
        "date_from_datetime_parsing": _("This is no date; write it as 2026-11-24."),
        "date_parsing": _("This is no date; write it as 2026-11-24."),
        "literal_error": _("The value is not one of the list."),
        "enum": _("The value is not one of the list."),
        "json_invalid": _("This is not JSON."),
    }
    kind = str(error.get("type", ""))
    return sentences.get(kind) or _("This is not what is asked for: %(why)s") % {"why": error.get("msg", kind)}
