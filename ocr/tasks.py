"""The worker's step: draws waiting pages under a lease and has them read. One sandbox a process; no rules here."""

import atexit
import time
from functools import cache

from django.conf import settings

from dms.core.leases import lease
from dms.core.work import Step
from dms.holdings.models import Page

from .sandbox import Sandbox
from .selectors import count_waiting, next_waiting, pages_waiting
from .services import recognise_pages
from .turns import Pace, Turns

_MARGIN_SECONDS = 60  # for unsealing, sealing and writing, and a sandbox that has to be started


def step() -> Step:
    """Return the step for the registry of work."""
    return Step(name="ocr.recognise", order=20, draw_and_do=recognise_next, waiting=count_waiting)


def recognise_next(worker: str) -> int:
    """Read the pages whose turn it is, as many as take about a second; return how many, 0 where none waits.

    Candidates are found without a lock: on SQLite a lease holds up every writer, and must not sort a long queue.
    """
    seconds = settings.OCR_SECONDS_PER_PAGE + _MARGIN_SECONDS
    number, begun = _pace.next(), time.monotonic()
    for candidates in _turns.few():
        waiting = pages_waiting().filter(pk__in=candidates).select_related("item")
        pages: list[Page] = lease(waiting, worker=worker, seconds=seconds, limit=number)
        if pages:
            _turns.took(*(page.pk for page in pages))
            outcome = recognise_pages(pages, _sandbox(), enough=_pace.enough)
            around = time.monotonic() - begun - outcome.seconds
            _pace.went(outcome.tried, reading=outcome.seconds, around=around)
            return outcome.tried
    return 0


_turns = Turns(next_waiting)
_pace = Pace()


@cache
def _sandbox() -> Sandbox:
    made = Sandbox(
        settings.OCR_ENGINE, seconds=settings.OCR_SECONDS_PER_PAGE, megabytes=settings.OCR_MEMORY_PER_PAGE_MB
    )
    atexit.register(made.close)
    return made
