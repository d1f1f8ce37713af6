"""Volumes as rows: what arranging writes, that it writes nothing twice, and what the database refuses."""

import pytest
from django.db import IntegrityError, transaction

from dms.arrangement.models import Binding, Volume
from dms.arrangement.services import arrange_dossier, relate_items, unrelate_items
from dms.arrangement.services.relations import RelationRefused
from dms.core.errors import NotAllowed, NotFound
from dms.holdings.models import DocumentType, Item, RetentionPeriod
from dms.holdings.services import change_item, move_item, withdraw_item
from dms.holdings.services.items import FilingFacts
from dms.journal.models import JournalEntry
from tests.factories import a_dossier, an_item, security_classes

from .conftest import snapshot, titles

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A7")]


def test_items_lie_in_a_volume_for_each_year_in_order_with_pages_and_reason(house, dossier, enter, arrange):
    enter("b", 2023, 5, filing=FilingFacts(stated_pages=3))
    enter("a", 2023, 4, filing=FilingFacts(stated_pages=2))
    enter("c", 2022)
    assert arrange() == [["c"], ["a", "b"]]
    rows = Binding.objects.filter(filing_year=2023).order_by("order")
    assert [(row.number, row.first_page, row.last_page, row.because) for row in rows] == [
        (1, 1, 2, "date"),
        (2, 3, 5, "date"),
    ]
    assert [(v.filing_year, v.retention.code, v.part, v.sheets, v.last_page) for v in Volume.objects.in_order()] == [
        (2022, "permanent", 1, 0, 0),
        (2023, "permanent", 1, 5, 5),
    ]


def test_arranging_again_changes_nothing_and_writes_no_line(house, dossier, enter, arrange):
    enter("a", 2023)
    arrange()
    before = snapshot(dossier)
    lines = JournalEntry.objects.count()
    told = arrange_dossier(dossier=dossier, acting_user=house.archivist)
    assert (told.volumes, told.changed) == (1, 0)
    assert snapshot(dossier) == before
    assert JournalEntry.objects.count() == lines


def test_a_reply_that_comes_later_moves_its_request_and_the_empty_volume_goes(house, enter, arrange):
    request = enter("request", 2022)
    assert arrange() == [["request"]]
    reply = enter("reply", 2023)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    assert arrange() == [["reply", "request"]]
    assert Binding.objects.get(item=request).because_of == reply
    relation = reply.relations.get()
    unrelate_items(relation=relation, acting_user=house.archivist)
    assert arrange() == [["request"], ["reply"]]


def test_one_by_one_and_all_at_once_give_the_same_volumes(house, dossier, kind, enter, arrange):
    for number in range(4):
        enter(f"{number}", 2023, 5 - number)
        one_by_one = arrange()
    Binding.objects.all().delete()
    Volume.objects.all().delete()
    assert arrange() == one_by_one == [["3", "2", "1", "0"]]


def test_withdrawn_and_moved_items_leave_their_volume(house, dossier, kind, enter, arrange):
    enter("stays", 2023)
    wrong, moved = enter("wrong", 2023), enter("moved", 2023)
    arrange()
    withdraw_item(item=wrong, reason="x", acting_user=house.archivist)
    target = a_dossier(house.archivist, house.service, kind=kind)
    move_item(item=moved, dossier=target, section=None, reason="x", acting_user=house.archivist)
    arrange_dossier(dossier=target, acting_user=house.archivist)
    assert titles(target) == [["moved"]]
    assert arrange() == [["stays"]]


@pytest.mark.rule("A9")
def test_retention_goes_by_section_then_type_then_kind_and_classes_have_volumes_of_their_own(
    house, dossier, kind, enter, arrange
):
    long, short = (RetentionPeriod.objects.get(code=code) for code in ("long", "short"))
    section = kind.sections.get(code="unit")
    section.retention = short
    section.save()
    DocumentType.objects.filter(code="contract").update(retention=long)
    contract = FilingFacts(document_type=DocumentType.objects.get(code="contract"))
    enter("by section", 2023, section=section, filing=contract)
    enter("by type", 2023, filing=contract)
    enter("by nothing", 2023)
    enter("secret", 2023, classification=security_classes()[2])
    arrange()
    found = {v.bindings.get().item.title: v for v in Volume.objects.all()}
    told = {title: (v.retention.code, v.classification and v.classification.code) for title, v in found.items()}
    assert told == {
        "by section": ("short", None),
        "by type": ("long", None),
        "by nothing": ("permanent", None),
        "secret": ("permanent", "secret"),
    }


