"""Waits for what other processes do, as long as it takes and no longer."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(condition: Callable[[], Answer], *, seconds: float = 60) -> Answer:
    """Return the first answer of `condition` that is true; fail where there is none in `seconds`."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "waited in vain"
        pause.wait(0.02)
    return answer
