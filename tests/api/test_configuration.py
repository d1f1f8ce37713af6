"""Kinds and series through the API."""

import pytest

from dms.holdings.models import DossierKind, Series

from .conftest import Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("F3"), pytest.mark.usefixtures("in_english")]


@pytest.fixture
def admin(world: World) -> Program:
    return world.program("admin")


def kind(world: World, **values: object) -> dict[str, object]:
    """Return a kind to be added."""
    return {
        "fonds": world.house.fonds.code,
        "code": "dealer",
        "name": "经销商",
        "default_classification": "confidential",
        "sections": [{"code": "papers", "name": "资料"}],
        "fields": [{"code": "grade", "name": "等级", "type": "choice", "choices": ["A", "B"]}],
        **values,
    }


@pytest.mark.rule("A2")
def test_a_kind_is_added_replaced_and_deleted(world: World, admin: Program) -> None:
    made = admin("post", "/kinds", kind(world))
    assert (made.status_code, made.json()["fields"][0]["choices"]) == (201, ["A", "B"])
    address = f"/kinds/{made.json()['id']}"
    body = kind(world, name="代理商", sections=[{"code": "more", "name": "其他"}], fields=[])
    replaced = admin("put", address, body).json()
    assert (replaced["name"], [one["code"] for one in replaced["sections"]], replaced["fields"]) == (
        "代理商",
        ["more"],
        [],
    )
    assert admin("delete", address).status_code == 204
    assert not DossierKind.objects.filter(code="dealer").exists()


def test_what_is_wrong_in_a_kind_is_named_at_its_place(world: World, admin: Program) -> None:
    twice = [{"code": "a", "name": "x"}, {"code": "a", "name": "y"}]
    refused = admin("post", "/kinds", kind(world, code=world.dossier.kind.code, sections=twice)).json()
    assert [error["field"] for error in refused["errors"]] == ["code", "sections.1.code"]
    pattern = admin("post", "/kinds", kind(world, number_pattern="{nothing}"))
    assert (pattern.status_code, pattern.json()["code"]) == (409, "refused")
    assert DossierKind.objects.count() == 1


def test_a_field_with_values_stays(world: World, admin: Program) -> None:
    address = f"/kinds/{world.dossier.kind.public_id}"
    body = kind(world, code=world.dossier.kind.code, sections=[], fields=[])
    refused = admin("put", address, body)
    assert refused.status_code == 409
    assert world.dossier.kind.fields.count() == 2
    assert admin("delete", address).status_code == 409


def test_series_form_a_tree(world: World, admin: Program) -> None:
    root = world.dossier.series
    body = {"fonds": world.house.fonds.code, "code": "sub", "name": "子类"}
    made = admin("post", "/series", {**body, "under": root.public_id})
    assert (made.status_code, made.json()["depth"], made.json()["under"]) == (201, 2, root.public_id)
    address = f"/series/{made.json()['id']}"
    assert admin("delete", f"/series/{root.public_id}").status_code == 409
    assert admin("put", address, {**body, "name": "另一类"}).json()["depth"] == 1
    assert admin("delete", address).status_code == 204
    assert Series.objects.count() == 1
