"""The dossier list: every page in order, each dossier once, nobody's beyond the rights."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dms.clearance.policy import Act
from dms.core.table_files import harmless
from dms.holdings import exports
from dms.holdings.listing import (
    FIRST,
    LAST,
    Filters,
    Order,
    Place,
    _beyond,
    _ways,
    every_dossier,
    list_page,
    place_of,
    place_of_initial,
    place_of_number,
)
from dms.holdings.models import Dossier, DossierGrant
from dms.holdings.selectors import dossiers_visible_to
from dms.holdings.services import change_dossier
from dms.journal.models import JournalEntry
from tests.factories import a_dossier, a_house

NAMES = ["王小明", "张三", "68号商铺", "李四", "欧阳锋", "Acme", "张三", "赵六", "~无名", "周七"]


@pytest.fixture
def many(house, kind):
    """Twenty dossiers in both departments, of all classifications the archivist may see, some of them shared."""
    made = []
    for number in range(20):
        made.append(
            a_dossier(
                house.archivist,
                house.service if number % 3 else house.finance,
                kind=kind,
                name=NAMES[number % len(NAMES)],
                rank=number % 2,
                unit=f"{number % 4}-{number}",
                responsible=[None, house.staff1, house.staff2][number % 3],
                level="company" if number % 5 == 0 else "department",
            )
        )
    DossierGrant.objects.create(
        dossier=made[0],
        reader=house.auditor,
        begins_at=datetime.now(UTC) - timedelta(days=1),
        ends_at=datetime.now(UTC) + timedelta(days=1),
        purpose="audit",
    )
    return made


@pytest.mark.rule("D1")
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("size", [1, 3, 50])
def test_the_pages_together_are_exactly_what_each_person_may_know_of(house, many, order, size):
    for person in house.people.values():
        known = list(dossiers_visible_to(person, Act.KNOW).order_by(*order.columns))
        place, seen = FIRST, []
        while True:
            page = list_page(person, Filters(), order, place, size)
            seen += page.rows
            if not page.has_next:
                break
            place = place_of(person, page.rows[-1].public_id, order)
        assert seen == known


@pytest.mark.parametrize("order", list(Order))
def test_going_back_shows_the_same_pages_in_the_same_order(house, many, order):
    forwards = list_page(house.archivist, Filters(), order, FIRST, 7)
    second = list_page(
        house.archivist, Filters(), order, place_of(house.archivist, forwards.rows[-1].public_id, order), 7
    )
    place = place_of(house.archivist, second.rows[0].public_id, order, backwards=True)
    back = list_page(house.archivist, Filters(), order, place, 7)
    assert back.rows == forwards.rows
    assert (back.has_previous, back.has_next) == (False, True)
    last = list_page(house.archivist, Filters(), order, LAST, 7)
    assert (last.has_previous, last.has_next) == (True, False)


def test_jumping_to_a_number_begins_with_it(house, many):
    page = list_page(house.archivist, Filters(), Order.NUMBER, place_of_number(many[5].number), 3)
    assert [row.number for row in page.rows] == [d.number for d in many[5:8]]
    assert page.has_previous


def test_jumping_beyond_the_end_shows_the_last_page(house, many):
    page = list_page(house.archivist, Filters(), Order.NUMBER, place_of_number("zzzz"), 3)
    assert page.rows == many[-3:]


@pytest.mark.rule("B3")
@pytest.mark.parametrize(("initial", "name"), [("Z", "张三"), ("L", "李四"), ("A", "Acme"), ("#", "68号商铺")])
def test_jumping_to_an_initial_begins_with_the_first_name_under_it(house, many, initial, name):
    place = place_of_initial(house.archivist, Filters(), initial)
    assert list_page(house.archivist, Filters(), Order.NAME, place, 3).rows[0].name == name


def test_where_no_name_begins_with_a_digit_the_sign_jumps_to_what_comes_after_the_letters(house, kind):
    for name in ("王", "~无名"):
        a_dossier(house.archivist, house.service, kind=kind, name=name)
    place = place_of_initial(house.archivist, Filters(), "#")
    assert [d.name for d in list_page(house.archivist, Filters(), Order.NAME, place, 5).rows] == ["~无名"]


def test_a_place_beside_a_dossier_one_may_not_know_of_is_the_first_page(house, many):
    hidden = next(d for d in many if d.department == house.service and d.responsible != house.staff2)
    assert place_of(house.staff2, hidden.public_id, Order.NUMBER) == FIRST


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (lambda h, k, m: Filters(text="张"), lambda d, h: d.name.startswith("张")),
        (lambda h, k, m: Filters(text="2-"), lambda d, h: d.unit.startswith("2-")),
        (lambda h, k, m: Filters(text=m[3].number), lambda d, h: d.number.endswith("0004")),
        (lambda h, k, m: Filters(department=h.finance), lambda d, h: d.department == h.finance),
        (lambda h, k, m: Filters(responsible=h.staff1.pk), lambda d, h: d.responsible == h.staff1),
        (lambda h, k, m: Filters(classification=m[0].classification_id), lambda d, h: d.classification.rank == 0),
        (lambda h, k, m: Filters(level="company"), lambda d, h: d.level == "company"),
        (lambda h, k, m: Filters(kind=k.pk, year=2023), lambda d, h: True),
        (lambda h, k, m: Filters(year=1999), lambda d, h: False),
        (lambda h, k, m: Filters(state="closed"), lambda d, h: False),
    ],
)
def test_filters_narrow_the_list_for_everybody_alike(house, kind, many, filters, expected):
    for person in house.people.values():
        rows = list_page(person, filters(house, kind, many), Order.NUMBER, FIRST, 50).rows
        visible = (
            dossiers_visible_to(person, Act.KNOW).select_related("classification", "department").order_by("number")
        )
        assert rows == [dossier for dossier in visible if expected(dossier, house)]


def test_a_former_name_goes_on_finding(house, dossier):
    change_dossier(dossier=dossier, changes={"name": "新名"}, reason="application", acting_user=house.archivist)
    assert list_page(house.archivist, Filters(text="张三"), Order.NUMBER, FIRST, 5).rows == [dossier]


def test_the_number_of_queries_does_not_grow_with_the_rows(house, many):
    def queries(size: int) -> int:
        with CaptureQueriesContext(connection) as taken:
            list_page(house.archivist, Filters(), Order.NUMBER, Place((many[0].number, many[0].pk)), size)
        return len(taken)

    list_page(house.archivist, Filters(), Order.NUMBER, FIRST, 1)  # what is read once for a person
    assert queries(1) == queries(15)


@pytest.mark.parametrize("order", list(Order))
def test_every_walk_reads_its_page_from_an_index(house, many, order):
    place = Place(("k",) if order is Order.NAME else (many[0].number,), inclusive=True)
    with planning_as_for_a_million_rows():
        for person in (house.archivist, house.head1, house.staff1, house.director):
            for way in _ways(person, Filters()):
                rows = Dossier.objects.filter(way & _beyond(order, place)).order_by(*order.columns)
                assert_walks_an_index(rows.values_list(*order.columns)[:5].explain())


@contextmanager
def planning_as_for_a_million_rows():
    """PostgreSQL reads a small table whole, and rightly; here it has to plan as if that were out of the question."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        yield
        cursor.execute("RESET enable_seqscan; RESET enable_sort; RESET enable_bitmapscan")


