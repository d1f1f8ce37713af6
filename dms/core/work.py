"""What workers do: a list of steps that the rooms register and `manage.py work` walks; here no step is known by name.

A step draws work from rows of its own (leases.py) and does it. The rows are the truth; nothing is kept here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _nothing_waits() -> dict[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work.

    `draw_and_do(worker_name)` takes a small piece, does it and returns how many things it did, 0 where nothing waits.
    `order` is the place on a page's way: later steps come first in each round, so that what was begun is finished.
    `waiting()` counts what is still to do, by state; it must be cheap. Names are dotted: `ocr.recognise`.
    """

    name: str
    order: int
    draw_and_do: Callable[[str], int]
    waiting: Callable[[], dict[str, int]] = _nothing_waits


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure or state that `manage.py status` shows; `alarm(value)` returns what is wrong in words, or ''."""

    name: str
    read: Callable[[], Any]
    alarm: Callable[[Any], str]


_steps: dict[str, Step] = {}
_gauges: dict[str, Gauge] = {}


def register(step: Step) -> None:
    """Add a step (from AppConfig.ready); the same name again replaces it."""
    _steps[step.name] = step


def steps() -> list[Step]:
    """Return all steps, latest on the way first."""
    return sorted(_steps.values(), key=lambda step: (-step.order, step.name))


def register_gauge(name: str, read: Callable[[], Any], alarm: Callable[[Any], str] = lambda value: "") -> None:
    """Add a gauge for `status` (from AppConfig.ready). `read` returns something JSON can say; reads only, cheaply."""
    _gauges[name] = Gauge(name, read, alarm)


def gauges() -> list[Gauge]:
    """Return all gauges by name."""
    return sorted(_gauges.values(), key=lambda gauge: gauge.name)
