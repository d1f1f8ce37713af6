"""Several pages read by one worker before it writes: written together, and none of them pays for another."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from dms.core.leases import lease
from dms.holdings.models import Page, Reading
from dms.journal.models import JournalEntry
from dms.vault.keystore import key_store
from dms.vault.models import StoredFile
from ocr import errors, tasks
from ocr.page_text import PageText
from ocr.selectors import page_text, pages_waiting
from ocr.services import recognise_pages, recognising
from ocr.tasks import recognise_next
from ocr.turns import ENOUGH, LONGEST_ENOUGH, MOST, Pace
from tests.factories import a_page

from .conftest import Desk, Told, text_of

pytestmark = pytest.mark.django_db


class InTurn(Told):
    """Answers one page after the other: with a text, or by raising."""

    def __init__(self, *answers: PageText | Exception | Callable[[], PageText]) -> None:
        super().__init__()
        self.answers = list(answers)

    def read(self, data, order) -> PageText:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


def drawn(desk: Desk, count: int) -> list[Page]:
    """Let a worker draw so many pages of the desk's item."""
    while desk.item.pages.count() < count:
        a_page(desk.item)
    waiting = pages_waiting().select_related("item").order_by("position")
    return lease(waiting, worker="w", seconds=60, limit=count)


def states(desk: Desk) -> list[tuple[str, int, int, bool]]:
    rows = desk.item.pages.order_by("position")
    return [(page.state, page.text_version, page.attempt, page.leased_until is not None) for page in rows]


READ, WAITING = ("recognised", 1, 10, False), ("waiting", 0, 0, False)


@pytest.mark.rule("B1")
def test_pages_that_are_read_together_have_their_own_texts_files_keys_and_lines_in_the_journal(desk: Desk):
    pages, keys = drawn(desk, 3), key_store().primary.counts()[0]
    outcome = recognise_pages(
        pages, InTurn(text_of("甲"), PageText(1240, 1754, engine="told 1"), text_of("乙", turn=90))
    )
    assert (outcome.tried, outcome.kept) == (3, 3)
    assert states(desk) == [READ, ("blank", 0, 10, False), READ]
    assert [page_text(page).text for page in desk.item.pages.order_by("position")] == ["甲", "", "乙"]
    assert list(desk.item.pages.order_by("position").values_list("captures__turn", flat=True)) == [0, 0, 90]
    assert StoredFile.objects.filter(purpose="alto").count() == 2
    assert key_store().primary.counts()[0] == keys + 2
    lines = JournalEntry.objects.filter(action__in=("page.recognised", "page.blank"))
    assert sorted(lines.values_list("thing_id", "action")) == sorted(
        (page.public_id, "page.blank" if page.position == 2 else "page.recognised") for page in pages
    )


def test_ten_pages_cost_no_more_statements_than_two(desk: Desk):
    counts = []
    for number in (2, 10):
        pages = drawn(desk, number)
        with CaptureQueriesContext(connection) as seen:
            recognise_pages(pages, Told())
        counts.append(len(seen))
        Reading.objects.all().delete()
        Page.objects.update(state="waiting", text_version=0, attempt=0)
    assert counts[0] == counts[1]


@pytest.mark.rule("B1")
def test_a_page_that_fails_fails_alone(desk: Desk):
    outcome = recognise_pages(drawn(desk, 3), InTurn(text_of("甲"), errors.EngineCrashed("test"), text_of("乙")))
    assert (outcome.tried, outcome.kept) == (3, 3)
    assert states(desk) == [READ, ("waiting", 0, 1, False), READ]


@pytest.mark.rule("B1")
def test_an_engine_that_goes_missing_leaves_what_was_read_and_costs_the_others_no_try(desk: Desk):
    with pytest.raises(errors.EngineUnavailable):
        recognise_pages(drawn(desk, 3), InTurn(text_of("甲"), errors.EngineUnavailable()))
    assert states(desk) == [READ, WAITING, WAITING]


