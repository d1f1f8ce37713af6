"""The one clock: services ask here, policies are told. Tests move it with `at()`; nothing else may."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.utils import timezone

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def now() -> datetime:
    """Return the present moment, aware, UTC."""
    return _moved.get() or timezone.now()


def today() -> date:
    """Return the present day in the organisation's time zone."""
    return timezone.localtime(now()).date()


def end_of(day: date) -> datetime:
    """Return the moment at which `day` is over in the organisation's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware) within the block, in this thread only."""
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)
