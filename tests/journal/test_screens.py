"""The auditor's screens: who may see them, filters, paging, export; looking is written down, sealed text stays sealed."""

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from dms.config.wagtail_hooks import registers_menu
from dms.core import clock
from dms.journal import exports, sealing, selectors
from dms.journal.models import JournalEntry
from dms.journal.selectors import Filters
from dms.journal.services import record
from dms.organisation.models import PostKind
from tests.factories.organisation import a_department, a_fonds, a_person

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def client_of(kind: PostKind, language: str = "en") -> Client:
    fonds = a_fonds()
    department = a_department(fonds) if kind in {PostKind.STAFF, PostKind.DEPARTMENT_HEAD} else None
    client = Client(headers={"accept-language": language})
    client.user = a_person(kind, fonds, department)
    client.force_login(client.user)
    return client


@pytest.fixture
def auditor() -> Client:
    return client_of(PostKind.AUDITOR)


def rows(response) -> list[int]:
    return [row["id"] for row in response.context["rows"]]


@pytest.mark.rule("C6")
@pytest.mark.parametrize("kind", [PostKind.STAFF, PostKind.DEPARTMENT_HEAD, PostKind.ARCHIVIST, PostKind.DIRECTOR])
@pytest.mark.parametrize("address", ["/journal/", "/journal/export.csv", "/journal/export.xlsx", "ENTRY"])
def test_nobody_else_sees_anything_of_it(kind, address) -> None:
    client = client_of(kind)
    entry = record("page.read", by=None, thing_label="WY-2024-0001")
    address = address.replace("ENTRY", f"/journal/{entry.pk}/")
    response = client.get(address)
    assert response.status_code == 403
    assert b"WY-2024-0001" not in response.content
    assert JournalEntry.objects.filter(action="look.refused", actor_id=client.user.pk).exists()
    assert not JournalEntry.objects.filter(action__startswith="journal.").exists()


def test_visitors_are_sent_to_sign_in() -> None:
    assert "/login/" in Client().get("/journal/")["Location"]


@pytest.mark.rule("C6")
@pytest.mark.parametrize("kind", [PostKind.AUDITOR, PostKind.ADMINISTRATOR])
def test_reading_the_journal_is_written_in_the_journal(kind) -> None:
    client = client_of(kind)
    seen = record("page.read", by=None)
    assert client.get("/journal/").status_code == 200
    line = JournalEntry.objects.get(action="journal.read")
    assert (line.actor_id, line.facts["first"]) == (client.user.pk, seen.pk)


@pytest.mark.rule("D1")
def test_what_an_auditor_looked_for_is_sealed_for_it_may_be_a_name(auditor) -> None:
    auditor.get("/journal/", {"person": "张三"})
    line = JournalEntry.objects.get(action="journal.read")
    assert line.sealed
    assert "张三" not in str(line.facts)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_says_what_happened_in_words(language) -> None:
    client = client_of(PostKind.AUDITOR, language)
    record("page.read", by=client.user, thing_label="WY-2024-0001/3")
    record("look.refused", by=None)
    page = client.get("/journal/").content.decode()
    assert "WY-2024-0001/3" in page
    assert client.user.display_name in page
    assert ("Page read" if language == "en" else "WY-2024") in page


def test_sealed_particulars_are_not_on_the_list(auditor) -> None:
    record("search.run", by=None, sealed="机密词语")
    assert "机密词语" not in auditor.get("/journal/").content.decode()


def test_each_filter_finds_what_it_names(auditor) -> None:
    person = a_person()
    with clock.at(datetime(2026, 3, 31, 23, 59, 59, tzinfo=SHANGHAI)):
        first = record("page.read", by=person, thing_label="WY-2024-0001/1/3")
    with clock.at(datetime(2026, 4, 1, 0, 0, 0, tzinfo=SHANGHAI)):
        second = record("look.refused", by=None, thing_label="WY-2024-00011")

    def found(**filters) -> set[int]:
        return set(selectors.entries_for(auditor.user, Filters(**filters)).values_list("id", flat=True))

    ours = {first.pk, second.pk}
    assert found(person=person.username) & ours == {first.pk}
    assert found(person=person.display_name) & ours == {first.pk}
    assert found(person="system") & ours == {second.pk}
    assert found(action="page.read") == {first.pk}
    assert found(thing="WY-2024-0001") == {first.pk}
    assert found(thing="WY-2024-00011") == {second.pk}
    assert found(since=datetime(2026, 4, 1).date()) & ours == {second.pk}
    assert found(until=datetime(2026, 3, 31).date()) & ours == {first.pk}
    assert found(refused=True) == {second.pk}
    assert found(action="page.read", refused=True) == set()


