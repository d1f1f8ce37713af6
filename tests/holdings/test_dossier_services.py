"""Opening and changing dossiers: what is refused changes nothing, and what changed stays readable."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.models import Dossier, DossierName, DossierVersion, FieldDefinition, PersonalValue, Series
from dms.holdings.services import change_dossier, change_many_dossiers, create_dossier, rename_dossier
from dms.holdings.services.dossiers import possible_duplicates
from dms.holdings.services.personal import read_personal_values, show_personal_value
from dms.holdings.services.versions import open_version
from dms.journal.models import JournalEntry
from tests.factories import a_department, a_dossier, a_fonds, a_house, a_kind, a_series, security_classes


def everything() -> tuple:
    """What a refusal must leave as it was."""
    return (
        list(Dossier.objects.order_by("pk").values()),
        list(DossierName.objects.order_by("pk").values()),
        DossierVersion.objects.count(),
        JournalEntry.objects.count(),
        PersonalValue.objects.count(),
    )


@pytest.mark.rule("A1")
def test_a_dossier_gets_a_number_by_its_kinds_rule_and_the_next_one_the_next(house, kind):
    kind.number_pattern = "{fonds}.{kind}/{year}-{seq:3}"
    kind.save()
    made = [a_dossier(house.archivist, house.service, kind=kind, opened_on=date(2024, 2, 3)) for _ in range(2)]
    stem = f"{house.fonds.code}.{kind.code}/2024-"
    assert [dossier.number for dossier in made] == [f"{stem}001", f"{stem}002"]


def test_a_number_that_an_old_rule_gave_already_is_passed_over(house, kind, dossier):
    kind.number_pattern = dossier.number[:-1] + "{seq}"
    kind.save()
    assert a_dossier(house.archivist, house.service, kind=kind).number == dossier.number[:-1] + "2"


@pytest.mark.parametrize("role", ["staff1", "head1", "director", "gm", "auditor", "admin"])
def test_refuses_opening_to_everybody_but_archivists(house, kind, role):
    series, before = a_series(house.fonds), everything()
    with pytest.raises(NotAllowed):
        create_dossier(kind=kind, series=series, department=house.service, name="李四", acting_user=house.people[role])
    assert everything() == before


def test_refuses_a_department_of_another_fonds(house, kind):
    series, elsewhere = a_series(house.fonds), a_department(a_fonds())
    before = everything()
    with pytest.raises(Refusal):
        create_dossier(kind=kind, series=series, department=elsewhere, name="李四", acting_user=house.archivist)
    assert everything() == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"id_number": "12"}, "id_number"), ({"area": "large"}, "area"), ({"shoe_size": "42"}, "shoe_size")],
)
def test_refuses_own_fields_that_break_their_rule_and_names_the_field(house, kind, fields, code):
    series, before = a_series(house.fonds), everything()
    with pytest.raises(ValidationError) as refused:
        create_dossier(
            kind=kind,
            series=series,
            department=house.service,
            name="李四",
            fields=fields,
            acting_user=house.archivist,
        )
    assert list(refused.value.error_dict) == [code]
    assert everything() == before


def test_refuses_a_classification_above_ones_own(house, kind):
    series, before = a_series(house.fonds), everything()
    with pytest.raises(NotAllowed):
        create_dossier(
            kind=kind,
            series=series,
            department=house.service,
            name="李四",
            classification=security_classes()[2],
            acting_user=house.archivist,
        )
    assert everything() == before


@pytest.mark.rule("D1")
def test_a_personal_value_stands_nowhere_in_clear(house, dossier):
    row = PersonalValue.objects.get(dossier=dossier)
    number = "110101199003071234"
    assert "id_number" not in dossier.fields
    assert number.encode() not in bytes(row.sealed)
    assert all(number.encode() not in bytes(version.sealed) for version in dossier.versions.all())
    assert number not in str(list(JournalEntry.objects.values()))
    assert read_personal_values(dossier) == {"id_number": number}


@pytest.mark.rule("A13")
def test_a_new_name_closes_the_old_one_and_keeps_it(house, dossier):
    rename_dossier(dossier=dossier, name="张三丰", reason="application of 1 March", acting_user=house.archivist)
    dossier.refresh_from_db()
    assert (dossier.name, dossier.name_sort, dossier.version) == ("张三丰", "zhang san feng", 2)
    assert [(n.name, n.until_day is None) for n in dossier.names.all()] == [("张三丰", True), ("张三", False)]
    first = open_version(dossier.versions.get(version=1), dossier)
    assert (first["name"], first["personal"]["id_number"]) == ("张三", "110101199003071234")


@pytest.mark.rule("A13")
@pytest.mark.parametrize("change", [rename_dossier, lambda **v: change_dossier(changes={"name": v.pop("name")}, **v)])
def test_refuses_a_new_name_without_a_reason(house, dossier, change):
    before = everything()
    with pytest.raises(Refusal) as refused:
        change(dossier=dossier, name="王五", reason="  ", acting_user=house.archivist)
    assert refused.value.code == "reason_needed"
    assert everything() == before


def test_refuses_a_form_that_somebody_elses_change_made_stale(house, dossier):
    change_dossier(dossier=dossier, changes={"floor": "13"}, acting_user=house.staff1)
    before = everything()
    with pytest.raises(Refusal) as refused:
        change_dossier(dossier=dossier, changes={"floor": "14"}, expected_version=1, acting_user=house.archivist)
    assert refused.value.code == "changed_meanwhile"
    assert str(house.staff1) in str(refused.value)
    assert everything() == before


@pytest.mark.parametrize("role", ["staff2", "head1", "head2", "director", "auditor", "admin"])
def test_refuses_changes_to_those_who_do_not_work_on_it(house, dossier, role):
    before = everything()
    with pytest.raises(NotAllowed):
        change_dossier(dossier=dossier, changes={"floor": "9"}, acting_user=house.people[role])
    assert everything() == before


def test_a_change_that_changes_nothing_leaves_no_trace(house, dossier):
    before = everything()
    change_dossier(
        dossier=dossier,
        changes={"floor": "12", "name": "张三"},
        fields={"id_number": "110101199003071234", "area": "88.00"},
        acting_user=house.archivist,
    )
    assert everything() == before


def test_changing_many_refuses_some_and_changes_the_others(house, kind, dossier):
    own = a_dossier(house.archivist, house.finance, kind=kind, responsible=house.staff2)
    target = Series.add_root(fonds=house.fonds, code="moved", name="迁出")
    refused = change_many_dossiers(
        dossiers=[dossier, own], changes={"series": target}, reason="moved", acting_user=house.staff2
    )
    assert list(refused) == [dossier.pk]
    dossier.refresh_from_db()
    own.refresh_from_db()
    assert (dossier.series == target, own.series == target) == (False, True)


@pytest.mark.rule("A1")
@pytest.mark.parametrize(
    ("name", "fields"), [("张三", {}), ("章三", {}), ("别人", {"id_number": "110101199003071234"})]
)
def test_warns_of_a_customer_who_seems_to_exist_by_name_sound_or_id_number(house, kind, dossier, name, fields):
    definition = kind.fields.get(code="id_number")
    personal = {definition: fields["id_number"]} if fields else {}
    found = possible_duplicates(user=house.archivist, fonds_id=house.fonds.pk, name=name, personal_values=personal)
    assert found == [dossier]


@pytest.mark.rule("A1")
@pytest.mark.rule("D1")
def test_the_warning_says_nothing_of_dossiers_one_may_not_know_of(house, kind):
    other = a_house()
    a_dossier(other.archivist, other.service, kind=a_kind(other.fonds), name="张三")
    assert possible_duplicates(user=house.archivist, fonds_id=other.fonds.pk, name="张三") == []


@pytest.mark.rule("D1")
@pytest.mark.rule("C6")
def test_showing_a_personal_value_is_written_down_without_the_value(house, dossier):
    value = show_personal_value(dossier=dossier, code="id_number", acting_user=house.head1)
    assert value == "110101199003071234"
    line = JournalEntry.objects.get(action="personal.shown")
    assert (line.actor_id, line.thing_id, line.facts) == (house.head1.pk, dossier.public_id, {"field": "id_number"})


@pytest.mark.parametrize(("role", "error"), [("staff2", NotAllowed), ("admin", NotAllowed), ("archivist", NotFound)])
def test_refuses_to_show_what_is_not_theirs_or_not_there(house, dossier, role, error):
    before = everything()
    code = "area" if role == "archivist" else "id_number"
    with pytest.raises(error):
        show_personal_value(dossier=dossier, code=code, acting_user=house.people[role])
    assert everything() == before


@pytest.mark.rule("A13")
def test_opens_a_dossier_incomplete_only_where_that_is_asked_for(house):
    kind = a_kind(house.fonds, personal=False)
    FieldDefinition.objects.create(kind=kind, code="trade", name="行业", required=True)
    opened = {"kind": kind, "series": a_series(house.fonds), "department": house.service, "name": "新客户"}
    with pytest.raises(ValidationError) as refused:
        create_dossier(**opened, acting_user=house.archivist)
    assert list(refused.value.message_dict) == ["trade"]
    assert not Dossier.objects.filter(kind=kind).exists()
    dossier = create_dossier(**opened, complete=False, acting_user=house.archivist)
    assert dossier.fields == {}
    with pytest.raises(ValidationError):
        change_dossier(dossier=dossier, changes={}, fields={}, acting_user=house.archivist)
