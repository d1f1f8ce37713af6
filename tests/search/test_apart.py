"""Where no statement sees records and index both: the same findings in portions, the same differences by sums."""

import pytest

from dms.holdings.models import Page
from search import apart, hits
from search.engines.base import Document, Kind
from search.engines.current import engine
from search.found import Order
from search.hits import Reach
from search.query import parse
from tests.factories import a_dossier

from .conftest import Desk

pytestmark = pytest.mark.postgresql


@pytest.fixture
def many(desk: Desk, indexed) -> Desk:
    """Three old pages that staff1 may read; a dozen newer ones of another department; the word stands on all."""
    ours = a_dossier(desk.house.archivist, desk.house.service, responsible=desk.house.staff1, rank=0)
    theirs = a_dossier(desk.house.archivist, desk.house.finance, rank=0)
    desk.paper(ours, "旧", *(f"押金 第{n}页" for n in range(3)))
    desk.paper(theirs, "新", *(f"押金 第{n}张" for n in range(12)))
    indexed()
    return desk


@pytest.mark.rule("D1")
def test_whoever_may_not_read_the_newest_gets_the_older_ones_portion_by_portion(many: Desk):
    reach = Reach(many.house.staff1)
    node = parse("押金").text
    readable = sorted(many.pages[f"押金 第{n}页"].pk for n in range(3))
    found = hits.findings(reach, node, Order.RELEVANCE, most=2, stop=9, with_facets=False)
    assert (found.pages, {hit.page_id for hit in found.best_pages}) == (2, set(readable[1:]))
    assert len(list(apart.sources(Kind.PAGE, node, "holdings_page", ranked=False, newest=2))) > 2
    found = hits.findings(reach, node, Order.RELEVANCE, most=100, stop=9, with_facets=False)
    assert (found.pages, {hit.page_id for hit in found.best_pages}) == (3, set(readable))


def test_ranks_come_through_unchanged(many: Desk):
    node = parse("押金").text
    reach = Reach(many.house.archivist)
    found = hits.findings(reach, node, Order.RELEVANCE, most=100, stop=100, with_facets=False)
    by_rank = sorted(engine().search(Kind.PAGE, node), key=lambda match: (match.rank, -match.id))
    assert [hit.page_id for hit in found.best_pages] == [match.id for match in by_rank]


def test_nothing_differs_where_everything_is_indexed(many: Desk):
    assert (apart.stale(Kind.PAGE, 50), apart.gone(Kind.PAGE, 50)) == ([], [])
    assert apart._sums(Kind.PAGE) == engine().sums(Kind.PAGE, apart.STRETCH)


@pytest.mark.parametrize("stretch", [1, 4, 20_000])
def test_every_difference_is_found_whatever_stretch_it_lies_in(many: Desk, monkeypatch, stretch: int):
    monkeypatch.setattr(apart, "STRETCH", stretch)
    first, *_between, last = Page.objects.order_by("pk")
    Page.objects.filter(pk__in=[first.pk, last.pk]).update(text_version=7)
    engine().put([Document(Kind.PAGE, last.pk + 100_000, 1, "多余")])
    assert apart.stale(Kind.PAGE, 50) == [first.pk, last.pk]
    assert apart.stale(Kind.PAGE, 1) == [first.pk]
    assert apart.gone(Kind.PAGE, 50) == [last.pk + 100_000]


def test_two_differences_do_not_make_up_for_each_other(many: Desk):
    one, other = Page.objects.order_by("pk")[:2]
    engine().put([Document(Kind.PAGE, one.pk, 2, "一"), Document(Kind.PAGE, other.pk, 3, "二")])
    Page.objects.filter(pk=one.pk).update(text_version=3)
    Page.objects.filter(pk=other.pk).update(text_version=2)
    assert apart.stale(Kind.PAGE, 50) == [one.pk, other.pk]


def test_versions_too_high_and_too_low_do_not_make_up_for_each_other_after_an_older_database_was_put_back(many: Desk):
    pages = list(Page.objects.order_by("pk")[:3])
    assert pages[0].pk + pages[2].pk == 2 * pages[1].pk
    for page, indexed, present in zip(pages, (2, 1, 3), (1, 3, 2), strict=True):
        engine().put([Document(Kind.PAGE, page.pk, indexed, "字")])
        Page.objects.filter(pk=page.pk).update(text_version=present)
    ours, theirs = apart._sums(Kind.PAGE)[0], engine().sums(Kind.PAGE, apart.STRETCH)[0]
    assert ours[:3] == theirs[:3]
    assert apart.stale(Kind.PAGE, 50) == [page.pk for page in pages]