def test_pages_are_counted_from_the_scans_where_there_are_any(house, enter, arrange):
    from .conftest import made_ready

    item = enter("scanned", 2023, filing=FilingFacts(stated_pages=9))
    made_ready(house, [item])
    arrange()
    assert Binding.objects.get(item=item).last_page == 1


def test_who_may_not_work_on_the_dossier_arranges_nothing(house, dossier, enter):
    enter("a", 2023)
    for person in (house.head1, house.director, house.admin):
        with pytest.raises(NotAllowed):
            arrange_dossier(dossier=dossier, acting_user=person)
    assert Volume.objects.count() == 0


@pytest.mark.parametrize(
    ("ties", "said"),
    [
        ([("a", "replies_to", "b"), ("b", "replies_to", "a")], "“b” (2) → “a” (1)"),
        ([("a", "attachment_of", "b"), ("a", "copy_of", "c")], "“a” (1) cannot stand below both “b” (2) and “c” (3)"),
        ([("a", "attachment_of", "b"), ("a", "replies_to", "b")], "“a” (1) stands below “b” (2)"),
    ],
)
@pytest.mark.rule("A8")
def test_contradictions_are_refused_with_the_items_named(house, enter, in_english, ties, said):
    items = {title: enter(title, 2023) for title in "abc"}
    first, second = ([items[tie[0]], tie[1], items[tie[2]]] for tie in ties)
    relate_items(item=first[0], kind=first[1], other=first[2], acting_user=house.archivist)
    with pytest.raises(RelationRefused) as refused:
        relate_items(item=second[0], kind=second[1], other=second[2], acting_user=house.archivist)
    words = said
    for title, number in (("a", "(1)"), ("b", "(2)"), ("c", "(3)")):
        words = words.replace(number, f"({items[title].entry_number})")
    parts = [f"“{t}” ({items[t].entry_number})" for t in "ab"]
    assert words in str(refused.value) or all(part in str(refused.value) for part in parts)
    assert sum(item.relations.count() for item in items.values()) == 1


def test_items_of_two_dossiers_are_not_related(house, kind, enter, in_english):
    item = enter("a", 2023)
    other = an_item(house.archivist, a_dossier(house.archivist, house.service, kind=kind), "far")
    with pytest.raises(RelationRefused, match="different dossiers"):
        relate_items(item=item, kind="replies_to", other=other, acting_user=house.archivist)
    assert item.relations.count() == 0
    with pytest.raises(RelationRefused):
        relate_items(item=item, kind="replies_to", other=item, acting_user=house.archivist)


def test_relating_twice_changes_nothing(house, enter):
    one, two = enter("a", 2023), enter("b", 2023)
    first = relate_items(item=one, kind="copy_of", other=two, acting_user=house.archivist)
    assert relate_items(item=one, kind="copy_of", other=two, acting_user=house.archivist) == first
    assert JournalEntry.objects.filter(action="relation.made").count() == 1


def test_the_database_refuses_different_years_in_one_volume(enter, arrange):
    enter("a", 2023)
    enter("b", 2022)
    arrange()
    volume = Volume.objects.get(filing_year=2023)
    row = Binding.objects.get(filing_year=2022)
    for act in (
        lambda: Binding.objects.filter(pk=row.pk).update(volume=volume, order=9),
        lambda: Binding.objects.filter(pk=row.pk).update(filing_year=2021),
        lambda: Volume.objects.filter(pk=volume.pk).update(filing_year=2021),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert sorted(Binding.objects.values_list("volume__filing_year", "filing_year")) == [(2022, 2022), (2023, 2023)]


def test_changing_an_entry_moves_it_when_the_dossier_is_arranged_again(house, enter, arrange):
    from datetime import date

    item = enter("a", 2023)
    arrange()
    change_item(item=item, changes={"document_date": date(2021, 3, 1)}, acting_user=house.archivist)
    assert arrange() == [["a"]]
    assert Volume.objects.get().filing_year == 2021
    assert Item.objects.get(pk=item.pk).reference_code == ""


def test_a_relation_is_made_by_who_may_work_on_the_dossier_only(house, enter):
    one, two = enter("a", 2023), enter("b", 2023)
    for person in (house.staff2, house.head1):
        with pytest.raises((NotAllowed, NotFound)):
            relate_items(item=one, kind="copy_of", other=two, acting_user=person)
    assert one.relations.count() == 0
    relate_items(item=one, kind="copy_of", other=two, acting_user=house.staff1)
