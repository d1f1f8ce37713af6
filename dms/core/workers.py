"""The loop of a worker process and its heartbeat. It knows steps only by their registry, and logs no content."""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, OperationalError, close_old_connections

from . import clock, presence
from .models import Worker
from .tally import Tally, forget_old
from .work import Step, steps

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.3
BEAT_SECONDS = 10
LOOK_SECONDS = 1  # between two looks of an idle worker at who died
SEEN_WITHIN = timedelta(seconds=60)
LONGEST_REST = 60
FAILURES_BEFORE_GIVING_UP = 5


def own_name() -> str:
    """Return a name for this process that no other one bears or ever bore."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


@dataclass(slots=True)
class Outcome:
    """What a worker did until it ended: pieces by step, failures by step (in a row), and whether it gave up."""

    done: dict[str, int] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    gave_up: bool = False


class Heart:
    """Keeps the process's row fresh from a thread of its own, so that a long piece of work does not look like death.

    Writes down with it what was done. A row that somebody took away is there again at the next beat.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.doing = ""
        self.troubles: dict[str, str] = {}
        self.tally = Tally()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heart":
        self.inherit()
        presence.sign_on(self.name)
        self._beat(started_at=clock.now())
        self._tidy()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        self._thread.join(timeout=BEAT_SECONDS)
        presence.sign_off(self.name)
        try:
            self.tally.write_down()
            Worker.objects.filter(name=self.name).delete()
        except DatabaseError:  # the row will be seen to be old
            logger.warning("worker %s could not sign off", self.name)

    def _run(self) -> None:
        while not self._end.wait(BEAT_SECONDS):
            self._beat()
            self.inherit()
            close_old_connections()

    def inherit(self) -> int:
        """Free what the dead of this machine had in hand; return how many rows."""
        try:
            return presence.give_back_of_the_dead()
        except (DatabaseError, OSError) as error:
            logger.warning("worker %s: what the dead held stays: %s", self.name, type(error).__name__)
            return 0

    def _beat(self, **first: object) -> None:
        row = {
            "seen_at": clock.now(),
            "doing": self.doing,
            "trouble": "; ".join(f"{step}: {how}" for step, how in list(self.troubles.items()))[:160],
            "pid": os.getpid(),
            "host": socket.gethostname()[:120],
        }
        try:
            Worker.objects.update_or_create(
                name=self.name, defaults=row | first, create_defaults=row | {"started_at": clock.now()} | first
            )
            self.tally.write_down()
        except DatabaseError as error:
            logger.warning("worker %s: heartbeat failed: %s", self.name, type(error).__name__)

    def _tidy(self) -> None:
        """Remove what the dead left: processes unseen for a day, counts that nobody asks for."""
        try:
            Worker.objects.filter(seen_at__lt=clock.now() - timedelta(days=1)).delete()
            forget_old()
        except DatabaseError as error:
            logger.warning("worker %s: tidying failed: %s", self.name, type(error).__name__)


class Loop:
    """Walks the steps round and round. `stopping` is asked between pieces; the piece in hand is always finished."""

    def __init__(self, name: str, stopping: Callable[[], bool], pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self.stopping = stopping
        self.pause = pause
        self.outcome = Outcome()
        self.heart = Heart(name)
        self._rest_until: dict[str, float] = {}

    def run(self, *, once: bool = False, until_idle: bool = False, patience: float = 900) -> Outcome:
        """Work until told to stop; `once`: one round; `until_idle`: until nothing waits, here or with other workers.

        With `until_idle` it gives up where a step fails again and again or nothing moves for `patience` seconds.
        """
        moved = looked = time.monotonic()
        with self.heart:
            while not self.stopping():
                done = self._round()
                if not done and time.monotonic() - looked > LOOK_SECONDS:
                    looked = time.monotonic()
                    done = self.heart.inherit()
                if once:
                    break
                if done:
                    moved = time.monotonic()
                    continue
                if until_idle and self._is_over(time.monotonic() - moved > patience):
                    break
                self.heart.doing = ""
                self.pause(IDLE_SECONDS)
        return self.outcome

    def _round(self) -> int:
        done = 0
        for step in steps():
            if self.stopping():
                break
            if self._rest_until.get(step.name, 0) <= time.monotonic():
                done += self._do(step)
        return done

    def _do(self, step: Step) -> int:
        """Do one piece; a failure rests this step for a while and touches no other. No message: it may quote a page."""
        self.heart.doing = step.name
        close_old_connections()
        try:
            done = step.draw_and_do(self.name)
        except OperationalError as error:  # "database is locked", a server restarting: the work is still there
            logger.warning("%s: %s: %s, will try again", self.name, step.name, type(error).__name__)
            return self._failed(step, type(error).__name__)
        except Exception as error:
            logger.error("%s: %s failed: %s", self.name, step.name, where_it_broke(error))
            return self._failed(step, where_it_broke(error))
        finally:
            close_old_connections()
        self.outcome.failing.pop(step.name, None)
        self.heart.troubles.pop(step.name, None)
        if done:
            self.outcome.done[step.name] = self.outcome.done.get(step.name, 0) + done
            self.heart.tally.add(step.name, done)
        return done

    def _failed(self, step: Step, how: str) -> int:
        self.heart.troubles[step.name] = how
        times = self.outcome.failing[step.name] = self.outcome.failing.get(step.name, 0) + 1
        self._rest_until[step.name] = time.monotonic() + min(LONGEST_REST, 0.25 * 2**times)
        return 0

    def _is_over(self, out_of_patience: bool) -> bool:
        if out_of_patience or any(n >= FAILURES_BEFORE_GIVING_UP for n in self.outcome.failing.values()):
            self.outcome.gave_up = True
            return True
        return not self.outcome.failing and not any(sum(step.waiting().values()) for step in steps())


def where_it_broke(error: BaseException) -> str:
    """Return the error's type and the place it came from, never its words."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"
