"""Customer lists: every row is looked at, what is wrong is said exactly, nothing is written before it is confirmed."""

import csv
import datetime
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook

from dms.core import clock
from dms.core.errors import NotFound, Refusal
from dms.holdings.imports import carry_out, plan_import
from dms.holdings.models import Dossier, FieldDefinition, ListDraft
from dms.holdings.services.drafts import KEPT, drop_abandoned_drafts, keep_draft, read_draft
from dms.holdings.spreadsheets import read_table
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from tests.factories import a_dossier, a_house, a_series, security_classes


@pytest.fixture
def house_with_list(house, kind):
    """A house with one series, and a list's heading in English."""
    a_series(house.fonds)
    return house


def table(*rows, encoding="utf-8", heading=("name", "department", "responsible", "unit", "opened_on", "ID number")):
    """Return a CSV file of these rows."""
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def plan(user, content):
    """Return the plan for a file, in English words."""
    with translation.override("en"):
        return plan_import(user, read_table(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_every_usual_encoding(house_with_list, encoding):
    house = house_with_list
    found = plan(house.archivist, table(["王小明", house.service.code], encoding=encoding))
    assert [row.name for row in found.good] == ["王小明"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_read_with_every_usual_delimiter(delimiter):
    assert read_table(delimiter.join(["name", "unit"]).encode() + b"\r\n") == [(1, ["name", "unit"])]


def test_an_excel_list_is_read_with_its_dates_and_numbers(house_with_list):
    house = house_with_list
    book = Workbook()
    book.active.append(["姓名", "department", "opened_on", "面积", "unit"])
    book.active.append(["王小明", house.service.code, datetime.datetime(2023, 5, 1), 88.5, 1203])
    content = io.BytesIO()
    book.save(content)
    with translation.override("zh-hans"):
        heading = [["name" if cell == "姓名" else cell for cell in line] for _n, line in read_table(content.getvalue())]
    row = plan_import(house.archivist, list(enumerate(heading, 1))).good[0]
    assert (row.arguments["opened_on"], row.arguments["fields"], row.arguments["unit"]) == (
        datetime.date(2023, 5, 1),
        {"area": "88.5"},
        "1203",
    )


def test_each_error_is_said_at_its_row_and_column(house_with_list, kind):
    house = house_with_list
    FieldDefinition.objects.create(
        kind=kind, code="use", name="用途", type="choice", choices="自住\n出租", required=True
    )
    heading = ["name", "department", "responsible", "unit", "opened_on", "ID number", "Area", "use", "level", "kind"]
    content = table(
        [
            "好人",
            house.service.code,
            house.staff1.username,
            "1-1",
            "2023/5/1",
            "110101199003071234",
            "5",
            "自住",
            "",
            "",
        ],
        ["", "nowhere", "nobody", "x" * 41, "yesterday", "12", "much", "闲置", "town", ""],
        ["某人", house.service.code, "", "", "", "", "", "", "", "castle"],
        ["某人", house.service.code, "", "", "2023-02-30", "", "", "出租", "Company", ""],
        heading=heading,
    )
    found = plan(house.archivist, content)
    assert [row.number for row in found.good] == [2]
    with translation.override("en"):
        errors = {row.number: row.errors for row in found.bad}
    assert errors == {
        3: [
            ("Department", "There is no “nowhere”."),
            ("Name", "This is missing."),
            ("Level", "There is no “town”."),
            ("Responsible", "Nobody signs in as “nobody”."),
            ("Unit", "This is longer than 40 characters."),
            ("Opened on", "“yesterday” is no date: write 2023-05-01."),
            ("Area", "The value is not of the type that is asked for."),
            ("ID number", "The value does not have the form that is asked for."),
            ("用途", "The value is not one of the list."),
        ],
        4: [("Kind", "There is no “castle”.")],
        5: [("Opened on", "“2023-02-30” is no date: write 2023-05-01.")],
    }


@pytest.mark.rule("A1")
def test_customers_who_seem_to_exist_are_marked_by_row_number_name_and_id_number(house_with_list, kind):
    house = house_with_list
    by_name = a_dossier(house.archivist, house.service, kind=kind, name="张三")
    by_id = a_dossier(
        house.archivist, house.service, kind=kind, name="李四", fields={"id_number": "110101199003071234"}
    )
    found = plan(
        house.archivist,
        table(
            ["张三", house.service.code],
            ["王五", house.service.code, "", "", "", "110101199003071234"],
            ["赵六", house.service.code],
            [" 赵六 ", house.service.code],
        ),
    )
    assert [row.alike for row in found.rows] == [[by_name.number], [by_id.number], [], ["row 4"]]


@pytest.mark.rule("D1")
def test_what_one_may_not_know_of_is_not_marked(house_with_list, kind):
    house = house_with_list
    hidden = a_dossier(house.archivist, house.service, kind=kind, name="张三")
    Dossier.objects.filter(pk=hidden.pk).update(classification=security_classes()[2])
    found = plan(house.archivist, table(["张三", house.service.code]))
    assert found.rows[0].alike == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old or protected Excel"),
        (b"PK\x03\x04 nothing", "cannot be read as an Excel table"),
        (b"\xff\x00\xff\x00\x81", "cannot be read as a table"),
        (b"name,colour\nx,red\n", "The heading “colour” is not known."),
        (b"name,Name\nx,y\n", "stands there twice"),
        (b"unit\n1\n", "no column for the name"),
        (b"name\n", "no rows"),
        (b"name\n" + b"x\n" * 2001, "more than 2000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_in_words(house_with_list, content, words):
    with pytest.raises(Refusal) as refused:
        plan(house_with_list.archivist, content)
    with translation.override("en"):
        assert words in str(refused.value)


def test_an_excel_file_that_unpacks_to_gigabytes_is_refused_unread():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 << 20))
    with pytest.raises(Refusal):
        read_table(packed.getvalue())


def test_all_or_nothing_opens_all_and_is_journalled_once(house_with_list):
    house = house_with_list
    found = plan(house.archivist, table(["一", house.service.code], ["二", house.finance.code]))
    outcome = carry_out(found, only_good=False, acting_user=house.archivist)
    assert [dossier.name for _row, dossier in outcome.opened] == ["一", "二"]
    assert JournalEntry.objects.get(action="customer_list.imported").facts == {"opened": 2, "rows": 2}


def test_all_or_nothing_writes_nothing_where_one_row_is_wrong(house_with_list):
    house = house_with_list
    found = plan(house.archivist, table(["一", house.service.code], ["二", "nowhere"]))
    before = JournalEntry.objects.count()
    with pytest.raises(Refusal):
        carry_out(found, only_good=False, acting_user=house.archivist)
    assert (Dossier.objects.count(), JournalEntry.objects.count()) == (0, before)


def test_all_or_nothing_takes_back_what_it_opened_before_a_refusal(house_with_list, kind):
    house = house_with_list
    found = plan(house.archivist, table(["一", house.service.code], ["二", house.service.code]))
    found.rows[1].arguments["name"] = " "
    before = JournalEntry.objects.count()
    with pytest.raises(Refusal):
        carry_out(found, only_good=False, acting_user=house.archivist)
    assert (Dossier.objects.count(), JournalEntry.objects.count()) == (0, before)


def test_the_good_rows_alone_are_opened_where_that_is_chosen(house_with_list):
    house = house_with_list
    found = plan(house.archivist, table(["一", house.service.code], ["二", "nowhere"]))
    outcome = carry_out(found, only_good=True, acting_user=house.archivist)
    assert [dossier.name for _row, dossier in outcome.opened] == ["一"]
    assert Dossier.objects.count() == 1


def upload(browser, content, name="list.csv"):
    """Send a file to the import."""
    return browser.post(reverse("holdings:import"), {"file": SimpleUploadedFile(name, content)})


@pytest.mark.rule("D1")
def test_between_preview_and_import_the_list_lies_sealed_and_afterwards_it_is_destroyed(house_with_list, sign_in):
    house = house_with_list
    browser = sign_in(house.archivist)
    address = upload(browser, table(["王小明", house.service.code])).url
    stored = StoredFile.objects.get(purpose="import")
    assert "王小明" not in str(dict(browser.session))
    assert "王小明" in browser.get(address).content.decode()
    assert Dossier.objects.count() == 0
    done = browser.post(address, {"act": "all"})
    made = Dossier.objects.get()
    assert reverse("holdings:dossier", args=[made.public_id]) in done.content.decode()
    stored.refresh_from_db()
    assert stored.is_gone
    assert not ListDraft.objects.exists()
    assert browser.get(address).status_code == 404


def test_giving_up_destroys_the_list_and_opens_nothing(house_with_list, sign_in):
    house = house_with_list
    browser = sign_in(house.archivist)
    browser.post(upload(browser, table(["王小明", house.service.code])).url, {"act": "cancel"})
    assert StoredFile.objects.get(purpose="import").is_gone
    assert Dossier.objects.count() == 0


def test_a_list_is_its_uploaders_alone(house_with_list):
    house, other = house_with_list, a_house()
    draft = keep_draft(content=b"name\nx\n", acting_user=house.archivist)
    with pytest.raises(NotFound):
        read_draft(public_id=draft.public_id, acting_user=other.archivist)


def test_a_list_nobody_imported_is_destroyed_after_a_day(house_with_list):
    house = house_with_list
    draft = keep_draft(content=b"name\nx\n", acting_user=house.archivist)
    assert drop_abandoned_drafts() == 0
    with clock.at(draft.uploaded_at + KEPT + KEPT):
        assert drop_abandoned_drafts() == 1
    assert StoredFile.objects.get(purpose="import").is_gone


def test_what_is_wrong_with_the_file_stands_at_its_field(house_with_list, sign_in):
    answer = upload(sign_in(house_with_list.archivist), b"")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert not StoredFile.objects.filter(purpose="import").exists()


def test_the_template_is_understood_by_the_import(house_with_list, sign_in):
    house = house_with_list
    template = sign_in(house.archivist).get(reverse("holdings:import_template")).content
    lines = read_table(template)
    empty = [""] * len(lines[0][1])
    assert plan_import(house.archivist, [*lines, (2, empty)]).rows[0].errors  # understood, and found wanting
