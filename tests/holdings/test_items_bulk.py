"""Many items entered at once, what an installation is laid down with, and what a filing year may depend on."""

from datetime import date

import pytest

from dms.arrangement.models import relations
from dms.arrangement.policy import papers
from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import (
    DatePrecision,
    DocumentRole,
    DocumentType,
    Item,
    ItemVersion,
    PaperOrder,
    RetentionPeriod,
    YearRules,
)
from dms.holdings.services.items import FilingFacts, change_item, create_item
from dms.holdings.services.items_bulk import NewEntry, create_items
from dms.holdings.shipped import DOCUMENT_TYPES, RETENTION_PERIODS, lay_down
from dms.journal.models import JournalEntry

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A6")]


def test_many_entries_are_written_as_one_by_one_would_be(house, dossier):
    first = create_item(dossier=dossier, title="a", acting_user=house.archivist)
    made = create_items(
        dossier=dossier, entries=[NewEntry("b"), NewEntry(" c ", source_key="C")], acting_user=house.archivist
    )
    after = create_item(dossier=dossier, title="d", acting_user=house.archivist)
    numbers = [item.entry_number for item in (first, *made, after)]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert [(item.title, item.source_key) for item in made] == [("b", ""), ("c", "C")]
    assert ItemVersion.objects.filter(item__in=made, version=1).count() == 2
    assert JournalEntry.objects.filter(action="item.created").count() == 4


@pytest.mark.parametrize(
    "broken",
    [
        NewEntry("  "),
        NewEntry("x", filing=FilingFacts(period_from=date(2023, 1, 1), period_to=date(2022, 1, 1))),
        NewEntry("x", filing=FilingFacts(date_precision=DatePrecision.YEAR)),
    ],
)
def test_one_broken_entry_keeps_all_out(house, dossier, broken):
    with pytest.raises(Refusal):
        create_items(dossier=dossier, entries=[NewEntry("good"), broken], acting_user=house.archivist)
    with pytest.raises(NotAllowed):
        create_items(dossier=dossier, entries=[NewEntry("good")], acting_user=house.head1)
    assert Item.objects.count() == 0


@pytest.mark.rule("A7")
def test_a_type_of_another_fonds_is_refused(house, dossier):
    from tests.factories.organisation import a_fonds

    strange = DocumentType.objects.create(fonds=a_fonds(), code="deed", name="契据")
    item = create_item(dossier=dossier, title="a", acting_user=house.archivist)
    with pytest.raises(Refusal):
        change_item(item=item, changes={"document_type": strange}, acting_user=house.archivist)
    assert Item.objects.get(pk=item.pk).document_type is None


@pytest.mark.parametrize(
    ("precision", "text"), [("day", "2023-05-01"), ("month", "2023-05"), ("year", "2023"), ("before", "before 2023")]
)
def test_a_date_is_shown_as_far_as_it_is_known(in_english, precision, text):
    assert Item(document_date=date(2023, 5, 1), date_precision=precision).date_text == text
    assert Item().date_text == ""


def test_what_is_shipped_is_there_and_what_was_changed_stays():
    assert set(DocumentType.objects.values_list("code", flat=True)) == {row[0] for row in DOCUMENT_TYPES}
    assert set(RetentionPeriod.objects.values_list("code", "years")) == {(row[0], row[3]) for row in RETENTION_PERIODS}
    RetentionPeriod.objects.filter(code="long").update(years=50)
    DocumentType.objects.filter(code="form").delete()
    for _again in range(2):
        lay_down("default")
    assert RetentionPeriod.objects.get(code="long").years == 50
    assert DocumentType.objects.filter(code="form").count() == 1


def test_the_rules_and_the_records_use_the_same_words():
    for record, rule in (
        (DatePrecision, papers.Precision),
        (DocumentRole, papers.Role),
        (PaperOrder, papers.OrderRule),
        (YearRules, papers.RuleSet),
        (relations.RelationKind, papers.RelationKind),
    ):
        assert {str(one) for one in record} == {str(one) for one in rule}
    assert {str(one) for one in relations.BELOW_ANOTHER} == {str(one) for one in papers.SUB_ROWS}
