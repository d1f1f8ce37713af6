"""The list of items: all rows or none, every error at its place, and the catalogue that comes of it."""

import contextlib
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from dms.arrangement.import_words import COLUMNS, last_day, rough_date
from dms.arrangement.imports import ListRefused, carry_out, plan_import, read_list
from dms.arrangement.models import Binding, ItemRelation, Volume
from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Item
from dms.holdings.services import withdraw_item
from dms.journal.models import JournalEntry
from tests.factories import security_classes

from .conftest import snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A6"), pytest.mark.rule("A7")]
HEADING = ",".join(COLUMNS)
LIST = f"""{HEADING}
Q1,关于装修的请示,request,租户,KH-2022-3,2022-12-20,,,2,1,,,,,,
R1,关于装修的批复,reply,物业,WY-2023-17,2023-01-05,,,1,2,replies_to,Q1,,,,
A1,图纸,drawing,,,2022,,,3,1,attachment_of,R1,,,,
P1,五年规划,plan,,,2020-12,,,4,1,,,2021,2025,,
S1,三年总结,summary,,,2024-02-01,,,1,1,,,2021,2023-12-31,,
M1,会议纪要,meeting,,,2024-01-09,,,1,1,,,,,2023-12-28,
"""


@pytest.fixture
def listed(tmp_path: Path):
    """Return a function that writes a list to a file and gives its path."""

    def written(text: str) -> str:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def said(*arguments: str) -> str:
    """Return what a command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def errors(house, dossier, text: str) -> list[tuple[int, str, str]]:
    """Return the errors of a list."""
    plan = plan_import(house.archivist, dossier, read_list(text.encode()))
    return [(row.number, column, words) for row in plan.rows for column, words in row.errors]


@pytest.mark.rule("B4")
def test_a_list_becomes_volumes_in_order_with_pages_and_reasons(house, dossier, listed, in_english):
    said("import_items", listed(LIST), "--dossier", dossier.number)
    told = json.loads(said("catalogue", "--dossier", dossier.number, "--json"))
    code = f"{house.fonds.code}-{dossier.series.code}-{{}}-({dossier.number}/permanent/1)"
    assert [(v["year"], v["part"], v["classification"], v["retention"], v["reference_code"]) for v in told] == [
        (year, 1, "ordinary", "permanent", code.format(year)) for year in (2021, 2023)
    ]
    assert [tuple(row.values()) for row in told[0]["items"]] == [
        (1, "P1", "五年规划", f"{code.format(2021)}-001", 1, 4, "bound under 2021: first year of the plan")
    ]
    assert [
        (row["no"], row["key"], row["first_page"], row["last_page"], row["filing_year_reason"])
        for row in told[1]["items"]
    ] == [
        (1, "R1", 1, 1, "bound under 2023: year of its date"),
        (None, "A1", 2, 4, "bound under 2023: with its main paper WY-2023-17"),
        (2, "Q1", 5, 6, "bound under 2023: year of the reply WY-2023-17"),
        (3, "M1", 7, 7, "bound under 2023: year in which the meeting opened"),
        (4, "S1", 8, 8, "bound under 2023: last year of the summary"),
    ]
    assert list(told[0]["items"][0]) == [
        "no", "key", "title", "reference_code", "first_page", "last_page", "filing_year_reason",
    ]  # fmt: skip
    assert json.loads(said("catalogue", "--dossier", dossier.number, "--year", "2021", "--json")) == told[:1]


def test_the_catalogue_of_open_volumes_is_what_was_written_down(house, dossier, listed):
    said("import_items", listed(LIST), "--dossier", dossier.number)
    told = json.loads(said("catalogue", "--dossier", dossier.number, "--json"))
    stored = [
        [
            (row.item.source_key, row.number, row.first_page, row.last_page)
            for row in Binding.objects.filter(volume=volume).select_related("item").order_by("order")
        ]
        for volume in Volume.objects.in_order()
    ]
    assert [
        [(row["key"], row["no"], row["first_page"], row["last_page"]) for row in volume["items"]] for volume in told
    ] == stored


def test_an_excel_list_is_read_alike_with_headings_in_either_language(house, dossier, tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["Title", "date", "Pages"])
    sheet.append(["合同", date(2023, 5, 1), 3])
    sheet.append(["信", 1998, None])
    path = tmp_path / "list.xlsx"
    book.save(path)
    said("import_items", str(path), "--dossier", dossier.number, "--as", house.staff1.username)
    found = Item.objects.order_by("entry_number").values_list(
        "title", "document_date", "date_precision", "stated_pages"
    )
    assert list(found) == [("合同", date(2023, 5, 1), "day", 3), ("信", date(1998, 1, 1), "year", None)]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("x,,,,,,,,,,,,,,,", "title", "This is missing."),
        ("x,t,treaty,,,,,,,,,,,,,", "type", "There is no “treaty”."),
        ("x,t,,,,2023-13,,,,,,,,,,", "date", "“2023-13” is no date: write 2023-05-01, 2023-05 or 1998."),
        ("x,t,,,,2023-02-30,,,,,,,,,,", "date", "“2023-02-30” is no date: write 2023-05-01, 2023-05 or 1998."),
        ("x,t,,,,,nowhere,,,,,,,,,", "section", "There is no “nowhere”."),
        ("x,t,,,,,,cosmic,,,,,,,,", "classification", "There is no “cosmic”."),
        ("x,t,,,,,,secret,,,,,,,,", "classification", "“Top secret” is above your own clearance."),
        ("x,t,,,,,,,-1,,,,,,,", "pages", "“-1” is no whole number from 0 to 100000."),
        ("x,t,,,,,,,,0,,,,,,", "copies", "“0” is no whole number from 1 to 999."),
        ("x,t,,,,,,,,,replies_to,,,,,", "related_key", "This is missing."),
        ("x,t,,,,,,,,,,y,,,,", "relation", "This is missing."),
        ("x,t,,,,,,,,,answers,y,,,,", "relation", "“answers” is no relation"),
        ("x,t,,,,,,,,,replies_to,y,,,,", "related_key", "Nothing in the list or the dossier has the key “y”."),
        ("x,t,,,,,,,,,replies_to,x,,,,", "related_key", "An item cannot be related to itself."),
        ("x,t,,,,,,,,,,,2023,2022,,", "period_to", "The period ends before it begins."),
        ("x,t,,,,,,,,,,,,,soon,", "opened_on", "“soon” is no date"),
        (f"{'x' * 81},t,,,,,,,,,,,,,,", "key", "This is longer than 80 characters."),
    ],
)
def test_every_error_stands_at_its_row_and_column(house, dossier, in_english, row, column, words):
    security_classes()
    found = errors(house, dossier, f"{HEADING}\n{row}\n")
    assert {number for number, _where, _words in found} == {2}
    assert words in next(said for _number, where, said in found if where == column)


def test_one_bad_row_keeps_the_whole_list_out(house, dossier, listed, capsys, in_english):
    before = (snapshot(dossier), JournalEntry.objects.count())
    bad = LIST + "R1,twice,,,,,,,,,,,,,,\n"
    with pytest.raises(SystemExit):
        call_command("import_items", listed(bad), "--dossier", dossier.number)
    complaints = capsys.readouterr().err.splitlines()
    assert complaints == [
        "row 3, Key (key): The key “R1” stands there more than once.",
        "row 8, Key (key): The key “R1” stands there more than once.",
    ]
    assert (snapshot(dossier), JournalEntry.objects.count()) == before
    plan = plan_import(house.archivist, dossier, read_list(bad.encode()))
    with pytest.raises(ListRefused) as refused:
        carry_out(plan, dossier=dossier, acting_user=house.archivist)
    assert [row["row"] for row in refused.value.carried["rows"]] == [3, 8]


def test_a_dry_run_writes_nothing(dossier, listed):
    told = json.loads(said("import_items", listed(LIST), "--dossier", dossier.number, "--dry-run", "--json"))
    assert told == {"dossier": dossier.number, "rows": 6, "imported": 0, "volumes": 0, "errors": []}
    assert Item.objects.count() == 0


def test_a_circle_in_the_list_is_refused_with_the_items_named(house, dossier, in_english):
    rows = "a,one,,,,,,,,,replies_to,b,,,,\nb,two,,,,,,,,,replies_to,c,,,,\nc,three,,,,,,,,,replies_to,a,,,,\n"
    ((number, column, words),) = errors(house, dossier, f"{HEADING}\n{rows}")
    assert (number, column) == (2, "relation")
    assert words == "These items would follow one another in a circle: “one” (a) → “three” (c) → “two” (b)."


def test_a_later_list_may_name_items_that_are_there_and_not_use_their_keys_again(house, dossier, listed, in_english):
    said("import_items", listed(LIST), "--dossier", dossier.number)
    later = f"{HEADING}\nR2,第二次批复,reply,,,2024-05-01,,,1,1,replies_to,Q1,,,,\n"
    said("import_items", listed(later), "--dossier", dossier.number)
    assert set(Binding.objects.filter(filing_year=2024).values_list("item__source_key", flat=True)) == {
        "R2", "R1", "A1", "Q1",
    }  # fmt: skip
    assert [words for _row, _column, words in errors(house, dossier, later)] == [
        "The dossier has an item with the key “R2” already."
    ]
    withdraw_item(item=Item.objects.get(source_key="Q1"), reason="x", acting_user=house.archivist)
    ((_row, column, _words),) = errors(house, dossier, f"{HEADING}\nz,t,,,,,,,,,copy_of,Q1,,,,\n")
    assert column == "related_key"


def test_one_by_one_and_all_at_once_give_the_same_catalogue(house, dossier, kind, listed):
    from tests.factories import a_dossier

    other = a_dossier(house.archivist, house.service, kind=kind)
    heading, *rows = LIST.strip().splitlines()
    for row in rows:
        said("import_items", listed(f"{heading}\n{row}\n"), "--dossier", dossier.number)
    said("import_items", listed(LIST), "--dossier", other.number)
    one, two = (said("catalogue", "--dossier", number, "--json") for number in (dossier.number, other.number))
    assert one.replace(dossier.number, other.number) == two


def test_an_empty_section_takes_the_kinds_default(house, dossier, kind, listed):
    kind.sections.filter(code="payments").update(is_default=True)
    said("import_items", listed("title,section\na,\nb,unit\n"), "--dossier", dossier.number)
    assert list(Item.objects.order_by("pk").values_list("section__code", flat=True)) == ["payments", "unit"]


@pytest.mark.rule("A9")
@pytest.mark.rule("D1")
def test_the_machines_operator_may_enter_any_class_and_is_told_everything_a_person_not(house, dossier, listed):
    security_classes()
    rows = "title,date,classification\n密件,2023,secret\n平件,2023,\n"
    said("import_items", listed(rows), "--dossier", dossier.number)
    told = json.loads(said("catalogue", "--dossier", dossier.number, "--json"))
    assert [(v["classification"], [row["title"] for row in v["items"]]) for v in told] == [
        ("ordinary", ["平件"]),
        ("secret", ["密件"]),
    ]
    for_archivist = said("catalogue", "--dossier", dossier.number, "--json", "--as", house.archivist.username)
    assert json.loads(for_archivist) == told[:1]


@pytest.mark.parametrize("text", ["title\n", "titel\na\n", "title,title\na,b\n", "key\na\n", ""])
def test_what_is_no_list_is_refused(house, dossier, text):
    with pytest.raises(Refusal):
        plan_import(house.archivist, dossier, read_list(text.encode()))


def test_who_may_not_work_on_the_dossier_imports_nothing(house, dossier, listed):
    for person in (house.head1, house.staff2):
        with pytest.raises(CommandError):
            call_command("import_items", listed(LIST), "--dossier", dossier.number, "--as", person.username)
    plan = plan_import(house.archivist, dossier, read_list(LIST.encode()))
    with pytest.raises(NotAllowed):
        carry_out(plan, dossier=dossier, acting_user=house.head1)
    assert (Item.objects.count(), ItemRelation.objects.count()) == (0, 0)


def test_an_import_is_one_line_of_the_journal_besides_one_for_each_item(house, dossier, listed):
    said("import_items", listed(LIST), "--dossier", dossier.number)
    assert JournalEntry.objects.filter(action="items.imported").count() == 1
    assert JournalEntry.objects.filter(action="item.created").count() == 6
    assert all(item.versions.count() == 1 for item in Item.objects.all())


@pytest.mark.parametrize(
    ("word", "first", "precision", "last"),
    [
        ("2023-05-01", date(2023, 5, 1), "day", date(2023, 5, 1)),
        ("2023年5月1日", date(2023, 5, 1), "day", date(2023, 5, 1)),
        ("2024-02", date(2024, 2, 1), "month", date(2024, 2, 29)),
        ("2023-12", date(2023, 12, 1), "month", date(2023, 12, 31)),
        ("1998", date(1998, 1, 1), "year", date(1998, 12, 31)),
        ("1998年以前", date(1998, 1, 1), "before", date(1997, 12, 31)),
        ("before 1998", date(1998, 1, 1), "before", date(1997, 12, 31)),
        ("", None, "day", None),
    ],
)
def test_dates_are_read_as_far_as_they_are_known(word, first, precision, last):
    assert rough_date(word) == (first, precision)
    assert last_day(word) == last


@given(st.one_of(st.text(max_size=12), st.from_regex(r"<?[0-9]{4}(-[0-9]{1,2}){0,2}", fullmatch=True)))
def test_any_word_is_a_date_or_refused_in_words(word):
    for read in (rough_date, last_day):
        with contextlib.suppress(ValidationError):
            read(word)
