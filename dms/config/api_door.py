"""The one door of the API: who calls, how often, how much, and once only. What may be done the rooms decide."""

from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from threading import Lock
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from dms.core import clock
from dms.core.api.problems import problem, problem_of
from dms.core.api.requests import Call
from dms.core.errors import Refusal
from dms.journal.middleware import address_of
from dms.organisation.tokens import recognise_token

from .idempotency import once

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_CALLERS_REMEMBERED = 10_000
MOST_GUESSES_A_MINUTE = 60
ROOM_FOR_FORM_FIELDS = 1 << 20


def guarded(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an operation's `run`: only who is known, within the limits, gets in; a key makes the act happen once."""
    function = run.__self__.view_func  # type: ignore[attr-defined]
    in_one_transaction = not getattr(function, "repeatable", False)
    may_be_kept = not getattr(function, "never_kept", False)

    @wraps(run)
    def inner(request: HttpRequest, **arguments: Any) -> HttpResponse:
        turned_away = _turned_away(request)
        if turned_away is not None:
            return turned_away
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method in SAFE or not may_be_kept:
            return run(request, **arguments)
        try:
            act = lambda: run(request, **arguments)  # noqa: E731
            return once(cast(Call, request), key, act, in_one_transaction=in_one_transaction)
        except Refusal as refusal:
            return problem_of(refusal)

    return inner


def finished(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an address: what came out is kept by nobody, and a method it does not have is refused as a problem."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code == 405:
            knows = ", ".join(sorted(answer["Allow"].split(", ")))
            answer = problem(
                405,
                "no_such_method",
                _("This address does not know the method %(method)s.") % {"method": request.method},
                _("It knows: %(methods)s.") % {"methods": knows},
                headers={"Allow": knows},
            )
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        patch_vary_headers(answer, ("Authorization", "Cookie"))
        return answer

    inner.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are asked for it by the door
    return inner


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer every address under the API that is none."""
    return problem(
        404, "no_such_address", _("There is no such address."), _("See /api/v1/openapi.json for what there is.")
    )


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    """Find out who calls and return None, or the problem for who does not get in."""
    who = _known(request)
    if isinstance(who, HttpResponse):
        return who
    if who.must_change_password:
        return problem(
            403,
            "password_to_choose",
            _("You must choose a password of your own first."),
            _("Sign in with a browser and choose it."),
        )
    token = request.token  # type: ignore[attr-defined]
    if token is not None and not token.may_write and request.method not in SAFE:
        return problem(
            403, "token_only_reads", _("This token may only read."), _("Make a token that may change things.")
        )
    if wait := _too_often(f"person {who.pk}", settings.API_REQUESTS_PER_MINUTE):
        return _too_many(wait)
    return _too_large(request)


def _known(request: HttpRequest) -> Any:
    """Return the person who calls, by token or session, or the problem that nobody is known."""
    request.token = None  # type: ignore[attr-defined]
    given = request.headers.get("Authorization")
    if given is not None:
        return _by_token(request, given)
    if not request.user.is_authenticated:
        return _unknown(_("Nobody is signed in."))
    if request.method not in SAFE and check_csrf(request):
        return problem(
            403,
            "csrf",
            _("The request does not come from a page of ours."),
            _("A browser sends X-CSRFToken with its session; a program uses a token instead."),
        )
    return request.user


def _by_token(request: HttpRequest, given: str) -> Any:
    scheme, _space, secret = given.partition(" ")
    guesser = f"guess {address_of(request)}"
    if wait := _too_often(guesser, MOST_GUESSES_A_MINUTE, count=False):
        return _too_many(wait)
    token = recognise_token(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        _too_often(guesser, MOST_GUESSES_A_MINUTE)
        return _unknown(_("This token is none, or is revoked or run out."))
    request.token = token  # type: ignore[attr-defined]
    request.user = token.person
    return token.person


def _unknown(why: str) -> HttpResponse:
    return problem(
        401,
        "not_signed_in",
        why,
        _("Make a token on the screen “API tokens” and send it as Authorization: Bearer …"),
        headers={"WWW-Authenticate": 'Bearer realm="Juanzong"'},
    )


def _too_large(request: HttpRequest) -> HttpResponse | None:
    most = {
        "multipart/form-data": settings.INTAKE_MAX_FILE_BYTES + ROOM_FOR_FORM_FIELDS,
        "application/octet-stream": max(settings.INTAKE_PIECE_BYTES, settings.API_MOST_BODY_BYTES),
    }.get(request.content_type or "", settings.API_MOST_BODY_BYTES)
    length = request.headers.get("Content-Length", "0")
    if not length.isdecimal() or int(length) <= most:
        return None
    return problem(
        413,
        "too_large",
        _("The request is larger than %(most)s MB.") % {"most": most >> 20},
        _("Send less at once."),
    )


class _Recent:
    """The moments of the last minute's calls by caller; of this process alone, and of the latest callers only."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def wait(self, caller: str, most: int, *, count: bool) -> int:
        """Return 0 and count the call, or the seconds until the caller may call again."""
        now = clock.now()
        with self._lock:
            calls = self._calls.setdefault(caller, deque())
            self._calls.move_to_end(caller)
            while len(self._calls) > MOST_CALLERS_REMEMBERED:
                self._calls.popitem(last=False)
            while calls and calls[0] <= now - timedelta(minutes=1):
                calls.popleft()
            if len(calls) >= most:
                return max(1, 60 - int((now - calls[0]).total_seconds()))
            if count:
                calls.append(now)
        return 0


_recent = _Recent()


def _too_often(caller: str, most: int, *, count: bool = True) -> int:
    return _recent.wait(caller, most, count=count)


def _too_many(wait: int) -> HttpResponse:
    return problem(
        429,
        "too_many_requests",
        _("Too many requests came in the last minute."),
        _("Go on in %(seconds)s seconds.") % {"seconds": wait},
        headers={"Retry-After": str(wait)},
    )
