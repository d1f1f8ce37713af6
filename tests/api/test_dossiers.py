"""Dossiers through the API: lists, opening, changing with versions, personal fields, many at once."""

import pytest

from dms.core import clock
from dms.holdings.models import Dossier, DossierName
from dms.journal.models import JournalEntry
from tests.factories import a_dossier

from .conftest import PERSONAL, Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def new(world: World, **values: object) -> dict[str, object]:
    """Return a dossier to be opened."""
    kind = world.dossier.kind
    return {
        "kind": kind.public_id,
        "series": world.dossier.series.public_id,
        "department": world.house.service.code,
        "name": "李四",
        **values,
    }


@pytest.mark.rule("A1")
def test_opens_a_dossier_and_finds_it_again(world: World, archivist: Program) -> None:
    made = archivist("post", "/dossiers", new(world, fields={"id_number": "110101199003079999", "area": "12.5"}))
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["fields"], body["personal"], body["version"]) == (
        "李四",
        {"area": "12.50"},
        ["id_number"],
        1,
    )
    assert made["Location"] == f"/api/v1/dossiers/{body['id']}"
    found = archivist("get", made["Location"].removeprefix("/api/v1"))
    assert (found.json(), found["ETag"]) == (body, '"v1"')
    assert found["Cache-Control"] == "private, no-store"


@pytest.mark.rule("A1")
def test_asks_before_a_customer_gets_a_second_dossier(world: World, archivist: Program) -> None:
    refused = archivist("post", "/dossiers", new(world, name="钱学敏"))
    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicates")
    assert [one["id"] for one in refused.json()["alike"]] == [world.dossier.public_id]
    assert Dossier.objects.count() == 1
    assert archivist("post", "/dossiers", new(world, name="钱学敏", create_anyway=True)).status_code == 201


def test_what_is_not_valid_is_named_at_its_field_and_nothing_is_opened(world: World, archivist: Program) -> None:
    own = archivist("post", "/dossiers", new(world, fields={"id_number": "12", "colour": "red"}))
    assert (own.status_code, own["Content-Type"]) == (422, "application/problem+json")
    assert [error["field"] for error in own.json()["errors"]] == ["fields.colour", "fields.id_number"]
    form = archivist("post", "/dossiers", {"name": "", "colour": "red"}).json()
    assert {(error["in"], error["field"], error["code"]) for error in form["errors"]} == {
        ("body", "kind", "missing"),
        ("body", "series", "missing"),
        ("body", "department", "missing"),
        ("body", "name", "string_too_short"),
        ("body", "colour", "extra_forbidden"),
    }
    unknown = archivist("post", "/dossiers", new(world, department="nowhere")).json()
    assert [(error["field"], error["code"]) for error in unknown["errors"]] == [("department", "unknown")]
    assert Dossier.objects.count() == 1


@pytest.mark.rule("A12")
def test_a_change_needs_the_version_it_was_made_from(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}"
    assert archivist("patch", address, {"state": "departed"}).status_code == 428
    changed = archivist("patch", address, {"state": "departed", "reason": "迁出"}, If_Match='"v1"')
    assert (changed.status_code, changed["ETag"], changed.json()["state"]) == (200, '"v2"', "departed")
    late = archivist("patch", address, {"state": "closed"}, If_Match='"v1"')
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    (since,) = late.json()["changes"]
    assert (since["version"], since["changed"], since["reason"]) == (2, ["state"], "迁出")
    assert since["saved_by"]["id"] == world.house.archivist.public_id
    world.dossier.refresh_from_db()
    assert (world.dossier.state, world.dossier.version) == ("departed", 2)


