"""What a person finds: words on pages that may be read, titles that may be known, in order, narrowed, counted."""

from datetime import date

import pytest

from dms.holdings.models import DossierGrant
from search.engines.base import Kind
from search.found import Order
from search.indexing import index
from search.snippets import plain
from tests.factories import a_dossier

from .conftest import Desk, index_everything


@pytest.mark.rule("B2")
def test_finds_a_word_on_a_page_with_its_snippet_and_boxes(papers: Desk) -> None:
    [hit] = papers.find("staff1", "五千元").hits
    assert (hit.item.title, hit.page.position, hit.readable) == ("押金收据", 1, True)
    assert ("五千元", True) in hit.snippet
    assert plain(hit.snippet) == "今收到张三押金五千元整，编号HT-2019-001"
    assert hit.boxes == [(120, 240, 292, 280)]


@pytest.mark.rule("D1")
def test_finds_only_what_the_person_may_read(papers: Desk) -> None:
    receipt, contract, voucher = ("押金收据", 1), ("租赁合同", 1), ("付款凭证", 1)
    mine = {receipt, ("押金收据", 2), contract}
    assert set(papers.found("staff1", "押金")) == mine
    assert set(papers.found("head1", "押金")) == mine
    assert set(papers.found("staff2", "押金")) == {voucher}
    assert set(papers.found("archivist", "押金")) == mine | {voucher}
    for outsider in ("admin", "auditor"):
        assert papers.found(outsider, "押金") == []


@pytest.mark.rule("D1")
def test_what_is_hidden_leaks_neither_by_totals_nor_by_facets(papers: Desk) -> None:
    hidden, absent = papers.find("staff2", "五千元"), papers.find("staff2", "没有这回事")
    assert (hidden.total, hidden.hits, hidden.facets) == (absent.total, absent.hits, absent.facets)
    counts = papers.find("staff2", "押金").facets
    assert [(value.label, value.count) for value in counts["year"]] == [("2020", 1)]


def test_a_sealed_dossier_is_known_by_its_titles_and_read_by_nobody(papers: Desk) -> None:
    page = papers.pages["房屋租赁合同"]
    dossier = page.item.dossier
    dossier.sealed_at = dossier.changed_at
    dossier.save(update_fields=["sealed_at"])
    assert papers.found("head1", "甲方交付") == []
    [hit] = papers.find("head1", "租赁合同").hits
    assert (hit.item.title, hit.readable, hit.page, hit.snippet, hit.file) == ("租赁合同", False, None, [], "")


def test_a_grant_opens_and_its_end_closes(papers: Desk, settings: object) -> None:
    from datetime import timedelta

    from dms.core import clock

    now = clock.now()
    dossier = papers.pages["房屋租赁合同"].item.dossier
    DossierGrant.objects.create(
        dossier=dossier, reader=papers.house.staff2, begins_at=now, ends_at=now + timedelta(days=1), purpose="核对"
    )
    with clock.at(now + timedelta(hours=1)):
        assert ("租赁合同", 1) in papers.found("staff2", "押金")
    with clock.at(now + timedelta(days=2)):
        assert papers.found("staff2", "押金") == [("付款凭证", 1)]


def test_a_title_found_on_a_page_too_is_one_hit(papers: Desk) -> None:
    assert papers.found("staff1", "租赁合同") == [("租赁合同", 1)]
    assert papers.found("staff1", "收据") == [("押金收据", 1)]


def test_sorts_by_date_and_by_volume_order(papers: Desk) -> None:
    assert papers.found("archivist", "押金", Order.DATE) == [
        ("租赁合同", 1), ("付款凭证", 1), ("押金收据", 1), ("押金收据", 2),
    ]  # fmt: skip
    numbers = [hit.item.dossier.number for hit in papers.find("archivist", "押金", order=Order.VOLUME).hits]
    assert numbers == sorted(numbers)
    assert papers.found("staff1", "押金", Order.VOLUME) == [("押金收据", 1), ("押金收据", 2), ("租赁合同", 1)]


