"""Counts finished work by the minute, for rates and estimates. Nothing is decided by it; a count may be lost."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from . import clock
from .models import WorkDone

KEPT = timedelta(days=2)
LATELY = timedelta(minutes=5)
HOUR = timedelta(hours=1)


class Tally:
    """What one process did since it last wrote it down; safe for its threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, datetime]] = Counter()
        self._lock = threading.Lock()

    def add(self, step: str, count: int) -> None:
        """Note finished pieces, in memory."""
        minute = clock.now().replace(second=0, microsecond=0)
        with self._lock:
            self._counts[step, minute] += count

    def write_down(self) -> None:
        """Add what was noted to the table; kept for the next time where the database refuses."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (step, minute), count in list(counts.items()):
            try:
                _add(step, minute, count)
            except BaseException:
                with self._lock:
                    self._counts.update(counts)
                raise
            del counts[step, minute]


def _add(step: str, minute: datetime, count: int) -> None:
    row = WorkDone.objects.filter(step=step, minute=minute)
    if row.update(count=F("count") + count):
        return
    try:
        with transaction.atomic():
            WorkDone.objects.create(step=step, minute=minute, count=count)
    except IntegrityError:  # another process was first in this minute
        row.update(count=F("count") + count)


def forget_old() -> None:
    """Remove the counts that no rate asks for any more."""
    WorkDone.objects.filter(minute__lt=clock.now() - KEPT).delete()


@dataclass(frozen=True, slots=True)
class Rate:
    """Pieces finished in the last five minutes and in the last hour."""

    lately: int = 0
    hour: int = 0

    @property
    def per_minute(self) -> float:
        """Return the pieces a minute at the present rate: of the last five minutes, else of the last hour."""
        if self.lately:
            return self.lately / (LATELY / timedelta(minutes=1))
        return self.hour / (HOUR / timedelta(minutes=1))

    def seconds_for(self, waiting: int) -> int | None:
        """Return the seconds until so many pieces are done at the present rate; None where that cannot be told."""
        return round(60 * waiting / self.per_minute) if waiting and self.per_minute else None


def rates() -> dict[str, Rate]:
    """Return the rate of every step that did anything in the last hour, in one query."""
    now = clock.now()
    rows = WorkDone.objects.filter(minute__gt=now - HOUR).order_by().values("step")
    rows = rows.annotate(hour=Sum("count"), lately=Sum("count", filter=Q(minute__gt=now - LATELY)))
    return {row["step"]: Rate(row["lately"] or 0, row["hour"]) for row in rows}
