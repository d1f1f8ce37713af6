"""A list asks the database the same number of questions, however many rows it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dms.holdings.models import Page
from dms.intake.services import open_batch
from dms.organisation.models import PostKind
from tests.factories import a_department, a_dossier, a_page, a_person, an_item, read_as

from .conftest import Program, World

pytestmark = pytest.mark.django_db


def questions(program: Program, address: str) -> int:
    """Return how many statements the second call of an address needs."""
    program("get", address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert program("get", address).status_code == 200
    return len(asked)


def test_lists_ask_as_much_for_one_row_as_for_many(world: World, archivist: Program) -> None:
    house, dossier = world.house, world.dossier
    Page.objects.update(confidence=40)
    lists = (
        "/dossiers",
        f"/dossiers/{dossier.public_id}/items",
        f"/items/{world.item.public_id}/pages",
        "/batches",
        f"/batches/{world.batch.public_id}/files",
        "/to-check",
        "/kinds",
        "/series",
        "/people",
        f"/batches/{world.batch.public_id}/light-table",
        f"/items/{world.item.public_id}/light-table",
        f"/batches/{world.batch.public_id}/check-sheet",
        f"/batches/{world.batch.public_id}/rescans",
    )
    for_one = {address: questions(archivist, address) for address in lists}
    for number in range(4):
        a_dossier(house.archivist, house.service, name=f"客户{number}")
        item = an_item(house.archivist, dossier, section=dossier.kind.sections.first())
        read_as(a_page(world.item), "x", confidence=30)
        read_as(a_page(item), "x", confidence=30)
        open_batch(dossier=dossier, section=dossier.kind.sections.first(), acting_user=house.archivist)
        archivist.upload(f"/batches/{world.batch.public_id}/files", (f"{number}.txt", b"x"))
    assert {address: questions(archivist, address) for address in lists} == for_one


def test_what_administrators_list_asks_as_much_for_one_row_as_for_many(world: World) -> None:
    house, admin = world.house, world.program("admin")
    lists = ("/organisation/people", "/organisation/departments", "/organisation/posts", "/workers")
    Page.objects.filter(pk=a_page(world.item).pk).update(state="failed")
    for_one = {address: questions(admin, address) for address in lists}
    for _number in range(4):
        department = a_department(house.fonds)
        a_person(PostKind.STAFF, house.fonds, department)
        Page.objects.filter(pk=a_page(world.item).pk).update(state="failed")
    assert {address: questions(admin, address) for address in lists} == for_one
