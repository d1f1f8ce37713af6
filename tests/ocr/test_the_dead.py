"""Workers that are killed with pages in hand: others have the pages at once, and only what killed pays with a try."""

import hashlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from dms.core import once_only, presence
from dms.core.leases import lease
from dms.core.models import OnceOnly, Worker
from dms.core.workers import Heart, Loop
from dms.holdings.models import Page, Reading
from dms.journal.models import JournalEntry
from ocr import policy, tasks
from ocr.errors import EngineCrashed
from ocr.selectors import page_text, pages_waiting
from ocr.services import recognise_pages, recognising
from tests.factories import a_page

from .conftest import Desk, Told, text_of
from .test_faults import forked, was_killed
from .waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def signs() -> list[Path]:
    return list((Path(settings.DATA_DIR) / "workers").glob("*"))


def kill_this() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    signal.pause()


def work() -> None:
    """A worker process from its first sign of life: one round over all steps."""
    Loop(f"doomed:{os.getpid()}", stopping=lambda: False, pause=lambda seconds: None).run(once=True)


def a_heir() -> Loop:
    return Loop("heir", stopping=lambda: False, pause=lambda seconds: None)


def draw_three_and(deed: Callable[[list[Page]], object]) -> Callable[[], None]:
    """Return the work of a process that draws three pages and does `deed` with them."""

    def process() -> None:
        with Heart("doomed"):
            deed(lease(pages_waiting().select_related("item"), worker="doomed", seconds=180, limit=3))

    return process


def three_pages(desk: Desk) -> None:
    a_page(desk.item)
    a_page(desk.item)


def attempts(desk: Desk) -> list[tuple[int, bool]]:
    rows = desk.item.pages.order_by("pk").values_list("attempt", "leased_until")
    return [(attempt, until is not None) for attempt, until in rows]


@pytest.mark.rule("B1")
def test_the_page_of_a_killed_worker_is_read_by_the_next_one_without_waiting_for_the_lease(desk: Desk, monkeypatch):
    monkeypatch.setattr(tasks, "_sandbox", lambda: Told(meanwhile=kill_this))
    assert was_killed(forked(work))
    assert (desk.now().attempt, len(signs()), Worker.objects.count()) == (1, 1, 1)
    monkeypatch.setattr(tasks, "_sandbox", lambda: Told(text_of("物业服务合同")))
    assert not a_heir().run(until_idle=True, patience=5).gave_up
    assert (desk.now().state, desk.now().text_version, page_text(desk.now()).text) == ("recognised", 1, "物业服务合同")
    assert (Reading.objects.count(), signs(), Worker.objects.count()) == (1, [], 0)
    assert JournalEntry.objects.filter(action="page.recognised").count() == 1


@pytest.mark.rule("B1")
def test_a_page_that_kills_its_worker_is_given_up_after_its_tries(desk: Desk, monkeypatch):
    monkeypatch.setattr(tasks, "_sandbox", lambda: Told(meanwhile=kill_this))
    for number in range(policy.TRIES):
        assert was_killed(forked(work))
        assert desk.now().attempt == number + 1
    a_heir().run(once=True)
    assert (desk.now().state, desk.now().failure) == ("failed", EngineCrashed.words)


@pytest.mark.rule("B1")
def test_of_several_pages_only_the_one_it_was_at_counts_a_try(desk: Desk):
    three_pages(desk)
    met: list[str] = []

    class KilledBySecond(Told):
        def read(self, data, order):
            met.append(hashlib.sha256(data).hexdigest())
            if len(met) == 2:
                kill_this()
            return super().read(data, order)

    assert was_killed(forked(draw_three_and(lambda pages: recognise_pages(pages, KilledBySecond()))))
    assert attempts(desk) == [(1, True)] * 3
    assert presence.give_back_of_the_dead() == 3
    assert attempts(desk) == [(0, False), (1, False), (0, False)]


@pytest.mark.parametrize("where", ["before the first", "while writing"])
def test_where_no_single_page_can_be_named_all_count_a_try(desk: Desk, monkeypatch, where: str):
    three_pages(desk)
    monkeypatch.setattr(
        recognising, "current_captures" if where == "before the first" else "seal_all", lambda *values: kill_this()
    )
    assert was_killed(forked(draw_three_and(lambda pages: recognise_pages(pages, Told()))))
    assert presence.give_back_of_the_dead() == 3
    assert attempts(desk) == [(1, False)] * 3


@pytest.mark.rule("B1")
def test_what_a_living_worker_holds_is_never_freed_however_long_it_takes(desk: Desk, monkeypatch):
    monkeypatch.setattr(tasks, "_sandbox", lambda: Told(meanwhile=hang))
    worker = forked(work)
    try:
        until(lambda: desk.now().leased_until)
        assert presence.give_back_of_the_dead() == 0
        a_heir().run(once=True)
        with Heart("another"):
            assert forked_sweep() == 0
        assert (desk.now().attempt, desk.now().leased_by) == (1, f"doomed:{worker}")
    finally:
        os.kill(worker, signal.SIGKILL)
    assert was_killed(worker)
    assert presence.give_back_of_the_dead() == 1
    assert (desk.now().attempt, desk.now().leased_until, desk.now().leased_by) == (1, None, "")


def forked_sweep() -> int:
    """Return how many rows a child of this process frees: it must take its parent for alive too."""
    _, status = os.waitpid(forked(lambda: os._exit(presence.give_back_of_the_dead())), 0)
    return os.waitstatus_to_exitcode(status)


def test_what_another_worker_drew_since_stays_with_it(desk: Desk):
    assert was_killed(forked(draw_three_and(lambda pages: kill_this())))
    Page.objects.update(leased_by="w2", attempt=2)
    assert presence.give_back_of_the_dead() == 0
    assert (desk.now().leased_by, desk.now().attempt) == ("w2", 2)


def test_a_sign_of_another_machine_says_nothing_here(desk: Desk, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(presence.socket, "gethostname", lambda: "elsewhere")
        assert was_killed(forked(draw_three_and(lambda pages: kill_this())))
    assert presence.give_back_of_the_dead() == 0
    assert desk.now().leased_by == "doomed"
    for path in signs():
        path.unlink()


def test_the_exclusive_right_of_a_killed_scheduler_is_free_at_once(desk: Desk):
    def schedule() -> None:
        with Heart("doomed"):
            once_only.take("scheduler", holder="doomed", seconds=60)
            kill_this()

    assert was_killed(forked(schedule))
    assert not once_only.take("scheduler", holder="heir", seconds=60)
    presence.give_back_of_the_dead()
    assert once_only.take("scheduler", holder="heir", seconds=60)
    assert not OnceOnly.objects.filter(holder="doomed").exists()


@pytest.mark.rule("D4")
def test_where_no_sign_can_be_kept_the_worker_works_all_the_same(desk: Desk, monkeypatch, tmp_path):
    (tmp_path / "workers").write_text("not a folder")
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setattr(tasks, "_sandbox", lambda: Told())
    a_heir().run(once=True)
    assert desk.now().state == "recognised"
