"""What waits, in which order, and what is to be checked by whom."""

from datetime import timedelta

import pytest

from dms.core import clock
from dms.holdings.models import Page
from dms.holdings.services import add_reading
from dms.intake.light_table import LyingPage, get_table_of_item, lying_on
from dms.intake.models import PageSource, ReceivedFile, ScanBatch
from dms.organisation.models import User
from dms.vault.services import store
from ocr import selectors
from ocr.selectors import Wanted, to_check
from tests.factories import a_dossier, a_page, an_item

from .conftest import Desk

pytestmark = pytest.mark.django_db


def a_received_file(desk: Desk, batch: ScanBatch, position: int, name: str, pages: int) -> list[Page]:
    file = ReceivedFile.objects.create(
        batch=batch,
        position=position,
        name=name,
        size=1,
        stored=store(name.encode(), purpose="received"),
        received_by=desk.house.archivist,
        received_at=clock.now(),
        state="split",
        changed_at=clock.now(),
    )
    item = an_item(desk.house.archivist, batch.dossier)
    made = [a_page(item) for _number in range(pages)]
    for index, page in enumerate(made):
        PageSource.objects.create(page=page, received_file=file, index_in_file=index)
    return made


def a_batch(desk: Desk) -> ScanBatch:
    return ScanBatch.objects.create(dossier=desk.dossier, opened_by=desk.house.archivist, opened_at=clock.now())


def test_batches_take_turns(desk: Desk):
    Page.objects.filter(pk=desk.page.pk).update(state="blank")
    first, second = a_batch(desk), a_batch(desk)
    long = a_received_file(desk, first, 0, "long.pdf", 4)
    short = a_received_file(desk, second, 0, "short.pdf", 2)
    order = [long[0], short[0], long[1], short[1], long[2], long[3]]
    assert list(selectors.pages_waiting()) == order


def test_pages_that_failed_once_wait_behind_the_untried_and_held_ones_are_passed_over(desk: Desk):
    tried, held, fresh = (a_page(desk.item) for _number in range(3))
    Page.objects.filter(pk=desk.page.pk).update(state="recognised", text_version=1)
    Page.objects.filter(pk=tried.pk).update(attempt=1)
    Page.objects.filter(pk=held.pk).update(leased_until=clock.now() + timedelta(minutes=1))
    assert selectors.next_waiting(10) == [fresh.pk, tried.pk]
    assert selectors.count_waiting() == {"waiting": 2, "in work": 1}


def test_pages_of_a_withdrawn_item_are_not_read(desk: Desk):
    desk.item.state = "withdrawn"
    desk.item.save()
    assert (selectors.next_waiting(10), selectors.count_waiting()) == ([], {"waiting": 0, "in work": 0})


def read_with(page: Page, confidence: int, **values: object) -> Page:
    Page.objects.filter(pk=page.pk).update(
        **{"state": "recognised", "text_version": 1, "confidence": confidence, **values}
    )
    return page


@pytest.mark.rule("B1")
def test_doubtful_pages_come_worst_first_and_checked_ones_not_at_all(desk: Desk):
    bad, worse, good, checked = (a_page(desk.item) for _number in range(4))
    read_with(bad, 70)
    read_with(worse, 20)
    read_with(good, 75)
    read_with(checked, 10, checked_at=clock.now())
    assert list(to_check(desk.house.staff1)) == [worse, bad]
    assert list(to_check(desk.house.staff1, Wanted(below=50))) == [worse]
    assert list(to_check(desk.house.staff1, Wanted(dossier=desk.dossier.number))) == [worse, bad]
    assert list(to_check(desk.house.staff1, Wanted(dossier="nobody"))) == []


def read_by(page: Page, engine: str, confidence: int) -> Page:
    add_reading(
        capture=page.captures.get(),
        kind="recognised",
        alto=store(b"x", purpose="alto"),
        engine=engine,
        confidence=confidence,
    )
    return read_with(page, confidence)


@pytest.mark.rule("B1")
def test_what_is_doubtful_is_said_by_the_engine_that_read_the_page_whatever_is_set_now(desk: Desk, settings):
    settings.OCR_CHECK_BELOW, settings.OCR_ENGINE = 0, "auto"
    bad, good, both = (a_page(desk.item) for _number in range(3))
    rapid, failed_over = a_page(desk.item), a_page(desk.item)
    read_by(bad, "tesseract 5.3.0 chi_sim+eng", 74)
    read_by(good, "tesseract 5.3.0 chi_sim+eng", 75)
    read_by(both, "tesseract 5.3.0 chi_sim+eng", 75)
    read_by(both, "rapidocr 3.4 ppocr", 88)
    read_by(rapid, "rapidocr 3.4 ppocr", 90)
    read_by(failed_over, "tesseract 5.3.0 chi_sim+eng, rapidocr failed", 80)
    assert list(to_check(desk.house.staff1)) == [bad, both]
    assert list(to_check(desk.house.staff1, Wanted(below=80))) == [bad, good]
    settings.OCR_CHECK_BELOW = 81
    assert list(to_check(desk.house.staff1)) == [bad, good, failed_over]
    findings = {page.pk: [finding.fault.name for finding in page.findings] for page in lying(desk)}
    settings.OCR_CHECK_BELOW = 0
    by_engine = {page.pk: [finding.fault.name for finding in page.findings] for page in lying(desk)}
    assert [key for key, names in findings.items() if "UNSURE" in names] == [bad.pk, good.pk, failed_over.pk]
    assert [key for key, names in by_engine.items() if "UNSURE" in names] == [bad.pk, both.pk]


def lying(desk: Desk) -> list[LyingPage]:
    """Return the pages as they lie on the light table of the desk's item."""
    (item,) = lying_on(get_table_of_item(desk.house.archivist, desk.item.public_id), desk.house.archivist)
    return item.pages


def test_pages_that_could_not_be_read_are_listed_apart(desk: Desk):
    Page.objects.filter(pk=desk.page.pk).update(state="failed", failure="x")
    assert list(to_check(desk.house.staff1)) == []
    assert list(to_check(desk.house.staff1, Wanted(failed=True))) == [desk.page]


def test_the_list_goes_on_where_it_ended(desk: Desk):
    pages = [read_with(a_page(desk.item), confidence) for confidence in (30, 30, 40)]
    all_pages = to_check(desk.house.staff1)
    assert list(selectors.after(all_pages, selectors.place_of(all_pages[0]))) == pages[1:]
    assert list(selectors.after(all_pages, "nonsense")) == pages


@pytest.mark.rule("D1")
def test_nobody_sees_doubtful_pages_of_dossiers_that_are_not_theirs_to_work_on(desk: Desk):
    read_with(desk.page, 20)
    foreign = read_with(a_page(an_item(desk.house.archivist, a_dossier(desk.house.archivist, desk.house.finance))), 20)

    def seen_by(person: User) -> list[Page]:
        return list(to_check(person))

    assert seen_by(desk.house.staff1) == [desk.page]
    assert seen_by(desk.house.archivist) == [desk.page, foreign]
    assert {name for name, person in desk.house.people.items() if seen_by(person)} == {"staff1", "archivist"}
    assert {name for name, person in desk.house.people.items() if selectors.may_correct_anything(person)} == {
        "staff1",
        "archivist",
    }


def test_files_of_one_name_are_told_apart(desk: Desk):
    batch = a_batch(desk)
    pages = [a_received_file(desk, batch, position, "扫描.pdf", 2) for position in (0, 1)]
    found = selectors.pages_by_file(desk.house.archivist, desk.dossier)
    assert found == {"扫描.pdf": pages[0], "扫描.pdf (2)": pages[1]}
