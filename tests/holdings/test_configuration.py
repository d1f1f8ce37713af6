"""Series and kinds are set up by administrators; what is in use is refused deletion, in words."""

import pytest
from django.urls import reverse

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import DossierKind, FieldDefinition, Section, Series
from dms.holdings.services.configuration import Edits, delete_kind, delete_series, save_kind, save_series
from dms.journal.models import JournalEntry
from tests.factories import a_fonds, a_kind, a_series, security_classes

RULES = {
    "year_rules": "r10",
    "paper_order": "oldest",
    "sheets_per_volume": 200,
    "volume_pattern": "{fonds}-{year}-{seq:3}",
}


def rows(prefix, initial, *values):
    """Return the fields of a form of rows."""
    sent = {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(values):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


@pytest.mark.rule("F3")
def test_a_kind_is_made_with_sections_and_fields_and_journalled(house, sign_in):
    sent = {
        "fonds": house.fonds.pk,
        "code": "tenant",
        "name": "租户",
        "number_pattern": "{kind}-{seq:4}",
        "default_classification": security_classes()[1].pk,
        "default_level": "department",
        **RULES,
    }
    sent |= rows("sections", 0, {"position": 1, "code": "lease", "name": "租赁"})
    sent |= rows("fields", 0, {"position": 1, "code": "tax", "name": "税号", "type": "text", "pattern": r"\d+"})
    answer = sign_in(house.admin).post(reverse("holdings:new_kind"), sent)
    assert answer.status_code == 302
    kind = DossierKind.objects.get(code="tenant")
    assert [s.code for s in kind.sections.all()] == ["lease"]
    assert (kind.volume_pattern, kind.retention) == ("{fonds}-{year}-{seq:3}", None)
    assert [f.code for f in kind.fields.all()] == ["tax"]
    assert JournalEntry.objects.get(action="kind.created").facts == {"fields": ["tax"], "sections": ["lease"]}


@pytest.mark.parametrize("pattern", ["{kind}", "{seq}{seq}", "{colour}-{seq}", "{seq}}"])
def test_a_number_pattern_that_makes_no_numbers_is_refused_at_its_field(house, sign_in, kind, pattern):
    sent = {
        "code": kind.code,
        "name": kind.name,
        "number_pattern": pattern,
        "default_classification": kind.default_classification_id,
        "default_level": "department",
        **RULES,
    }
    sent |= rows("sections", 0) | rows("fields", 0)
    answer = sign_in(house.admin).post(reverse("holdings:kind", args=[kind.public_id]), sent)
    assert list(answer.context["form"].errors) == ["number_pattern"]
    kind.refresh_from_db()
    assert kind.number_pattern == "{kind}-{year}-{seq:4}"


@pytest.mark.parametrize("role", ["archivist", "head1", "gm"])
def test_refuses_configuration_to_everybody_else(house, kind, role):
    before = JournalEntry.objects.count()
    person = house.people[role]
    for attempt in (
        lambda: save_kind(kind=kind, sections=Edits(), fields=Edits(), acting_user=person),
        lambda: delete_kind(kind=kind, acting_user=person),
        lambda: save_series(series=Series(fonds=house.fonds, code="x", name="x"), parent=None, acting_user=person),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert (DossierKind.objects.count(), Series.objects.count(), JournalEntry.objects.count()) == (1, 0, before)


def test_refuses_deleting_what_is_in_use(house, kind, dossier, item):
    section = kind.sections.first()
    item.section = section
    item.save()
    before = JournalEntry.objects.count()
    for attempt in (
        lambda: delete_kind(kind=kind, acting_user=house.admin),
        lambda: delete_series(series=dossier.series, acting_user=house.admin),
        lambda: save_kind(kind=kind, sections=Edits(removed=[section]), fields=Edits(), acting_user=house.admin),
        *(
            lambda field=field: save_kind(
                kind=kind, sections=Edits(), fields=Edits(removed=[field]), acting_user=house.admin
            )
            for field in kind.fields.all()
        ),
    ):
        with pytest.raises(Refusal):
            attempt()
    assert (Section.objects.count(), FieldDefinition.objects.count(), JournalEntry.objects.count()) == (2, 2, before)


@pytest.mark.rule("D1")
def test_refuses_making_a_personal_field_with_values_an_open_one(house, kind, dossier):
    field = kind.fields.get(code="id_number")
    field.personal = False
    with pytest.raises(Refusal):
        save_kind(kind=kind, sections=Edits(), fields=Edits(saved=[field]), acting_user=house.admin)
    field.refresh_from_db()
    assert field.personal


@pytest.mark.parametrize(("type_", "choices", "pattern"), [("choice", " \n", ""), ("text", "", "[")])
def test_refuses_a_field_that_no_value_can_meet(house, kind, type_, choices, pattern):
    field = FieldDefinition(kind=kind, code="f", name="f", type=type_, choices=choices, pattern=pattern)
    with pytest.raises(Refusal):
        save_kind(kind=kind, sections=Edits(), fields=Edits(saved=[field]), acting_user=house.admin)
    assert not FieldDefinition.objects.filter(code="f").exists()


def test_what_is_not_in_use_is_deleted(house):
    kind, series = a_kind(house.fonds), a_series(house.fonds)
    delete_kind(kind=kind, acting_user=house.admin)
    delete_series(series=series, acting_user=house.admin)
    assert (DossierKind.objects.count(), Series.objects.count()) == (0, 0)


def test_a_series_is_added_moved_and_never_put_under_itself(house):
    top, other = a_series(house.fonds), a_series(house.fonds)
    under = save_series(series=Series(fonds=house.fonds, code="z", name="下"), parent=top, acting_user=house.admin)
    assert under.get_parent() == top
    moved = save_series(series=Series.objects.get(pk=under.pk), parent=other, acting_user=house.admin)
    assert moved.get_parent() == other
    with pytest.raises(Refusal):
        save_series(series=Series.objects.get(pk=other.pk), parent=moved, acting_user=house.admin)
    back = save_series(series=Series.objects.get(pk=under.pk), parent=None, acting_user=house.admin)
    assert back.get_parent() is None
    assert Series.find_problems() == ([], [], [], [], [])


def test_refuses_a_series_under_one_of_another_fonds_and_one_with_branches(house):
    top, foreign = a_series(house.fonds), a_series(a_fonds())
    save_series(series=Series(fonds=house.fonds, code="z", name="下"), parent=top, acting_user=house.admin)
    with pytest.raises(Refusal):
        save_series(series=Series(fonds=house.fonds, code="y", name="y"), parent=foreign, acting_user=house.admin)
    with pytest.raises(Refusal):
        delete_series(series=Series.objects.get(pk=top.pk), acting_user=house.admin)
    assert Series.objects.count() == 3
