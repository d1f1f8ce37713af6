"""The operators' command `export_text`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from dms.holdings.models import Page
from dms.journal.models import JournalEntry
from ocr.services import recognise_page

from .conftest import Desk, Told, text_of
from .test_selectors import a_batch, a_received_file

pytestmark = pytest.mark.django_db


def export(desk: Desk, person: str = "archivist", **options: object) -> str:
    out = io.StringIO()
    values = {"dossier": desk.dossier.number, "as": desk.house.people[person].username, "json": True, **options}
    arguments = [f"--{name}={value}" for name, value in values.items() if value is not True]
    call_command("export_text", *arguments, *(["--json"] if values["json"] else []), stdout=out)
    return out.getvalue()


@pytest.mark.rule("B1")
def test_pages_of_one_file_are_joined_by_form_feeds(desk: Desk):
    pages = a_received_file(desk, a_batch(desk), 0, "合同扫描.tif", 2)
    Page.objects.filter(pk=desk.page.pk).update(state="blank")
    for page, words in zip(pages, ("第一页", "第二页"), strict=True):
        desk.page = page
        recognise_page(desk.leased(), Told(text_of(words)))
    assert json.loads(export(desk)) == {"合同扫描.tif": "第一页\f第二页"}
    assert JournalEntry.objects.filter(action="dossier.text_exported", actor_id=desk.house.archivist.pk).count() == 1


@pytest.mark.rule("D1")
@pytest.mark.parametrize("person", ["staff2", "admin", "auditor"])
def test_refuses_whom_the_dossier_is_hidden_from_as_if_it_did_not_exist(desk: Desk, person: str):
    with pytest.raises(CommandError) as hidden:
        export(desk, person)
    with pytest.raises(CommandError) as absent:
        export(desk, person, dossier="no-such-number")
    assert str(hidden.value) == str(absent.value) != ""


def test_refuses_without_a_name_or_under_an_unknown_one(desk: Desk):
    with pytest.raises(CommandError, match="--as"):
        call_command("export_text", f"--dossier={desk.dossier.number}", "--json")
    with pytest.raises(CommandError, match="Nobody signs in as ghost"):
        call_command("export_text", f"--dossier={desk.dossier.number}", "--as=ghost", "--json")
