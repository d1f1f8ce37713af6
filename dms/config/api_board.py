"""The screen *Workers* for programs: what waits, how fast it goes, who works, what failed, and reading it again."""

from datetime import datetime
from typing import Any

from ninja import Router
from pydantic import Field

from dms.core.api.operations import repeatable, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Count, Given, Id, Line, Shown
from ocr.services import retry_failed_pages

from .board import MOST_SHOWN, AtWork, Waiting, board_for
from .board_views import require_the_right

router = Router(tags=["House"])


class ShownStep(Shown):
    """One step of a page's way: what waits, what is in work, and how fast it goes."""

    step: str
    name: str
    waiting: Count
    in_work: Count
    last_5_minutes: Count
    last_hour: Count
    seconds_left: int | None


class Process(Shown):
    """One process of the house; one not seen for a minute is not alive."""

    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    doing: str
    trouble: str
    alive: bool


class Unread(Shown):
    """A page that could not be read, in numbers alone."""

    page: Id
    entry_number: int
    position: Count
    scanned_at: datetime | None
    why: str
    may_open: bool = Field(description="Whether the caller may look at the page.")


class Counted(Shown):
    """How many, of what."""

    words: str
    count: Count


class ShownBoard(Shown):
    """How the work stands. Processes are told to administrators alone; failures as far as they are the caller's."""

    nobody_works: bool = Field(description="Something waits, and no process is alive.")
    steps: list[ShownStep]
    ages: list[Counted] = Field(description="Pages that wait to be read, by how long.")
    workers: list[Process] | None
    failed_count: Count
    failed: list[Unread] = Field(description=f"The first {MOST_SHOWN}, oldest first.")
    refused: list[Counted] = Field(description="Files refused, though perhaps through no fault of theirs.")


_BOARD = {
    "nobody_works": False,
    "steps": [
        {
            "step": "ocr.recognise",
            "name": "识别页面",
            "waiting": 12,
            "in_work": 2,
            "last_5_minutes": 60,
            "last_hour": 400,
            "seconds_left": 70,
        }
    ],
    "ages": [{"words": "一分钟以内", "count": 12}],
    "workers": [
        {
            "host": "reading-room",
            "pid": 41,
            "started_at": "2026-11-24T01:00:00Z",
            "seen_at": "2026-11-24T01:02:00Z",
            "doing": "识别页面",
            "trouble": "",
            "alive": True,
        }
    ],
    "failed_count": 1,
    "failed": [
        {
            "page": "w3k7d2r9f5n8tb",
            "entry_number": 7,
            "position": 1,
            "scanned_at": "2026-11-24T00:50:00Z",
            "why": "识别超时。",
            "may_open": True,
        }
    ],
    "refused": [],
}


@router.get("/workers", response=ShownBoard, openapi_extra=shown(_BOARD))
def get_workers_board(request: Call) -> dict[str, Any]:
    """Say how the work stands: steps, rates, ages, processes, failures. For administrators and archivists."""
    require_the_right(request.user)
    board = board_for(request.user)
    return {
        "nobody_works": board.nobody_works,
        "steps": [_step(step) for step in board.steps],
        "ages": [{"words": words, "count": count} for words, count in board.ages],
        "workers": [_process(worker) for worker in board.workers] if board.with_workers else None,
        "failed_count": board.failed_count,
        "failed": [
            {
                "page": page.public_id,
                **{name: getattr(page, name) for name in ("entry_number", "position", "scanned_at", "why", "may_open")},
            }
            for page in board.failed
        ],
        "refused": [{"words": words, "count": count} for words, count in board.refused],
    }


class Again(Given):
    """Which page; without one, every page that failed and is the caller's to have read again."""

    page: Line = Field("", description="Public id of a failed page.")


class ReadAgain(Shown):
    """How many pages will be read again."""

    count: Count


@router.post(
    "/workers/retry",
    response=ReadAgain,
    openapi_extra=shown({"count": 1}, sent={"page": "w3k7d2r9f5n8tb"}),
)
@repeatable
def retry_pages(request: Call, data: Again) -> dict[str, Any]:
    """Have one failed page, or all of them, read again. For administrators and archivists."""
    require_the_right(request.user)
    return {"count": retry_failed_pages(public_id=data.page, acting_user=request.user)}


def _step(step: Waiting) -> dict[str, Any]:
    return {
        "step": step.name,
        "name": str(step.label),
        "waiting": step.waiting,
        "in_work": step.in_work,
        "last_5_minutes": step.rate.lately,
        "last_hour": step.rate.hour,
        "seconds_left": step.seconds_left,
    }


def _process(worker: AtWork) -> dict[str, Any]:
    return {
        "host": worker.host,
        "pid": worker.pid,
        "started_at": worker.since,
        "seen_at": worker.seen,
        "doing": str(worker.doing),
        "trouble": worker.trouble,
        "alive": worker.alive,
    }
