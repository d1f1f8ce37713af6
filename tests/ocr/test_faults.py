"""Kill -9 of a worker at every step of reading a page: nothing is lost, nothing comes twice, nothing is left behind."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import psutil
import pytest
from django.conf import settings
from django.db import connections, transaction

from dms.core import clock
from dms.holdings.models import Page, Reading
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from ocr import policy, scratch, tasks
from ocr.selectors import page_text
from ocr.services import recognising
from ocr.tasks import recognise_next

from .conftest import Desk, Told, text_of
from .engines_that_misbehave import Hanging, name_of, programs_in
from .waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def forked(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own; return its id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(3)
    return child


def was_killed(child: int) -> bool:
    """Wait for the process, and say whether it was killed."""
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def deadly(name: str, when: str) -> None:
    """Let this process be killed before or after it calls recognising.<name>."""
    real = getattr(recognising, name)

    def call(*args, **values):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **values)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(recognising, name, call)


STEPS = [
    (name, when)
    for name in (
        "current_captures",
        "read",
        "to_alto",
        "seal_all",
        "lock_held",
        "enter_all",
        "add_readings",
        "record_many",
        "announce",
    )
    for when in ("before", "after")
]


@pytest.mark.rule("B1")
@pytest.mark.parametrize(("name", "when"), [*STEPS, ("_write_together", "after")])
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(desk: Desk, monkeypatch, name: str, when: str):
    told = Told(text_of("物业服务合同"))
    monkeypatch.setattr(tasks, "_sandbox", lambda: told)

    def work() -> None:
        deadly(name, when)
        recognise_next("doomed")

    assert was_killed(forked(work))
    with clock.at(clock.now() + timedelta(hours=1)):
        recognise_next("heir")
        assert recognise_next("heir") == 0
    page = desk.now()
    assert (page.state, page.text_version, page_text(page).text) == ("recognised", 1, "物业服务合同")
    assert Reading.objects.count() == 1
    assert JournalEntry.objects.filter(action="page.recognised").count() == 1
    # A file without its row is the vault's to sweep; a row without its reading would be nobody's.
    assert StoredFile.objects.filter(purpose="alto").count() == 1


@pytest.mark.rule("B1")
def test_a_worker_killed_while_the_engine_reads_takes_it_along_and_the_page_is_read_by_another(desk: Desk, tmp_path):
    scratch.use(tmp_path)

    def work() -> None:
        settings.OCR_ENGINE = name_of(Hanging)
        tasks._sandbox.cache_clear()
        recognise_next("doomed")

    try:
        child = forked(work)
        (program,) = until(lambda: programs_in(tmp_path))
        os.kill(child, signal.SIGKILL)
        assert was_killed(child)
        until(lambda: not psutil.pid_exists(program) or psutil.Process(program).status() == "zombie")
        until(lambda: not list(tmp_path.iterdir()))
    finally:
        scratch.use(None)
    assert recognise_next("early") == 0
    assert (desk.now().state, desk.now().attempt) == ("waiting", 1)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert recognise_next("heir") == 1
    tasks._sandbox().close()
    tasks._sandbox.cache_clear()
    assert (desk.now().state, policy.tries_of(desk.now().attempt)) == ("recognised", 0)
    assert "HT" in page_text(desk.now()).text


def test_workers_that_race_for_one_page_read_it_once(desk: Desk, monkeypatch, tmp_path):
    class Tallying(Told):
        def read(self, data, order):
            (tmp_path / str(os.getpid())).touch()
            return super().read(data, order)

    told = Tallying(text_of("合同"))
    monkeypatch.setattr(tasks, "_sandbox", lambda: told)
    workers = [forked(lambda number=number: recognise_next(f"w{number}")) for number in range(4)]
    for worker in workers:
        os.waitpid(worker, 0)
    assert len(list(tmp_path.iterdir())) == 1
    assert (desk.now().text_version, Reading.objects.count(), desk.now().attempt) == (1, 1, 10)


def test_reading_holds_no_transaction_open(desk: Desk, monkeypatch):
    states = []
    told = Told(meanwhile=lambda: states.append(transaction.get_connection().in_atomic_block))
    monkeypatch.setattr(tasks, "_sandbox", lambda: told)
    recognise_next("w")
    assert states == [False]
    assert Page.objects.get().state == "recognised"
