"""Closing: what must hold first, what is frozen then, and how a volume is opened again."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from dms.arrangement.models import Binding, Volume, VolumeState
from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
from dms.arrangement.selectors.listing import VolumeFilters, VolumeOrder, page_of_volumes
from dms.arrangement.selectors.volumes import RELATED, decide_volume, volumes_visible_to
from dms.arrangement.services import (
    arrange_dossier,
    close_volume,
    confirm_closing,
    correct_item,
    relate_items,
    reopen_volume,
)
from dms.arrangement.services.closing import NotReadyToClose
from dms.clearance.policy import Act
from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Dossier, Item, Page
from dms.holdings.services import change_item, move_item, withdraw_item
from dms.holdings.services.items import FilingFacts
from dms.holdings.services.pages_layout import lay_out_pages, layout_of
from dms.journal.models import JournalEntry
from dms.organisation.models import PostKind
from tests.factories import a_dossier, a_page, security_classes
from tests.factories.organisation import a_person

from .conftest import closed, made_ready, snapshot, titles

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A11")]


@pytest.fixture
def volume(house, enter, arrange) -> Volume:
    """The volume of 2023 with a request, its reply with an attachment, ready to be closed."""
    request, reply, attachment = enter("request", 2022), enter("reply", 2023), enter("attachment", 2023)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    relate_items(item=attachment, kind="attachment_of", other=reply, acting_user=house.archivist)
    made_ready(house, [request, reply, attachment])
    arrange()
    return Volume.objects.get()


def test_closing_freezes_codes_and_items(house, dossier, volume):
    shut = closed(house, volume)
    code = f"{house.fonds.code}-{dossier.series.code}-2023-0001"
    assert (shut.state, shut.number, shut.reference_code, shut.closed_by) == ("closed", 1, code, house.archivist)
    rows = Binding.objects.filter(volume=shut).select_related("item").order_by("order")
    assert [(row.item.title, row.item.reference_code) for row in rows] == [
        ("reply", f"{code}-001"),
        ("attachment", f"{code}-001-01"),
        ("request", f"{code}-002"),
    ]
    assert all(row.item.is_frozen for row in rows)
    assert rows[0].item.versions.first().changed == ["reference_code"]


def spoil_nothing(_volume: Volume) -> None:
    """Everything is as it should be but what is confirmed by hand."""


def spoil_reading(volume: Volume) -> None:
    """One page waits to be read."""
    Page.objects.filter(item__title="reply").update(state="waiting")


def spoil_count(volume: Volume) -> None:
    """More pages were counted on the paper than scanned."""
    Item.objects.filter(title="reply").update(stated_pages=4)


def spoil_filing(volume: Volume) -> None:
    """One item did not pass the intake check yet."""
    Item.objects.filter(title="reply").update(state="intake")


@pytest.mark.parametrize(
    ("spoil", "confirmed", "named"),
    [
        (spoil_nothing, (), ["in_order", "metal_removed", "bound", "note_sheet"]),
        (spoil_reading, CONFIRMED_BY_HAND, ["recognised"]),
        (spoil_count, CONFIRMED_BY_HAND, ["pages_agree"]),
        (spoil_filing, CONFIRMED_BY_HAND, ["filed"]),
    ],
)
@pytest.mark.rule("A10")
@pytest.mark.rule("A17")
def test_what_is_not_ready_is_refused_by_name_and_nothing_changes(
    house, dossier, volume, spoil: Callable[[Volume], None], confirmed, named
):
    spoil(volume)
    before = snapshot(dossier)
    with pytest.raises(NotReadyToClose) as refused:
        close_volume(volume=volume, confirmed=confirmed, acting_user=house.archivist)
    assert [line["check"] for line in refused.value.carried["checks"]] == named
    assert snapshot(dossier) == before


def test_an_item_without_a_scan_cannot_be_closed_in(house, volume, enter):
    enter("no scan", 2023, filing=FilingFacts(stated_pages=2))
    with pytest.raises(NotReadyToClose) as refused:
        closed(house, volume)
    assert [line["check"] for line in refused.value.carried["checks"]] == ["filed", "scanned"]


@pytest.mark.rule("A12")
def test_items_of_a_closed_volume_are_read_only_for_every_service(house, dossier, kind, volume):
    closed(house, volume)
    item = Item.objects.get(title="reply")
    before = snapshot(dossier)
    target = a_dossier(house.archivist, house.service, kind=kind)
    pages = layout_of([item.pk])
    acts = [
        lambda: change_item(item=item, changes={"title": "x"}, acting_user=house.archivist),
        lambda: move_item(item=item, dossier=target, section=None, reason="x", acting_user=house.archivist),
        lambda: withdraw_item(item=item, reason="x", acting_user=house.archivist),
        lambda: lay_out_pages(before=pages, after=pages, acting_user=house.archivist),
        lambda: a_page(item),
    ]
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "volume_closed"
    assert snapshot(dossier) == before
    assert item.pages.count() == 1


@pytest.mark.rule("A12")
def test_the_database_refuses_changes_to_a_closed_volume_and_its_items(house, dossier, volume, enter):
    shut = closed(house, volume)
    late = enter("late", 2023)
    row = Binding.objects.filter(volume=shut).first()
    before = snapshot(dossier)
    acts = [
        lambda: Item.objects.filter(title="reply").update(title="x"),
        lambda: Item.objects.filter(title="reply").update(reference_code=""),
        lambda: Binding.objects.filter(pk=row.pk).update(order=9),
        lambda: Binding.objects.filter(pk=row.pk).delete(),
        lambda: Binding.objects.create(volume=shut, item=late, filing_year=2023, order=9, because="date"),
        lambda: Volume.objects.filter(pk=shut.pk).update(reference_code="x"),
        lambda: Volume.objects.filter(pk=shut.pk).update(last_page=9),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert snapshot(dossier) == before


@pytest.mark.rule("A7")
def test_a_reply_after_closing_leaves_the_request_and_goes_to_its_own_year(house, volume, enter, arrange):
    closed(house, volume)
    late = enter("second reply", 2024)
    relate_items(item=late, kind="replies_to", other=Item.objects.get(title="request"), acting_user=house.archivist)
    enter("late attachment", 2020)
    relate_items(
        item=Item.objects.get(title="late attachment"),
        kind="attachment_of",
        other=Item.objects.get(title="reply"),
        acting_user=house.archivist,
    )
    assert arrange() == [["reply", "attachment", "request"], ["late attachment"], ["second reply"]]
    assert list(Volume.objects.in_order().values_list("filing_year", "part", "state")) == [
        (2023, 1, "closed"),
        (2023, 2, "open"),
        (2024, 1, "open"),
    ]


@pytest.mark.rule("A12")
def test_a_volume_opened_again_keeps_its_number_and_takes_its_papers_to_where_they_belong(
    house, dossier, volume, enter, arrange
):
    shut = closed(house, volume)
    late = enter("second reply", 2024)
    relate_items(item=late, kind="replies_to", other=Item.objects.get(title="request"), acting_user=house.archivist)
    with pytest.raises(Refusal) as refused:
        reopen_volume(volume=shut, reason=" ", acting_user=house.archivist)
    assert refused.value.code == "reason_needed"
    again = reopen_volume(volume=shut, reason="late reply", acting_user=house.archivist)
    assert (again.state, again.number, again.reference_code, again.closed_at) == ("open", 1, shut.reference_code, None)
    assert titles(dossier) == [[], ["second reply", "reply", "attachment", "request"]]
    item = Item.objects.get(title="reply")
    assert (item.is_frozen, item.reference_code) == (False, "")
    assert JournalEntry.objects.get(action="volume.reopened").facts == {"reason": "late reply"}
    arrange()
    assert Volume.objects.filter(pk=shut.pk).exists()


def test_numbers_run_on_without_gaps_over_dossiers_and_a_refused_closing_takes_none(
    house, dossier, kind, volume, enter
):
    with pytest.raises(NotReadyToClose):
        close_volume(volume=volume, acting_user=house.archivist)
    other = a_dossier(house.archivist, house.service, kind=kind)
    from datetime import date

    from tests.factories import an_item

    item = an_item(house.archivist, other, document_date=date(2023, 1, 1))
    made_ready(house, [item])
    arrange_dossier(dossier=other, acting_user=house.archivist)
    assert closed(house, Volume.objects.get(dossier=other)).number == 1
    assert closed(house, volume).number == 2


def test_where_it_is_ruled_a_second_person_confirms(house, dossier, kind, volume):
    kind.closing_confirmed = True
    kind.save()
    waiting = closed(house, volume)
    assert (waiting.state, waiting.reference_code) == (VolumeState.TO_CONFIRM, "")
    assert arrange_dossier(dossier=dossier, acting_user=house.archivist).changed == 0
    with pytest.raises(Refusal):
        confirm_closing(volume=waiting, acting_user=house.archivist)
    item = Item.objects.get(title="reply")
    assert (item.is_frozen, item.reference_code) == (True, "")
    with pytest.raises(Refusal):
        change_item(item=item, changes={"title": "x"}, acting_user=house.archivist)
    second = a_person(PostKind.ARCHIVIST, house.fonds, rank=1)
    done = confirm_closing(volume=waiting, acting_user=second)
    assert (done.state, done.closed_by, done.checked_by) == ("closed", house.archivist, second)
    item.refresh_from_db()
    assert (item.is_frozen, item.reference_code) == (True, f"{done.reference_code}-001")


@pytest.mark.rule("D1")
def test_only_an_archivist_closes_and_only_up_to_the_own_clearance(house, volume):
    for person in (house.staff1, house.head1, house.gm):
        with pytest.raises(NotAllowed):
            closed_by_person(volume, person)
    weak = a_person(PostKind.ARCHIVIST, house.fonds)
    Item.objects.filter(title="reply").update(classification=None)
    Volume.objects.filter(pk=volume.pk).update(rank=1)
    volume.refresh_from_db()
    assert not decide_volume(weak, Act.KNOW, volume)
    assert decide_volume(house.archivist, Act.WORK, volume)
    assert Volume.objects.get(pk=volume.pk).state == "open"


@pytest.mark.rule("D1")
def test_a_paper_classified_higher_since_hides_its_volume_at_once(house, volume):
    weak = a_person(PostKind.ARCHIVIST, house.fonds)
    Item.objects.filter(dossier=volume.dossier).update(classification=None)
    Dossier.objects.filter(pk=volume.dossier_id).update(classification=security_classes()[0])
    arrange_dossier(dossier=volume.dossier, acting_user=house.archivist)

    def seen() -> tuple[bool, bool, bool]:
        at_hand = Volume.objects.select_related(*RELATED).get(pk=volume.pk)
        listed = page_of_volumes(weak, VolumeFilters(), VolumeOrder.YEAR, number=1, size=10)[0]
        among = volumes_visible_to(weak, Act.READ).filter(pk=volume.pk).exists()
        return bool(decide_volume(weak, Act.READ, at_hand)), volume.pk in [one.pk for one in listed], among

    assert seen() == (True, True, True)
    Item.objects.filter(title="reply").update(classification=security_classes()[1])
    assert seen() == (False, False, False)


def closed_by_person(volume: Volume, person) -> None:
    close_volume(volume=volume, confirmed=CONFIRMED_BY_HAND, acting_user=person)


@pytest.mark.rule("A12")
def test_a_correction_by_decision_keeps_place_and_code_and_the_old_version(house, volume):
    closed(house, volume)
    item = Item.objects.get(title="reply")
    with pytest.raises(Refusal):
        correct_item(item=item, changes={"document_date": None}, reason="x", acting_user=house.archivist)
    after = correct_item(item=item, changes={"title": "reply!"}, reason="spelling", acting_user=house.archivist)
    assert (after.title, after.is_frozen, after.reference_code) == ("reply!", True, item.reference_code)
    assert after.versions.first().reason == "spelling"
