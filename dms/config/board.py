"""What the screen *Workers* and `status` show of the work: counts, rates, ages, failures. Reads only, and no content.

The number of queries does not depend on how much waits or failed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.core import clock
from dms.core.models import Worker
from dms.core.tally import Rate, rates
from dms.core.work import steps
from dms.core.workers import SEEN_WITHIN
from dms.holdings.models import Capture, ItemState, Page, PageState
from dms.intake.files.words import words_for
from dms.intake.models import FileState, ReceivedFile
from dms.intake.selectors import batches_visible_to
from dms.organisation.models import PostKind, User
from ocr.selectors import Wanted, failed_pages, to_check

from .names import STEPS, said

MOST_SHOWN = 50
# Refused, though perhaps through no fault of the file.
ODD_REFUSALS = ("crashed", "too_slow", "not_readable_again", "dossier_not_readable")
AGES = (
    (timedelta(minutes=1), gettext_lazy("up to a minute")),
    (timedelta(minutes=10), gettext_lazy("up to ten minutes")),
    (timedelta(hours=1), gettext_lazy("up to an hour")),
    (timedelta(days=1), gettext_lazy("up to a day")),
    (None, gettext_lazy("longer")),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One step of a page's way: what waits, what is in work, and how fast it goes."""

    name: str
    waiting: int
    in_work: int
    rate: Rate

    @property
    def label(self) -> str:
        """Return the step in the reader's words."""
        return said(self.name, STEPS)

    @property
    def seconds_left(self) -> int | None:
        """Return the seconds until nothing waits at the present rate; None where that cannot be told."""
        return self.rate.seconds_for(self.waiting + self.in_work)

    @property
    def left(self) -> str:
        """Return `seconds_left` in words, "" where it cannot be told."""
        seconds = self.seconds_left
        if seconds is None:
            return ""
        if seconds < 90:
            return _("about %(count)s s") % {"count": max(1, seconds)}
        if seconds < 5400:
            return _("about %(count)s min") % {"count": round(seconds / 60)}
        return _("about %(count)s h") % {"count": round(seconds / 3600)}


@dataclass(frozen=True, slots=True)
class AtWork:
    """One process of the house, alive or not seen for a minute."""

    host: str
    pid: int
    since: datetime
    seen: datetime
    doing: str
    trouble: str
    alive: bool


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read: numbers only. `may_open`: whether its text may be looked at."""

    public_id: str
    entry_number: int
    position: int
    scanned_at: datetime | None
    why: str
    may_open: bool


@dataclass(slots=True)
class Board:
    """Everything the screen shows."""

    steps: list[Waiting] = field(default_factory=list)
    workers: list[AtWork] = field(default_factory=list)
    ages: list[tuple[str, int]] = field(default_factory=list)
    failed: list[FailedPage] = field(default_factory=list)
    failed_count: int = 0
    refused: list[tuple[str, int]] = field(default_factory=list)
    with_workers: bool = False

    @property
    def waits(self) -> int:
        """Return how many things wait or are in work, at all steps together."""
        return sum(step.waiting + step.in_work for step in self.steps)

    @property
    def nobody_works(self) -> bool:
        """Return whether something waits and no process is alive to do it."""
        return bool(self.waits) and not any(worker.alive for worker in self.workers)


def board_for(user: User) -> Board:
    """Return the board as `user` may see it: processes for administrators, failures as `failed_pages` grants."""
    board = Board(steps=waiting_by_step(), workers=at_work(), ages=ages_of_waiting())
    board.with_workers = user.holds(PostKind.ADMINISTRATOR)
    board.failed_count = failed_pages(user).count()
    if board.failed_count:
        board.failed = _failed(user)
    board.refused = _odd_refusals(user)
    return board


def waiting_by_step() -> list[Waiting]:
    """Return the steps in the order of a page's way."""
    speed = rates()
    found = []
    for step in reversed(steps()):
        counts = step.waiting()
        in_work = counts.pop("in work", 0)
        found.append(Waiting(step.name, sum(counts.values()), in_work, speed.get(step.name, Rate())))
    return found


