"""The worker's loop: later steps first, one step's failure its own affair, nothing of a page in the log, SIGTERM heeded."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from dms.core import work
from dms.core.models import Worker
from dms.core.tally import rates
from dms.core.work import Step
from dms.core.workers import FAILURES_BEFORE_GIVING_UP, Loop

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_steps_of_the_rooms(monkeypatch) -> None:
    monkeypatch.setattr(work, "_steps", {})


class Pile:
    """A step with a number of pieces to do."""

    def __init__(
        self, name: str, order: int, pieces: int, log: list[str], then: Callable[[], None] = lambda: None
    ) -> None:
        self.pieces, self.log, self.name, self.then = pieces, log, name, then
        work.register(Step(name, order, self.do, lambda: {"waiting": self.pieces}))

    def do(self, worker: str) -> int:
        if not self.pieces:
            return 0
        self.pieces -= 1
        self.log.append(self.name)
        self.then()
        return 1


def a_loop(stopping: Iterator[bool] | None = None) -> Loop:
    return Loop("tester", stopping=(lambda: next(stopping)) if stopping else lambda: False, pause=lambda seconds: None)


def test_goes_round_the_steps_latest_first_until_nothing_waits() -> None:
    log: list[str] = []
    Pile("intake.split", 10, 2, log)
    Pile("search.index", 30, 1, log)
    Pile("ocr.recognise", 20, 2, log)
    outcome = a_loop().run(until_idle=True)
    assert log == ["search.index", "ocr.recognise", "intake.split", "ocr.recognise", "intake.split"]
    assert outcome.done == {"search.index": 1, "ocr.recognise": 2, "intake.split": 2}
    assert not outcome.gave_up


def test_once_is_one_round() -> None:
    log: list[str] = []
    Pile("intake.split", 10, 5, log)
    a_loop().run(once=True)
    assert log == ["intake.split"]


def test_idle_means_that_nothing_waits_with_other_workers_either() -> None:
    answers = iter([{"leased": 1}, {"leased": 1}, {"leased": 0}])
    asked: list[int] = []
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: asked.append(1) or next(answers)))
    assert not a_loop().run(until_idle=True).gave_up
    assert len(asked) == 3


def test_gives_up_where_nothing_moves_for_longer_than_its_patience() -> None:
    work.register(Step("ocr.recognise", 20, lambda worker: 0, lambda: {"leased": 1}))
    assert a_loop().run(until_idle=True, patience=-1).gave_up


def test_a_step_that_fails_stops_no_other_and_its_words_stay_out_of_the_log(caplog) -> None:
    log: list[str] = []

    def fail(worker: str) -> int:
        raise ValueError("身份证 110101199001011234")

    work.register(Step("ocr.recognise", 20, fail, lambda: {"waiting": 1}))
    Pile("intake.split", 10, 3, log)
    with caplog.at_level(logging.DEBUG):
        loop = a_loop()
        loop._rest_until = AlwaysOver()
        outcome = loop.run(until_idle=True)
    assert len(log) == 3
    assert outcome.gave_up
    assert outcome.failing == {"ocr.recognise": FAILURES_BEFORE_GIVING_UP}
    assert "ValueError" in caplog.text
    assert "ocr.recognise" in caplog.text
    assert "110101" not in caplog.text


def test_a_locked_database_is_tried_again() -> None:
    answers: list[Callable[[], int]] = [lambda: 1, lambda: 0]

    def locked_first(worker: str) -> int:
        if not tried:
            tried.append(worker)
            raise OperationalError("database is locked")
        return answers.pop(0)() if answers else 0

    tried: list[str] = []
    work.register(Step("search.index", 30, locked_first, lambda: {"waiting": len(answers)}))
    loop = a_loop()
    loop._rest_until = AlwaysOver()
    outcome = loop.run(until_idle=True)
    assert (outcome.done, outcome.failing, outcome.gave_up) == ({"search.index": 1}, {}, False)


class AlwaysOver(dict[str, float]):
    """Rests that are over at once: tests do not wait."""

    def __setitem__(self, name: str, until: float) -> None:
        super().__setitem__(name, 0.0)


def test_told_to_stop_it_begins_no_further_piece() -> None:
    log: list[str] = []
    told: list[bool] = []
    Pile("search.index", 30, 2, log, then=lambda: told.append(True))
    Pile("intake.split", 10, 2, log)
    Loop("tester", stopping=lambda: bool(told), pause=lambda seconds: None).run()
    assert log == ["search.index"]


def test_is_seen_while_it_works_and_gone_when_it_ends() -> None:
    seen: list[tuple[str, str]] = []
    Pile("search.index", 30, 1, [], then=lambda: seen.extend(Worker.objects.values_list("name", "host")))
    a_loop().run(until_idle=True)
    assert [name for name, _host in seen] == ["tester"]
    assert not Worker.objects.exists()


DRIVER = """
import os, sys
import django
django.setup()
from django.core.management import call_command
from dms.core import work
work._steps.clear()
def piece(worker):
    print("begun", flush=True)
    sys.stdin.readline()
    print("done", flush=True)
    return 1
work.register(work.Step("test.piece", 1, piece))
call_command("work")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_finishes_the_piece_in_hand_when_told_to_end(number, tmp_path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUANZONG_", "PYTEST_"))}
    worker = subprocess.Popen(
        [sys.executable, "-c", DRIVER],
        cwd=ROOT,
        env=environment | {"JUANZONG_TEST_DIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert worker.stdout.readline() == "begun\n"
    worker.send_signal(number)
    out, _err = worker.communicate("\n", timeout=60)
    assert out.splitlines() == ["done", "test.piece: 1"]
    assert worker.returncode == 0


def test_what_was_done_is_counted_by_the_minute_and_what_fails_is_said_until_it_works_again() -> None:
    said: list[str] = []
    fails = [True, True, False]

    def sometimes(worker: str) -> int:
        loop.heart._beat()
        said.append(Worker.objects.get().trouble)
        if not fails:
            return 0
        if fails.pop(0):
            raise ValueError("身份证 110101199001011234")
        return 3

    work.register(Step("ocr.recognise", 20, sometimes, lambda: {"waiting": len(fails)}))
    loop = a_loop()
    loop._rest_until = AlwaysOver()
    loop.run(until_idle=True)
    assert [trouble.partition(" at test_workers.py:")[0] for trouble in said] == [
        "", "ocr.recognise: ValueError", "ocr.recognise: ValueError", "",
    ]  # fmt: skip
    assert rates()["ocr.recognise"].lately == 3
