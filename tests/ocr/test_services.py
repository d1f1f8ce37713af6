"""Reading pages under a lease: all of it written or nothing, failures said in words, never twice."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError

from dms.core import clock
from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.models import Capture, Page, Reading
from dms.holdings.services import pages as holdings_pages
from dms.intake.models import TextLayer
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from dms.vault.services import destroy, store
from ocr import errors, services, signals
from ocr.page_text import PageText
from ocr.selectors import page_text
from ocr.services import recognise_page, recognising
from tests.factories import a_dossier, a_page, an_item

from .conftest import Desk, Told, text_of

pytestmark = pytest.mark.django_db


def actions(page: Page) -> list[str]:
    return list(JournalEntry.objects.filter(thing_id=page.public_id).order_by("id").values_list("action", flat=True))


def altos() -> int:
    return StoredFile.objects.filter(purpose="alto").count()


@pytest.mark.rule("B1")
def test_a_read_page_has_text_state_version_confidence_and_turn(desk: Desk):
    told = Told(text_of("物业服务合同", "编号HT-2019", confidence=88, turn=90))
    assert recognise_page(desk.leased(), told)
    page, capture = desk.now(), Capture.objects.get(page=desk.page)
    assert (page.state, page.text_version, page.confidence, page.failure) == ("recognised", 1, 88, "")
    assert (page.leased_until, page.leased_by, page.attempt) == (None, "", 10)
    reading = Reading.objects.get(capture=capture)
    assert (reading.kind, reading.engine, reading.version, reading.confidence) == ("recognised", "told 1", 1, 88)
    assert capture.turn == 90
    assert page_text(page) == told.answer
    assert actions(page) == ["page.recognised"]
    assert [(order.media_type, order.width, order.height, order.dpi) for order in told.orders] == [
        ("image/jpeg", 1240, 1754, 200)
    ]


@pytest.mark.rule("D1")
def test_no_word_of_the_page_stands_in_the_journal(desk: Desk):
    recognise_page(desk.leased(), Told(text_of("身份证号110101199001011234")))
    entry = JournalEntry.objects.get(action="page.recognised")
    assert "110101" not in json.dumps([str(value) for value in vars(entry).values()])


@pytest.mark.rule("A10")
def test_a_blank_page_has_no_text_and_no_reading(desk: Desk):
    recognise_page(desk.leased(), Told(PageText(1240, 1754, engine="told 1")))
    page = desk.now()
    assert (page.state, page.text_version, page.confidence) == ("blank", 0, None)
    assert (Reading.objects.count(), altos(), actions(page)) == (0, 0, ["page.blank"])


def test_those_above_hear_of_it_after_the_commit(desk: Desk, django_capture_on_commit_callbacks):
    heard = []

    def hear(page_ids, **_rest):
        heard.extend(page_ids)

    signals.text_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            recognise_page(desk.leased(), Told())
        assert heard == []
        for callback in callbacks:
            callback()
    finally:
        signals.text_changed.disconnect(hear)
    assert heard == [desk.page.pk]


def test_who_lost_the_lease_writes_nothing(desk: Desk):
    first = desk.leased("w1")

    def outlived():
        with clock.at(clock.now() + timedelta(minutes=5)):
            second = desk.leased("w2")
            assert recognise_page(second, Told(text_of("第二个工人的文字")))

    assert not recognise_page(first, Told(text_of("第一个工人的文字"), meanwhile=outlived))
    assert page_text(desk.now()).text == "第二个工人的文字"
    assert (Reading.objects.count(), altos(), desk.now().text_version) == (1, 1, 1)
    assert actions(desk.page) == ["page.recognised"]


def test_a_rescan_while_the_old_image_is_read_wins(desk: Desk):
    page = desk.leased()

    assert not recognise_page(page, Told(meanwhile=lambda: a_rescan(desk)))
    assert (desk.now().state, Reading.objects.count()) == ("waiting", 0)


def test_an_error_while_writing_leaves_nothing_written(desk: Desk, monkeypatch):
    page = desk.leased()

    def broken(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(recognising, "record_many", broken)
    with pytest.raises(DatabaseError):
        recognise_page(page, Told())
    assert (desk.now().state, desk.now().text_version) == ("waiting", 0)
    assert (Reading.objects.count(), altos()) == (0, 0)


@pytest.mark.rule("B1")
def test_a_failing_page_is_tried_three_times_and_then_says_why(desk: Desk):
    states = []
    for _number in range(3):
        recognise_page(desk.leased(), Told(errors.EngineTimedOut(5)))
        states.append((desk.now().state, desk.now().leased_until))
    assert states == [("waiting", None), ("waiting", None), ("failed", None)]
    assert desk.now().failure == "Reading this page took too long and was stopped."
    assert actions(desk.page) == ["page.recognition_failed"]


def test_a_damaged_image_is_not_tried_again(desk: Desk):
    recognise_page(desk.leased(), Told(errors.ImageUnreadable()))
    assert (desk.now().state, desk.now().failure) == (
        "failed",
        "The image of this page is damaged and cannot be opened.",
    )


def test_a_destroyed_image_is_not_read(desk: Desk):
    destroy([desk.page.captures.get().master], reason="test")
    told = Told()
    recognise_page(desk.leased(), told)
    assert (desk.now().state, told.orders) == ("failed", [])


def test_a_page_that_killed_its_workers_is_given_up(desk: Desk):
    for _number in range(3):
        desk.leased()
        Page.objects.filter(pk=desk.page.pk).update(leased_until=None)
    told = Told()
    recognise_page(desk.leased(), told)
    assert (desk.now().state, told.orders) == ("failed", [])
    assert desk.now().failure == "The recognition engine crashed on this page."


def test_a_missing_engine_costs_the_page_no_try(desk: Desk):
    for _number in range(5):
        with pytest.raises(errors.EngineUnavailable):
            recognise_page(desk.leased(), Told(errors.EngineUnavailable()))
    assert (desk.now().state, desk.now().attempt, desk.now().leased_until) == ("waiting", 0, None)


@pytest.mark.rule("B1")
def test_a_text_layer_is_taken_over_and_nothing_recognised(desk: Desk):
    rows = [{"text": "物业合同", "chars": [[10 * n, 5, 10 * n + 9, 25] for n in range(4)]}]
    stored = store(json.dumps(rows).encode(), purpose="text layer")
    TextLayer.objects.create(capture=desk.page.captures.get(), stored=stored)
    told = Told()
    recognise_page(desk.leased(), told)
    assert (told.orders, page_text(desk.now()).text) == ([], "物业合同")
    assert (Reading.objects.get().kind, desk.now().confidence) == ("text_layer", 100)


def test_reading_again_counts_tries_anew_and_needs_a_failed_page(desk: Desk):
    recognise_page(desk.leased(), Told(errors.ImageUnreadable()))
    services.retry_page(page=desk.page, acting_user=desk.house.staff1)
    assert (desk.now().state, desk.now().failure) == ("waiting", "")
    for _number in range(2):
        recognise_page(desk.leased(), Told(errors.EngineCrashed("x")))
    assert desk.now().state == "waiting"
    with pytest.raises(NotAllowed):
        services.retry_page(page=desk.page, acting_user=desk.house.staff1)


def test_a_turn_that_somebody_chose_is_kept(desk: Desk):
    holdings_pages.turn_page(page=desk.page, degrees=180, acting_user=desk.house.archivist)
    recognise_page(desk.leased(), Told(text_of("合同", turn=90)))
    assert desk.page.captures.get().turn == 180


def a_rescan(desk: Desk) -> None:
    other = a_page(desk.item)
    capture = other.captures.get()
    files = (capture.master, capture.derivative, capture.thumbnail)
    capture.delete()
    other.delete()
    facts = holdings_pages.CaptureFacts(*files, "image/jpeg", 1240, 1754, 200)
    holdings_pages.add_capture(page=desk.page, capture=facts, acting_user=desk.house.archivist)


@pytest.mark.parametrize("ending", [text_of("旧图像"), errors.ImageUnreadable()])
def test_a_page_can_be_rescanned_and_read_any_number_of_times(desk: Desk, ending):
    for _number in range(5):
        recognise_page(desk.leased(), Told(ending))
        a_rescan(desk)
    recognise_page(desk.leased(), Told(text_of("新图像")))
    assert (desk.now().state, page_text(desk.now()).text) == ("recognised", "新图像")


@pytest.mark.rule("A12")
def test_a_correction_is_a_new_version_and_the_old_one_stays_readable(desk: Desk):
    recognise_page(desk.leased(), Told(text_of("物业服务合后", "编号HT-2019", confidence=60)))
    reading = services.correct_text(
        page=desk.page, new_lines=["物业服务合同", "编号HT-2019"], acting_user=desk.house.staff1, seen_version=1
    )
    page = desk.now()
    assert (reading.kind, reading.version, reading.made_by) == ("corrected", 2, desk.house.staff1)
    assert page_text(page).text == "物业服务合同\n编号HT-2019"
    assert (page.text_version, page.state, page.checked_at is not None) == (2, "recognised", True)
    old = Reading.objects.get(version=1)
    assert not old.is_current
    assert services.open_text(page=page, reading=old, acting_user=desk.house.staff1).text.startswith("物业服务合后")
    assert actions(page) == ["page.recognised", "page.text_corrected", "page.text_read"]


def test_a_correction_of_what_has_moved_on_changes_nothing(desk: Desk):
    recognise_page(desk.leased(), Told())
    with pytest.raises(services.TextMovedOn):
        services.correct_text(page=desk.page, new_lines=["x"], acting_user=desk.house.staff1, seen_version=0)
    assert (desk.now().text_version, Reading.objects.count()) == (1, 1)


def test_saving_without_a_change_counts_as_checking(desk: Desk):
    recognise_page(desk.leased(), Told(text_of("合同")))
    assert services.correct_text(page=desk.page, new_lines=["合同"], acting_user=desk.house.staff1) is None
    assert (desk.now().text_version, desk.now().checked_at is not None) == (1, True)
    assert actions(desk.page) == ["page.recognised", "page.text_checked"]


def test_a_page_that_waits_is_not_corrected(desk: Desk):
    with pytest.raises(NotAllowed) as caught:
        services.correct_text(page=desk.page, new_lines=["x"], acting_user=desk.house.staff1)
    assert caught.value.code == "waiting"


@pytest.mark.rule("D1")
@pytest.mark.parametrize("who", ["staff2", "head1", "director", "admin", "auditor"])
def test_only_those_who_work_on_the_dossier_correct_and_retry(desk: Desk, who: str):
    recognise_page(desk.leased(), Told())
    person = desk.house.people[who]
    for act in (
        lambda: services.correct_text(page=desk.page, new_lines=["x"], acting_user=person),
        lambda: services.mark_checked(page=desk.page, acting_user=person),
        lambda: services.retry_page(page=desk.page, acting_user=person),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (desk.now().text_version, desk.now().checked_at, Reading.objects.count()) == (1, None, 1)


@pytest.mark.rule("C3")
def test_texts_are_exported_only_to_those_who_may_take_copies(desk: Desk):
    assert services.export_texts(number=desk.dossier.number, acting_user=desk.house.archivist) == {}
    assert JournalEntry.objects.filter(action="dossier.text_exported").count() == 1
    with pytest.raises(NotAllowed):
        services.export_texts(number=desk.dossier.number, acting_user=desk.house.staff1)
    with pytest.raises(NotFound):
        services.export_texts(number=desk.dossier.number, acting_user=desk.house.staff2)


def test_a_text_of_another_page_is_not_opened_under_this_one(desk: Desk):
    recognise_page(desk.leased(), Told())
    other = a_page(an_item(desk.house.archivist, a_dossier(desk.house.archivist, desk.house.finance)))
    with pytest.raises(Refusal):
        services.open_text(page=other, reading=Reading.objects.get(), acting_user=desk.house.archivist)
