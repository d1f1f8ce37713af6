"""Puts the API together: the rooms' routers behind one door, one form of problems, one published document."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.exceptions import ValidationError as FieldsInvalid
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.renderers import JSONRenderer
from ninja.security import APIKeyCookie, HttpBearer

from dms.arrangement.api import router as arrangement
from dms.core.api.operations import shown
from dms.core.api.problems import fault, problem, problem_of, words_of
from dms.core.api.requests import Call
from dms.core.api.shapes import Shown
from dms.core.errors import Refusal
from dms.holdings.api import router as holdings
from dms.intake.api import router as intake
from dms.journal.api import router as journal
from dms.journal.services import record
from dms.organisation.api import router as organisation
from dms.organisation.selectors import require_administrator
from dms.reading.api import router as reading
from ocr.api import router as ocr
from search.api import router as search

from . import condition
from .api_board import router as board
from .api_door import finished, guarded, nothing_here
from .openapi import ABOUT, TAGS, published
from .outage import failed


class Token(HttpBearer):
    """A token of the screen *API tokens*. The door has recognised it; this names it in the document."""

    def __call__(self, request: HttpRequest) -> Any:
        """Return who came by a token."""
        return getattr(request, "token", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return who came by a token."""
        return getattr(request, "token", None)


class Session(APIKeyCookie):
    """The browser's session, with X-CSRFToken for what changes things. The door has asked for both."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        """Return who is signed in."""
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return who is signed in."""
        return request.user if request.user.is_authenticated else None


class Plain(JSONRenderer):
    """JSON in which Chinese stands as it is written."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Ninja's, with our names for operations and our additions to the document."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the function's name: it is the operation's, and unique."""
        return operation.view_func.__name__

    _document: Any = None

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Return the published document; it says the same to everybody, and is made once in each process."""
        if self._document is None:
            self._document = published(super().get_openapi_schema(**kwargs))
        return self._document


api = Api(
    title="Juanzong",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    docs_url="/docs",
    auth=[Token(), Session(csrf=False)],
    renderer=Plain(),
    openapi_extra={"tags": TAGS},
)
api.add_decorator(guarded, mode="view")
house = Router(tags=["House"])


class Status(Shown):
    """What waits, who works, when the jobs last ended, the gauges, and the alarms in words."""

    waiting: dict[str, dict[str, int]]
    workers: list[dict[str, Any]]
    jobs: dict[str, Any]
    gauges: dict[str, Any]
    alarms: list[str]


@house.get(
    "/status",
    response=Status,
    openapi_extra=shown(
        {
            "waiting": {"ocr.recognise": {"waiting": 12, "in work": 2}},
            "workers": [],
            "jobs": {},
            "gauges": {"days since the scheduled backup": 3},
            "alarms": [],
        }
    ),
)
def get_status(request: Call) -> dict[str, Any]:
    """Say how the house is: what waits for each step, workers, jobs, gauges, alarms. For administrators."""
    require_administrator(request.user)
    return condition.read()


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal in its own words; looks that were refused are journalled (C6)."""
    if refusal.status in {403, 404} and request.user.is_authenticated:
        record("look.refused", by=request.user, facts={"path": request.path[:200], "code": refusal.code})
    return problem_of(refusal)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name every value that is not of the form asked for."""
    errors = [_fault_of(one) for one in error.errors]
    return _invalid(errors)


@api.exception_handler(FieldsInvalid)
def fields_not_valid(request: HttpRequest, error: FieldsInvalid) -> HttpResponse:
    """Name every own field that a service refused."""
    by_code = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    return _invalid(
        [
            fault(f"fields.{code}" if code else "", one.code or "invalid", one.messages[0])
            for code, errors in by_code.items()
            for one in errors
        ]
    )


@api.exception_handler(HttpError)
def not_understood(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what Ninja itself refuses: a body that is no JSON, mostly."""
    words = _("The body of the request cannot be read.") if error.status_code == 400 else str(error)
    return problem(error.status_code, "unreadable", words, _("Send JSON in UTF-8."))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def unreachable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer as every screen does while the database cannot be reached or is too busy; what was begun is undone."""
    return failed(request)


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """Answer what Django refuses to read: too many fields, a broken upload."""
    return problem(400, "unreadable", _("The body of the request cannot be read."), _("Send less at once."))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer an address that is none."""
    return nothing_here(request)


def _fault_of(error: dict[str, Any]) -> dict[str, str]:
    # The place comes first, then, for a body or a group of parameters, the name of the function's argument.
    place, *names = (str(part) for part in error["loc"])
    if place in {"body", "query", "form"} and len(names) > 1 and names[0] in {"data", "asked"}:
        names = names[1:]
    return fault(".".join(names), str(error.get("type", "invalid")), words_of(error), place)


def _invalid(errors: list[dict[str, str]]) -> HttpResponse:
    return problem(
        422,
        "invalid",
        _("Something that was sent is not valid."),
        _("Correct what is named and send it again."),
        errors=errors,
    )


for room in (organisation, holdings, arrangement, intake, reading, ocr, search, journal, house, board):
    api.add_router("", room)


def addresses() -> tuple[list[Any], str, str]:
    """Return the API's addresses under the name `api`: every one behind the door, and one that answers the rest."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = finished(pattern.callback)
    return (
        [*patterns[:-1], re_path(r"^(?P<rest>[\s\S]+)$", finished(nothing_here), name="nothing"), patterns[-1]],
        app_name,
        namespace,
    )