@pytest.mark.rule("A13")
def test_a_new_name_needs_its_reason_and_the_old_one_stays(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}"
    refused = archivist("patch", address, {"name": "钱敏"}, If_Match='"v1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    assert archivist("patch", address, {"name": "钱敏", "reason": "申请"}, If_Match='"v1"').status_code == 200
    names = archivist("get", f"{address}/names").json()["items"]
    assert [(one["name"], one["until_day"] is None) for one in names] == [("钱敏", True), ("钱学敏", False)]
    assert DossierName.objects.filter(dossier=world.dossier).count() == 2


def test_own_fields_that_are_left_out_of_a_change_stay(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}"
    changed = archivist("patch", address, {"fields": {"area": "90"}}, If_Match="*").json()
    assert (changed["fields"], changed["personal"]) == ({"area": "90.00"}, ["id_number"])
    emptied = archivist("patch", address, {"fields": {"id_number": None}}, If_Match="*").json()
    assert (emptied["fields"], emptied["personal"]) == ({"area": "90.00"}, [])


@pytest.mark.rule("D1")
def test_who_may_work_does_not_widen_the_circle_of_readers(world: World) -> None:
    staff = world.program("staff1")
    address = f"/dossiers/{world.dossier.public_id}"
    refused = staff("patch", address, {"department": world.house.finance.code}, If_Match="*")
    assert (refused.status_code, refused.json()["code"]) == (403, "archive_only")
    world.dossier.refresh_from_db()
    assert world.dossier.department == world.house.service


@pytest.mark.rule("D1")
def test_personal_values_are_masked_until_shown_and_showing_is_journalled(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}/personal"
    listed = archivist("get", address)
    assert PERSONAL not in listed.content.decode()
    assert listed.json()["items"][0]["masked"] == "110************234"
    shown = archivist("post", f"{address}/id_number/show", Idempotency_Key="k1")
    assert shown.json() == {"code": "id_number", "value": PERSONAL}
    assert JournalEntry.objects.filter(action="personal.shown").count() == 1
    archivist("post", f"{address}/id_number/show", Idempotency_Key="k1")
    assert JournalEntry.objects.filter(action="personal.shown").count() == 2
    assert archivist("post", f"{address}/area/show").status_code == 404


def test_the_list_goes_on_by_cursor_in_both_orders(world: World, archivist: Program) -> None:
    house = world.house
    for name in ("安一", "鲍二", "陈三", "丁四"):
        a_dossier(house.archivist, house.service, kind=world.dossier.kind, name=name)
    for sort in ("number", "name"):
        met: list[str] = []
        after = ""
        for _portion in range(3):
            answer = archivist("get", f"/dossiers?sort={sort}&limit=2&after={after}").json()
            met += [one[sort] for one in answer["items"]]
            after = answer["next"]
        assert after is None
        assert met == ["安一", "鲍二", "陈三", "丁四", "钱学敏"] if sort == "name" else met == sorted(met)
        assert len(met) == 5
    assert archivist("get", "/dossiers?after=nonsense").json()["code"] == "bad_cursor"
    assert archivist("get", "/dossiers?q=安").json()["items"][0]["name"] == "安一"
    assert archivist("get", "/dossiers?kind=nowhere").status_code == 422


def test_a_cursor_of_another_list_is_none(world: World, archivist: Program) -> None:
    house = world.house
    a_dossier(house.archivist, house.service, kind=world.dossier.kind, name="安一")
    cursor = archivist("get", "/dossiers?limit=1").json()["next"]
    assert archivist("get", f"/batches?after={cursor}").json()["code"] == "bad_cursor"


def test_many_are_changed_each_by_itself(world: World, archivist: Program) -> None:
    house = world.house
    other = a_dossier(house.archivist, house.finance, kind=world.dossier.kind, name="安一")
    body = {
        "dossiers": [world.dossier.public_id, other.public_id],
        "changes": {"responsible": house.staff1.public_id},
        "reason": "x",
    }
    preview = archivist("post", "/dossiers/changes", {**body, "preview": True}).json()["outcomes"]
    assert [one["outcome"] for one in preview] == ["same", "would change"]
    done = archivist("post", "/dossiers/changes", body).json()["outcomes"]
    assert [one["outcome"] for one in done] == ["same", "changed"]
    other.refresh_from_db()
    assert other.responsible == house.staff1
    assert archivist("post", "/dossiers/changes", {**body, "changes": {}}).json()["code"] == "nothing_to_change"


def test_versions_show_what_changed_with_personal_values_masked(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}"
    archivist("patch", address, {"fields": {"id_number": "110101199003071111"}, "remarks": "补"}, If_Match="*")
    listed = archivist("get", f"{address}/versions?limit=1").json()
    assert (listed["items"][0]["version"], listed["items"][0]["changed"]) == (2, ["remarks", "id_number"])
    assert archivist("get", f"{address}/versions?after={listed['next']}").json()["items"][0]["version"] == 1
    facts = archivist("get", f"{address}/versions/2")
    assert PERSONAL not in facts.content.decode()
    assert {(row["before"], row["value"]) for row in facts.json()["facts"] if row["changed"]} == {
        ("", "补"),
        ("110************234", "110************111"),
    }
    assert archivist("get", f"{address}/versions/3").status_code == 404


def test_the_list_comes_as_a_file(world: World, archivist: Program) -> None:
    answer = archivist("get", "/dossiers/export/csv?state=open")
    assert answer.content.decode("utf-8-sig").splitlines()[1].startswith(f"{world.dossier.number},钱学敏,")
    assert archivist("get", "/dossiers/export/pdf").status_code == 404


def test_a_customer_list_is_looked_at_imported_and_destroyed(world: World, archivist: Program) -> None:
    content = f"Name,Department\n安一,{world.house.service.code}\n,x\n".encode()
    plan = archivist.upload("/customer-lists", ("list.csv", content))
    assert (plan.status_code, plan.json()["good"], plan.json()["bad"]) == (201, 1, 1)
    address = f"/customer-lists/{plan.json()['id']}"
    assert archivist("post", f"{address}/import", {"rows": "all"}).status_code == 409
    done = archivist("post", f"{address}/import", {"rows": "good"}).json()
    assert [one["row"] for one in done["opened"]] == [2]
    assert archivist("get", address).status_code == 404


@pytest.mark.rule("D5")
def test_a_sealed_dossier_shows_its_head_and_why_it_is_closed(world: World, archivist: Program) -> None:
    Dossier.objects.filter(pk=world.dossier.pk).update(sealed_at=clock.now())
    address = f"/dossiers/{world.dossier.public_id}"
    head = archivist("get", address)
    body = head.json()
    assert (body["name"], body["readable"], body["version"], body["fields"], body["personal"]) == (
        "钱学敏",
        False,
        None,
        {},
        [],
    )
    assert body["closed_because"] == "This dossier is sealed. Only the general manager can have it opened."
    assert "ETag" not in head
    for inside in (f"{address}/items", f"{address}/versions", f"{address}/personal"):
        refused = archivist("get", inside)
        assert (refused.status_code, refused.json()["code"]) == (403, "sealed")
    assert archivist("get", "/dossiers").json()["items"][0]["readable"] is False


def test_one_number_names_one_dossier_or_none(world: World, archivist: Program) -> None:
    found = archivist("get", f"/dossiers?number={world.dossier.number}").json()["items"]
    assert [one["id"] for one in found] == [world.dossier.public_id]
    assert archivist("get", f"/dossiers?number={world.dossier.number[:-1]}").json()["items"] == []
    assert world.program("staff2")("get", f"/dossiers?number={world.dossier.number}").json()["items"] == []