def assert_walks_an_index(plan: str) -> None:
    """No look at every dossier, no sorting: but of what a grant leads to, which is a few rows."""
    if connection.vendor == "sqlite":
        assert "SCAN holdings_dossier" not in plan
        assert "TEMP B-TREE" not in plan or "dossiergrant_reader" in plan
        return
    assert "Seq Scan on holdings_dossier " not in plan
    # Rows that an index gives in the order but for its last columns are sorted few by few, as they come.
    sorted_whole = "Sort  (" in plan.replace("Incremental Sort  (", "")
    assert "dossiergrant" in plan or not sorted_whole, plan


def test_another_fonds_is_another_world(house, many):
    other = a_house()
    assert list(every_dossier(other.archivist, Filters(), Order.NUMBER, limit=50)) == []


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_of_an_export_is_taken_for_a_formula(cell):
    assert harmless(cell) == "'" + cell


def test_an_export_holds_the_list_and_no_own_field_and_is_journalled(house, dossier):
    made = exports.export_list(
        "csv", user=house.archivist, filters=Filters(text="张"), order=Order.NUMBER, filters_in_words={"q": "张"}
    )
    text = made.content.decode("utf-8-sig")
    assert dossier.number in text
    assert "110101199003071234" not in text
    line = JournalEntry.objects.get(action="dossiers.exported")
    assert line.facts == {"format": "csv", "rows": 1}
    assert b"\xe5\xbc\xa0" not in bytes(line.sealed)


def test_an_export_that_is_too_long_is_refused_and_says_what_to_do(house, many, monkeypatch):
    from dms.core.errors import Refusal

    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    with pytest.raises(Refusal) as refused:
        exports.export_list("csv", user=house.archivist, filters=Filters(), order=Order.NUMBER, filters_in_words={})
    assert "in parts" in str(refused.value) or "分" in str(refused.value)
    assert not JournalEntry.objects.filter(action="dossiers.exported").exists()