def test_when_it_has_taken_long_enough_the_rest_is_given_back_as_if_never_drawn(desk: Desk):
    outcome = recognise_pages(drawn(desk, 3), Told(), enough=0)
    assert (outcome.tried, outcome.kept) == (1, 1)
    assert states(desk) == [READ, WAITING, WAITING]


@pytest.mark.rule("B1")
def test_a_page_that_another_took_meanwhile_is_left_to_it_and_its_file_is_gone(desk: Desk):
    pages, stones = drawn(desk, 2), key_store().primary.counts()[1]

    def taken() -> PageText:
        Page.objects.filter(pk=pages[0].pk).update(attempt=2, leased_by="another")
        return text_of("乙")

    outcome = recognise_pages(pages, InTurn(text_of("甲"), taken))
    assert (outcome.tried, outcome.kept) == (2, 1)
    assert states(desk) == [("waiting", 0, 2, True), READ]
    assert StoredFile.objects.filter(purpose="alto").count() == Reading.objects.count() == 1
    assert key_store().primary.counts()[1] == stones + 1


@pytest.mark.rule("B1")
def test_a_text_that_the_database_refuses_is_the_only_one_that_is_not_written(desk: Desk, monkeypatch):
    pages, real = drawn(desk, 3), recognising.add_readings

    def refusing(new):
        if any(one.capture.page_id == pages[1].pk for one in new):
            raise IntegrityError("never")
        return real(new)

    monkeypatch.setattr(recognising, "add_readings", refusing)
    with pytest.raises(IntegrityError):
        recognise_pages(pages, Told())
    assert states(desk) == [READ, ("waiting", 0, 1, True), READ]


@pytest.mark.rule("B1")
def test_a_full_disk_costs_no_page_a_try_and_leaves_nothing_behind(desk: Desk, monkeypatch):
    pages, (keys, stones) = drawn(desk, 2), key_store().primary.counts()
    monkeypatch.setattr("dms.vault.placement.os.fsync", full)
    with pytest.raises(OSError, match="full"):
        recognise_pages(pages, Told())
    assert states(desk) == [WAITING, WAITING]
    assert key_store().primary.counts() == (keys, stones + 2)
    assert StoredFile.objects.filter(purpose="alto").count() == 0


def full(descriptor: int) -> None:
    raise OSError(28, "full")


def test_a_worker_draws_more_when_pages_go_fast_and_one_again_after_a_failure(desk: Desk, monkeypatch):
    while desk.item.pages.count() < 8:
        a_page(desk.item)
    told = InTurn(*(text_of("字") for _number in range(7)), errors.EngineUnavailable())
    monkeypatch.setattr(tasks, "_sandbox", lambda: told)
    monkeypatch.setattr(tasks, "_pace", Pace())
    assert [recognise_next("w") for _round in range(3)] == [1, 2, 4]
    with pytest.raises(errors.EngineUnavailable):
        recognise_next("w")
    told.answers = [text_of("字")]
    assert tasks._pace.next() == 1


def test_the_pace_follows_what_fits_into_a_second_and_never_more_than_doubles():
    pace, seen = Pace(), []
    for seconds_a_page in (0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0):
        number = pace.next()
        tried = min(number, max(1, int(ENOUGH / seconds_a_page)) if seconds_a_page else number)
        pace.went(tried, reading=tried * seconds_a_page, around=0.05)
        seen.append(number)
    assert seen == [1, 2, 4, 8, 10, 10, 2, 1, 2, 4, 8, 16, MOST]


def test_where_writing_takes_long_groups_last_longer_but_never_without_end():
    pace = Pace()
    for around in (0.2, 0.5, 30.0):
        pace.went(1, reading=1.0, around=around)
        assert pace.enough == {0.2: ENOUGH, 0.5: 2.0, 30.0: LONGEST_ENOUGH}[around]