def test_titles_and_pages_stand_in_one_order(papers: Desk) -> None:
    dossier = papers.pages["房屋租赁合同"].item.dossier
    papers.paper(dossier, "押金说明", "别的话", day=date(2020, 1, 1))
    index_everything()
    assert papers.found("staff1", "押金", Order.DATE) == [
        ("租赁合同", 1), ("押金说明", 1), ("押金收据", 1), ("押金收据", 2),
    ]  # fmt: skip
    assert papers.found("staff1", "押金")[0] == ("押金说明", 1)


@pytest.mark.parametrize("order", Order)
def test_pages_of_results_follow_one_another_without_gap_or_double(papers: Desk, order: Order) -> None:
    dossier = papers.pages["房屋租赁合同"].item.dossier
    for number in range(5):
        papers.paper(dossier, f"押金第{number}号", "空白")
    index_everything()
    whole = [(hit.item.pk, hit.page.pk) for hit in papers.find("staff1", "押金", order=order).hits]
    parts = [
        (hit.item.pk, hit.page.pk)
        for first in range(0, 8, 3)
        for hit in papers.find("staff1", "押金", order=order, first=first, limit=3).hits
    ]
    assert parts == whole
    assert len(set(whole)) == 8


def test_narrows_by_facets_and_by_fields(papers: Desk) -> None:
    section = papers.pages["押金第二页"].item.section
    assert set(papers.found("archivist", "押金", section=section.pk)) == {("押金收据", 1), ("押金收据", 2)}
    assert papers.found("archivist", "押金", year=2021) == [("租赁合同", 1)]
    assert papers.found("archivist", "押金 year:2020-2021 -题名:合同") == [("付款凭证", 1)]
    assert set(papers.found("archivist", "押金 类目:缴费押金")) == {("押金收据", 1), ("押金收据", 2)}
    assert papers.found("archivist", "押金 档案:甲公司") == [("付款凭证", 1)]
    assert papers.found("staff2", "押金 档案:张三") == []
    entry = papers.pages["房屋租赁合同"].item.entry_number
    assert papers.found("archivist", f"number:{entry}") == [("租赁合同", 1)]
    assert papers.found("archivist", "年度:2019") == [("押金收据", 1)]


def test_counts_facets_over_all_hits(papers: Desk) -> None:
    facets = papers.find("archivist", "押金", limit=1).facets
    assert [(value.key, value.count) for value in facets["year"]] == [(2021, 1), (2020, 1), (2019, 2)]
    assert [value.count for value in facets["department"]] == [3, 1]
    assert [(value.label, value.count) for value in facets["section"]] == [("缴费押金", 2)]


def test_counting_stops_at_the_most(papers: Desk) -> None:
    results = papers.find("archivist", "押金", most=2)
    assert (results.total, results.capped, len(results.hits)) == (2, True, 2)


def test_a_withdrawn_item_is_not_found(papers: Desk) -> None:
    from dms.holdings.services import withdraw_item

    item = papers.pages["付款凭证 押金退还"].item
    withdraw_item(item=item, reason="错扫", acting_user=papers.house.archivist)
    assert papers.found("staff2", "押金") == []
    assert papers.found("staff2", "付款") == []


def test_a_moved_item_is_found_under_the_rights_of_its_new_dossier_at_once(papers: Desk) -> None:
    from dms.holdings.services import move_item

    item = papers.pages["房屋租赁合同"].item
    target = a_dossier(papers.house.archivist, papers.house.finance, name="乙公司", rank=0)
    move_item(item=item, dossier=target, section=None, reason="归错", acting_user=papers.house.archivist)
    assert ("租赁合同", 1) in papers.found("staff2", "押金")
    assert ("租赁合同", 1) not in papers.found("staff1", "押金")


def test_nothing_is_indexed_twice(papers: Desk) -> None:
    pages = [page.pk for page in papers.pages.values()]
    assert index(Kind.PAGE, pages) == 0
