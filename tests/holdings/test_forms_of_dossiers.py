"""The forms: errors stand at their fields, nothing typed is lost, a stale form is refused, twins are asked about."""

import pytest
from django.urls import reverse

from dms.holdings.models import Dossier, Item, ItemState, Section, Series
from dms.holdings.services import change_dossier
from tests.factories import a_dossier, a_series


@pytest.fixture
def filled(house, kind):
    """What an archivist types into the form of a new dossier."""
    series = Series.objects.filter(fonds=house.fonds).first() or a_series(house.fonds)
    return {
        "name": "李四",
        "series": series.public_id,
        "department": house.service.pk,
        "responsible": house.staff1.public_id,
        "classification": "confidential",
        "level": "department",
        "unit": "1-101",
        "floor": "1",
        "opened_on": "2024-05-06",
        "remarks": "由前台登记",
        "own_id_number": "11010119900307123X",
        "own_area": "90.5",
    }


def of_new(kind):
    """Return the address of the form of a new dossier."""
    return reverse("holdings:new_dossier_of_kind", args=[kind.public_id])


def test_a_dossier_is_opened_with_everything_that_was_typed(house, kind, filled, sign_in):
    answer = sign_in(house.archivist).post(of_new(kind), filled)
    made = Dossier.objects.get()
    assert answer.url == reverse("holdings:dossier", args=[made.public_id])
    assert (made.name, made.unit, made.responsible, made.remarks) == ("李四", "1-101", house.staff1, "由前台登记")
    assert made.fields == {"area": "90.50"}


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"name": ""}, "name"),
        ({"department": ""}, "department"),
        ({"own_id_number": "12"}, "own_id_number"),
        ({"own_area": "viel"}, "own_area"),
        ({"opened_on": "gestern"}, "opened_on"),
        ({"classification": "secret"}, "classification"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(house, kind, filled, sign_in, broken, field):
    answer = sign_in(house.archivist).post(of_new(kind), filled | broken)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    text = answer.content.decode()
    assert all(word in text for word in ("由前台登记", "1-101"))
    assert not Dossier.objects.exists()


def test_a_kind_without_units_asks_for_none(house, kind, filled, sign_in):
    kind.has_unit = False
    kind.save()
    text = sign_in(house.archivist).get(of_new(kind)).content.decode()
    assert 'name="unit"' not in text
    sign_in(house.archivist).post(of_new(kind), filled)
    assert Dossier.objects.get().unit == ""


@pytest.mark.rule("A1")
def test_a_customer_who_seems_to_exist_is_asked_about_first(house, kind, dossier, filled, sign_in):
    browser = sign_in(house.archivist)
    asked = browser.post(of_new(kind), filled | {"name": "张三"})
    assert asked.status_code == 422
    assert asked.context["alike"] == [dossier]
    assert Dossier.objects.count() == 1
    done = browser.post(of_new(kind), filled | {"name": "张三", "create_anyway": "1"})
    assert done.status_code == 302
    assert Dossier.objects.filter(name="张三").count() == 2


def as_it_is(dossier, **changes):
    """What the edit form holds when it is opened, with `changes`."""
    return {
        "name": dossier.name,
        "series": dossier.series.public_id,
        "department": dossier.department_id,
        "responsible": dossier.responsible.public_id,
        "classification": dossier.classification.code,
        "level": dossier.level,
        "unit": dossier.unit,
        "floor": dossier.floor,
        "state": dossier.state,
        "remarks": dossier.remarks,
        "own_id_number": "",
        "own_area": "88.00",
        "reason": "",
        "expected_version": dossier.version,
    } | changes


def test_a_personal_value_left_empty_stays_and_one_ticked_goes(house, dossier, sign_in):
    browser = sign_in(house.archivist)
    address = reverse("holdings:dossier_edit", args=[dossier.public_id])
    browser.post(address, as_it_is(dossier, floor="13"))
    dossier.refresh_from_db()
    assert (dossier.floor, dossier.personal_values.count()) == ("13", 1)
    browser.post(address, as_it_is(dossier, forget_id_number="on"))
    assert dossier.personal_values.count() == 0


def test_the_responsible_person_saves_a_dossier_above_the_own_clearance(house, dossier, sign_in):
    answer = sign_in(house.staff1).post(
        reverse("holdings:dossier_edit", args=[dossier.public_id]), as_it_is(dossier, floor="14")
    )
    assert answer.status_code == 302
    dossier.refresh_from_db()
    assert (dossier.floor, dossier.classification.code) == ("14", "confidential")


@pytest.mark.rule("A13")
def test_a_new_name_asks_for_its_reason_at_that_field(house, dossier, sign_in):
    address = reverse("holdings:dossier_edit", args=[dossier.public_id])
    answer = sign_in(house.archivist).post(address, as_it_is(dossier, name="张三丰"))
    assert list(answer.context["form"].errors) == ["reason"]
    assert sign_in(house.archivist).post(address, as_it_is(dossier, name="张三丰", reason="申请")).status_code == 302
    assert dossier.names.count() == 2


def test_a_stale_form_is_refused_with_words_and_keeps_what_was_typed(house, dossier, sign_in):
    change_dossier(dossier=dossier, changes={"remarks": "von nebenan"}, acting_user=house.staff1)
    answer = sign_in(house.archivist).post(
        reverse("holdings:dossier_edit", args=[dossier.public_id]), as_it_is(dossier, floor="99")
    )
    assert answer.status_code == 409
    assert str(house.staff1) in answer.content.decode()
    assert 'value="99"' in answer.content.decode()
    dossier.refresh_from_db()
    assert dossier.floor == "12"


def ids(*dossiers):
    """What the list sends of the selected dossiers."""
    return [dossier.public_id for dossier in dossiers]


def test_many_are_changed_only_after_a_preview(house, kind, dossier, sign_in):
    other = a_dossier(house.archivist, house.finance, kind=kind, name="李四")
    browser, address = sign_in(house.archivist), reverse("holdings:many")
    sent = {"dossier": ids(dossier, other), "department": house.finance.pk, "reason": "reorganised"}
    assert browser.post(address, {"dossier": sent["dossier"]}).context["step"] == "choose"
    preview = browser.post(address, sent | {"step": "preview"})
    assert [len(row["changes"]) for row in preview.context["rows"]] == [1, 0]
    dossier.refresh_from_db()
    assert dossier.department == house.service
    result = browser.post(address, sent | {"step": "do"})
    assert (result.context["done"], result.context["same"], result.context["refused"]) == ([dossier], 1, [])
    dossier.refresh_from_db()
    assert dossier.department == house.finance


@pytest.mark.rule("D1")
def test_many_shows_and_changes_nothing_that_is_hidden(house, dossier, sign_in):
    answer = sign_in(house.staff2).post(
        reverse("holdings:many"), {"dossier": ids(dossier), "state": "closed", "reason": "x", "step": "do"}
    )
    assert answer.status_code == 404
    dossier.refresh_from_db()
    assert dossier.state == "open"


def test_many_names_what_it_refused(house, dossier, sign_in):
    answer = sign_in(house.head1).post(
        reverse("holdings:many"), {"dossier": ids(dossier), "state": "closed", "reason": "x", "step": "do"}
    )
    assert [refused for refused, _words in answer.context["refused"]] == [dossier]
    dossier.refresh_from_db()
    assert dossier.state == "open"


def test_the_preview_takes_as_many_queries_for_one_as_for_many(house, kind, sign_in, django_assert_max_num_queries):
    made = [a_dossier(house.archivist, house.service, kind=kind, name=f"客户{n}") for n in range(12)]
    browser = sign_in(house.archivist)
    sent = {"dossier": ids(*made), "state": "closed", "reason": "x", "step": "preview"}
    with django_assert_max_num_queries(30):
        browser.post(reverse("holdings:many"), sent)


def test_an_entry_is_changed_moved_filed_and_withdrawn_from_the_screen(house, dossier, item, sign_in):
    browser = sign_in(house.archivist)
    entry = {"title": "补充协议", "copies": 2, "expected_version": 1, "document_date": "2023-07-01", "reason": ""}
    entry["section"] = Section.objects.filter(kind=dossier.kind).first().code
    browser.post(reverse("holdings:item_edit", args=[item.public_id]), entry)
    item.refresh_from_db()
    assert (item.title, item.copies, item.section.code) == ("补充协议", 2, "unit")
    target = a_dossier(house.archivist, house.finance, kind=dossier.kind, name="李四")
    lost = browser.post(reverse("holdings:item_move", args=[item.public_id]), {"number": "NO-1", "reason": "x"})
    assert list(lost.context["form"].errors) == ["number"]
    browser.post(reverse("holdings:item_move", args=[item.public_id]), {"number": target.number, "reason": "x"})
    item.refresh_from_db()
    assert (item.dossier, item.section.code) == (target, "unit")
    unsure = browser.post(reverse("holdings:item_withdraw", args=[item.public_id]), {"reason": "x"})
    assert list(unsure.context["form"].errors) == ["sure"]
    browser.post(reverse("holdings:item_file", args=[item.public_id]))
    refused = browser.post(reverse("holdings:item_withdraw", args=[item.public_id]), {"reason": "x", "sure": "on"})
    assert refused.status_code == 403
    assert Item.objects.get().state == ItemState.FILED