def test_filters_stand_in_the_address_and_are_kept_from_page_to_page(auditor, monkeypatch) -> None:
    monkeypatch.setattr("dms.journal.views.PAGE_SIZE", 2)
    for _ in range(5):
        record("page.read", by=None)
    ids = list(JournalEntry.objects.filter(action="page.read").order_by("-id").values_list("id", flat=True))
    response = auditor.get("/journal/?action=page.read&person=&thing=")
    assert rows(response) == ids[:2]
    assert response.context["newer_url"] == ""
    assert response.context["older_url"] == f"/journal/?action=page.read&before={ids[1]}"
    second = auditor.get(response.context["older_url"])
    assert rows(second) == ids[2:4]
    third = auditor.get(second.context["older_url"])
    assert (rows(third), third.context["older_url"]) == (ids[4:], "")
    back = auditor.get(third.context["newer_url"])
    assert rows(back) == ids[2:4]
    assert rows(auditor.get(back.context["newer_url"])) == ids[:2]


@pytest.mark.parametrize("query", ["before=x", "after=9" * 30, "since=nonsense", "action=no.such", "until=2026-99-99"])
def test_a_mistaken_address_is_no_error(auditor, query) -> None:
    assert auditor.get(f"/journal/?{query}").status_code == 200


def test_says_so_where_nothing_matches(auditor) -> None:
    assert "No entry matches" in auditor.get("/journal/?thing=NOWHERE").content.decode()


def test_an_entry_shows_whether_it_is_sealed(auditor) -> None:
    entry = record("page.read", by=None, facts={"page": 3})
    assert "waits for its seal" in auditor.get(f"/journal/{entry.pk}/").content.decode()
    sealing.seal_all()
    assert entry.seal.hash in auditor.get(f"/journal/{entry.pk}/").content.decode()


def test_an_entry_that_does_not_exist_is_not_found(auditor) -> None:
    assert auditor.get("/journal/999999999/").status_code == 404


@pytest.mark.rule("D1")
def test_an_auditor_opens_sealed_particulars_and_that_is_written_down(auditor) -> None:
    entry = record("search.run", by=None, sealed="机密词语")
    assert "机密词语" not in auditor.get(f"/journal/{entry.pk}/").content.decode()
    assert "机密词语" in auditor.post(f"/journal/{entry.pk}/").content.decode()
    assert JournalEntry.objects.get(action="journal.opened").thing_id == str(entry.pk)


@pytest.mark.rule("D1")
def test_administrators_do_not_open_them() -> None:
    administrator = client_of(PostKind.ADMINISTRATOR)
    entry = record("search.run", by=None, sealed="机密词语")
    response = administrator.post(f"/journal/{entry.pk}/")
    assert response.status_code == 403
    assert "机密词语" not in response.content.decode()
    assert not JournalEntry.objects.filter(action="journal.opened").exists()


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "|calc", "%1", "\t=1"]


@pytest.mark.parametrize("label", DANGEROUS)
def test_no_exported_cell_begins_a_formula(label) -> None:
    assert exports.safe(label).startswith("'")


def test_exports_hold_what_the_filters_find_and_no_sealed_text(auditor) -> None:
    record("page.read", by=None, thing_label="=cmd|' /C calc'!A0", facts={"pages": 3}, sealed="机密词语")
    record("page.turned", by=None)
    answer = auditor.get("/journal/export.csv?action=page.read")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert len(lines) == 2
    assert lines[1][7] == "'=cmd|' /C calc'!A0"
    assert "机密词语" not in text
    book = load_workbook(io.BytesIO(b"".join(auditor.get("/journal/export.xlsx?action=page.read").streaming_content)))
    cells = [list(row) for row in book.active.iter_rows()]
    assert [cell.value for cell in cells[1]] == [value or None for value in lines[1]]
    assert "f" not in {cell.data_type for row in cells for cell in row}
    exported = JournalEntry.objects.filter(action="journal.exported")
    assert [line.facts["format"] for line in exported.order_by("id")] == ["csv", "xlsx"]


def test_an_export_with_mistaken_filters_is_refused_rather_than_too_large(auditor) -> None:
    assert auditor.get("/journal/export.csv?since=nonsense").status_code == 400
    assert not JournalEntry.objects.filter(action="journal.exported").exists()


def test_reads_on_in_an_export_of_any_length(auditor, monkeypatch) -> None:
    monkeypatch.setattr(selectors, "EXPORT_CHUNK", 3)
    for _ in range(8):
        record("page.read", by=None)
    wanted = Filters(action="page.read")
    ids = [entry.pk for entry in selectors.all_entries(auditor.user, wanted)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 8
    assert len(list(selectors.all_entries(auditor.user, wanted, limit=4))) == 4


def test_the_list_asks_the_same_few_questions_however_many_entries_there_are(auditor) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            auditor.get("/journal/")
        return len(asked)

    questions()
    few = questions()
    for _ in range(30):
        record("page.read", by=auditor.user)
    assert questions() == few


def test_it_stands_among_the_registers_of_those_who_may_read_it(auditor) -> None:
    entry = registers_menu.registered_menu_items
    (item,) = [item for item in entry if item.name == "journal"]
    request = RequestFactory().get("/")
    for client, shown in ((auditor, True), (client_of(PostKind.ARCHIVIST), False)):
        request.user = client.user
        assert item.is_shown(request) is shown
    assert item.url == "/journal/"