def at_work() -> list[AtWork]:
    """Return every process that signed on and has not signed off, the living first."""
    now = clock.now()
    rows = [
        AtWork(
            host=row.host,
            pid=row.pid,
            since=row.started_at,
            seen=row.seen_at,
            doing=said(row.doing, STEPS),
            trouble=in_words(row.trouble),
            alive=row.was_seen(now, SEEN_WITHIN),
        )
        for row in Worker.objects.all()
    ]
    return sorted(rows, key=lambda row: (not row.alive, row.host, row.pid))


def in_words(trouble: str) -> str:
    """Return "step: what" with the step in the reader's words; what went wrong is a type and a place."""
    parts = (part.partition(": ") for part in trouble.split("; ") if part)
    return "; ".join(f"{said(step, STEPS)}: {how}" for step, _colon, how in parts)


def ages_of_waiting() -> list[tuple[str, int]]:
    """Return how many pages wait to be read since when, youngest first; none where nothing waits."""
    now = clock.now()
    waiting = Capture.objects.filter(is_current=True, page__state=PageState.WAITING)
    waiting = waiting.exclude(page__item__state=ItemState.WITHDRAWN)
    limits = {
        f"age_{number}": Count("pk", filter=Q(captured_at__gt=now - age))
        for number, (age, _words) in enumerate(AGES)
        if age
    }
    counted = waiting.aggregate(all=Count("pk"), **limits)
    ages: list[tuple[str, int]] = []
    before = 0
    for number, (_age, words) in enumerate(AGES):
        up_to = counted.get(f"age_{number}", counted["all"])
        if up_to > before:
            ages.append((str(words), up_to - before))
        before = max(before, up_to)
    return ages


def failures_by_reason() -> dict[str, int]:
    """Return how many pages failed for which reason, in the words kept with them; codes of odd refusals likewise."""
    pages = Page.objects.filter(state=PageState.FAILED).exclude(item__state=ItemState.WITHDRAWN).order_by()
    found = dict(pages.values_list("failure").annotate(count=Count("pk")))
    files = ReceivedFile.objects.filter(state=FileState.REFUSED, reason__in=ODD_REFUSALS, batch__state="open")
    return found | dict(files.order_by().values_list("reason").annotate(count=Count("pk")))


def reason_in_words(reason: str) -> str:
    """Return a key of `failures_by_reason` in the reader's language."""
    return words_for(reason, {})[0] if reason in ODD_REFUSALS else _(reason) if reason else _("not known")


def _failed(user: User) -> list[FailedPage]:
    rows = list(failed_pages(user).select_related("item")[:MOST_SHOWN])
    ids = [page.pk for page in rows]
    mine = set(to_check(user, Wanted(failed=True)).filter(pk__in=ids).values_list("pk", flat=True))
    scanned = dict(Capture.objects.filter(page__in=ids, is_current=True).values_list("page_id", "captured_at"))
    return [
        FailedPage(
            page.public_id,
            page.item.entry_number,
            page.position,
            scanned.get(page.pk),
            _(page.failure) if page.failure else "",
            page.pk in mine,
        )
        for page in rows
    ]


def _odd_refusals(user: User) -> list[tuple[str, int]]:
    """Return how many files were refused why, though the machine may be at fault; of fonds and batches of one's own."""
    files = ReceivedFile.objects.filter(state=FileState.REFUSED, reason__in=ODD_REFUSALS, batch__state="open")
    administered = [post.fonds_id for post in user.posts_on(clock.today()) if post.kind == PostKind.ADMINISTRATOR]
    own = Q(batch__dossier__fonds__in=administered) | Q(batch__in=batches_visible_to(user).order_by().values("pk"))
    counted = files.filter(own).order_by().values_list("reason").annotate(count=Count("pk"))
    return [(words_for(reason, {})[0], count) for reason, count in counted]
