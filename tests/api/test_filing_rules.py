"""Document types, retention periods and what an entry says of its filing, through the API."""

import pytest

from dms.holdings.models import DocumentType, RetentionPeriod

from .conftest import Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def admin(world: World) -> Program:
    return world.program("admin")


@pytest.mark.rule("A9", "F3")
def test_a_period_is_put_changed_and_deleted(admin: Program) -> None:
    body = {"code": "ten", "name": "10年", "years": 10}
    assert admin("put", "/retention-periods/ten", body).json()["years"] == 10
    assert admin("put", "/retention-periods/ten", {**body, "years": 12}).json()["years"] == 12
    codes = [one["code"] for one in admin("get", "/retention-periods").json()["items"]]
    assert codes.index("ten") < codes.index("long")
    assert admin("delete", "/retention-periods/ten").status_code == 204
    assert admin("delete", "/retention-periods/ten").status_code == 404


@pytest.mark.rule("A7", "F3")
def test_a_type_is_added_changed_and_deleted_and_one_in_use_stays(world: World, admin: Program) -> None:
    made = admin("post", "/document-types", {"code": "notice", "name": "通知", "role": "meeting", "retention": "long"})
    assert (made.status_code, made.json()["retention"]) == (201, "long")
    address = f"/document-types/{made.json()['id']}"
    assert admin("put", address, {"code": "notice", "name": "通告"}).json()["role"] == "plain"
    wrong = admin("put", address, {"code": "notice", "name": "通告", "retention": "never"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "retention")
    world.item.document_type = DocumentType.objects.get(code="notice")
    world.item.save()
    assert admin("delete", address).status_code == 409
    assert DocumentType.objects.filter(code="notice").exists()
    world.item.document_type = None
    world.item.save()
    assert admin("delete", address).status_code == 204
    assert admin("delete", address).status_code == 404


@pytest.mark.rule("A7")
def test_an_entry_says_its_type_uncertain_date_and_period(world: World) -> None:
    archivist = world.program("archivist")
    sent = {
        "title": "三年规划",
        "document_type": "plan",
        "document_date": "2021-01-01",
        "date_precision": "year",
        "period_from": "2021-01-01",
        "period_to": "2023-12-31",
        "stated_pages": 6,
    }
    made = archivist("post", f"/dossiers/{world.dossier.public_id}/items", sent).json()
    assert {name: made[name] for name in sent if name != "document_type"} == {
        name: value for name, value in sent.items() if name != "document_type"
    }
    assert made["document_type"]["code"] == "plan"
    changed = archivist(
        "patch", f"/items/{made['id']}", {"document_type": "", "period_from": None, "period_to": None}, If_Match="*"
    ).json()
    assert (changed["document_type"], changed["period_from"], changed["date_precision"]) == (None, None, "year")
    refused = archivist("patch", f"/items/{made['id']}", {"document_type": "nothing"}, If_Match="*")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "document_type")


@pytest.mark.rule("A9")
def test_a_kind_carries_the_rules_of_its_volumes(world: World, admin: Program) -> None:
    body = {
        "fonds": world.house.fonds.code,
        "code": "dealer",
        "name": "经销商",
        "default_classification": "confidential",
        "paper_order": "newest",
        "retention": "short",
        "sections": [{"code": "a", "name": "甲", "retention": "long", "is_default": True}, {"code": "b", "name": "乙"}],
    }
    made = admin("post", "/kinds", body).json()
    assert (made["paper_order"], made["retention"], made["year_rules"]) == ("newest", "short", "r10")
    assert [(one["retention"], one["is_default"]) for one in made["sections"]] == [("long", True), ("", False)]
    other = [{**body["sections"][0], "is_default": False}, {**body["sections"][1], "is_default": True}]
    changed = admin("put", f"/kinds/{made['id']}", {**body, "sections": other}).json()
    assert [one["is_default"] for one in changed["sections"]] == [False, True]
    refused = admin("put", f"/kinds/{made['id']}", {**body, "volume_pattern": "{year}"})
    assert refused.status_code == 409
    assert RetentionPeriod.objects.filter(code="short").exists()
