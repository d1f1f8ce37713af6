"""Laying pages out among items: whatever is done is a rearrangement, and going back goes back exactly."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Item, ItemState, ItemVersion, Page, PageState, Reading
from dms.holdings.services import add_capture, file_item, withdraw_item
from dms.holdings.services.pages import CaptureFacts
from dms.holdings.services.pages_layout import Layout, gather_pages, lay_out_pages, layout_of
from dms.holdings.services.pages_marking import Mark, mark_pages, turn_pages, use_capture
from dms.journal.models import JournalEntry
from dms.vault.services import store
from tests.factories import a_dossier, a_page, an_item, jpeg_of, paper, read_as

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A10")]


@pytest.fixture
def two_items(house, dossier) -> tuple[Item, Item]:
    """An item of four pages and one of two."""
    first, second = (an_item(house.archivist, dossier, title) for title in ("合同", "附件"))
    for item, count in ((first, 4), (second, 2)):
        for number in range(count):
            a_page(item, f"{item.title}{number}")
    return first, second


def everything() -> tuple:
    return (
        list(Page.objects.order_by("pk").values("pk", "item", "position", "state", "text_version")),
        list(Item.objects.order_by("pk").values("pk", "state", "version")),
        list(Reading.objects.order_by("pk").values("pk", "is_current")),
        ItemVersion.objects.count(),
        JournalEntry.objects.count(),
    )


def positions(item: Item) -> list[int]:
    return list(Page.objects.filter(item=item).order_by("position").values_list("position", flat=True))


def of(*items: Item) -> Layout:
    return layout_of([item.pk for item in items])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_rearrangement_keeps_every_page_and_is_undone_exactly(data, house, two_items):
    before = of(*two_items)
    pages = data.draw(st.permutations([page for order in before.orders.values() for page in order]))
    cut = data.draw(st.integers(0, len(pages)))
    first, second = two_items
    after = Layout({first.pk: tuple(pages[:cut]), second.pk: tuple(pages[cut:])})
    lay_out_pages(before=before, after=after, acting_user=house.archivist)
    assert of(*two_items).orders == after.orders
    for item in two_items:
        assert positions(item) == list(range(1, len(after.orders[item.pk]) + 1))
        item.refresh_from_db()
        assert (item.state == ItemState.WITHDRAWN) == (not after.orders[item.pk])
    lay_out_pages(before=after, after=before, acting_user=house.archivist)
    assert of(*two_items).orders == before.orders
    assert set(Item.objects.values_list("state", flat=True)) == {ItemState.INTAKE}


def test_refuses_a_layout_that_is_no_longer_true(house, two_items):
    first, _second = two_items
    before = of(first)
    a_page(first, "后来的一页")
    kept = everything()
    turned = Layout({first.pk: before.orders[first.pk][::-1]})
    with pytest.raises(Refusal) as refused:
        lay_out_pages(before=before, after=turned, acting_user=house.archivist)
    assert refused.value.code == "changed_meanwhile"
    assert refused.value.status == 409
    assert everything() == kept


def test_refuses_the_pages_of_a_filed_item(house, two_items):
    first, second = two_items
    file_item(item=second, acting_user=house.archivist)
    before, kept = of(first, second), everything()
    together = (*before.orders[first.pk], *before.orders[second.pk])
    with pytest.raises(Refusal) as refused:
        lay_out_pages(before=before, after=Layout({first.pk: together, second.pk: ()}), acting_user=house.archivist)
    assert refused.value.code == "filed"
    assert everything() == kept


def test_refuses_another_dossier_and_who_may_not_work(house, two_items):
    first, _ = two_items
    other = an_item(house.archivist, a_dossier(house.archivist, house.service), "别户")
    before, kept = of(first, other), everything()
    after = Layout({first.pk: (), other.pk: before.orders[first.pk]})
    with pytest.raises(Refusal):
        lay_out_pages(before=before, after=after, acting_user=house.archivist)
    with pytest.raises(NotAllowed):
        lay_out_pages(before=of(first), after=of(first), acting_user=house.gm)
    assert everything() == kept


def test_a_page_is_neither_lost_nor_doubled_by_a_wrong_layout(house, two_items):
    first, _ = two_items
    order = of(first).orders[first.pk]
    for wrong in (order[:-1], (*order, order[0]), ()):
        with pytest.raises(ValueError, match="neither adds nor drops"):
            lay_out_pages(before=of(first), after=Layout({first.pk: wrong}), acting_user=house.archivist)


def test_pages_of_a_wrong_upload_do_not_come_back(house, two_items):
    first, second = two_items
    withdraw_item(item=second, reason="wrong", acting_user=house.archivist)
    before, kept = of(first, second), everything()
    after = Layout({first.pk: (*before.orders[first.pk], *before.orders[second.pk]), second.pk: ()})
    with pytest.raises(Refusal) as refused:
        lay_out_pages(before=before, after=after, acting_user=house.archivist)
    assert refused.value.code == "gone"
    assert everything() == kept


def test_pages_set_aside_are_withdrawn_and_come_back(house, two_items, dossier):
    first, _ = two_items
    heap = an_item(house.archivist, dossier, "移出")
    before = of(first, heap)
    order = before.orders[first.pk]
    after = Layout({first.pk: order[1:], heap.pk: order[:1]}, frozenset({heap.pk}))
    lay_out_pages(before=before, after=after, acting_user=house.archivist)
    heap.refresh_from_db()
    assert heap.state == ItemState.WITHDRAWN
    lay_out_pages(before=after, after=before, acting_user=house.archivist)
    assert of(first).orders[first.pk] == order


def test_gathered_pages_leave_their_items_closed_up(house, two_items, dossier):
    first, second = two_items
    chosen = [*Page.objects.filter(item=first, position__in=(2, 3)), Page.objects.get(item=second, position=1)]
    new = gather_pages(dossier=dossier, pages=chosen, title="收拢", acting_user=house.archivist)
    assert of(new).orders[new.pk] == tuple(page.pk for page in chosen)
    assert [positions(item) for item in (first, second, new)] == [[1, 2], [1], [1, 2, 3]]


def test_turning_adds_up_and_refuses_what_was_not_seen(house, two_items):
    first, _ = two_items
    pages = list(first.pages.order_by("position")[:2])
    turn_pages(turns={pages[0].pk: (0, 90), pages[1].pk: (0, 270)}, acting_user=house.archivist)
    assert [page.captures.get().turn for page in pages] == [90, 270]
    kept = everything()
    with pytest.raises(Refusal) as refused:
        turn_pages(turns={pages[0].pk: (90, 180), pages[1].pk: (0, 90)}, acting_user=house.archivist)
    assert refused.value.code == "changed_meanwhile"
    assert [page.captures.get().turn for page in pages] == [90, 270]
    assert everything() == kept


def test_a_page_marked_blank_keeps_its_text_for_the_way_back(house, two_items):
    first, _ = two_items
    page = read_as(first.pages.get(position=1), "有字", confidence=91)
    mark_pages(states={page.pk: "recognised"}, mark=Mark.BLANK, acting_user=house.archivist)
    page.refresh_from_db()
    assert (page.state, page.text_version, page.confidence) == (PageState.BLANK, 2, None)
    assert not Reading.objects.filter(is_current=True).exists()
    mark_pages(states={page.pk: "blank"}, mark=Mark.WRITTEN, acting_user=house.archivist)
    page.refresh_from_db()
    assert (page.state, page.text_version, page.confidence) == (PageState.RECOGNISED, 3, 91)
    assert Reading.objects.filter(is_current=True).count() == 1


def test_a_page_the_recogniser_found_blank_can_be_said_not_to_be(house, two_items):
    first, _ = two_items
    page = first.pages.get(position=1)
    Page.objects.filter(pk=page.pk).update(state=PageState.BLANK)
    mark_pages(states={page.pk: "blank"}, mark=Mark.WRITTEN, acting_user=house.archivist)
    page.refresh_from_db()
    assert (page.state, page.text_version, page.confidence) == (PageState.RECOGNISED, 1, None)


def test_refuses_marking_a_filed_page_or_one_that_has_changed(house, two_items):
    first, second = two_items
    file_item(item=second, acting_user=house.archivist)
    kept = everything()
    for page, state, code in (
        (second.pages.get(position=1), "waiting", "filed"),
        (first.pages.get(position=1), "recognised", "changed_meanwhile"),
    ):
        with pytest.raises(Refusal) as refused:
            mark_pages(states={page.pk: state}, mark=Mark.BLANK, acting_user=house.archivist)
        assert refused.value.code == code
    assert everything() == kept


@pytest.mark.rule("A12")
def test_a_former_image_counts_again_with_its_text(house, two_items):
    first, _ = two_items
    page = read_as(first.pages.get(position=1), "旧图")
    jpeg = jpeg_of(paper("新图"))
    stored = [store(jpeg, purpose="test") for _ in range(3)]
    facts = CaptureFacts(*stored, media_type="image/jpeg", width=1240, height=1754, dpi=300)
    add_capture(page=page, capture=facts, acting_user=house.archivist)
    page.refresh_from_db()
    assert (page.state, page.attempt % 10) == (PageState.WAITING, 0)
    use_capture(page=page, version=1, seen_version=2, acting_user=house.archivist)
    page.refresh_from_db()
    assert (page.state, page.text_version) == (PageState.RECOGNISED, 2)
    assert page.captures.get(is_current=True).version == 1
    kept = everything()
    with pytest.raises(Refusal):
        use_capture(page=page, version=2, seen_version=2, acting_user=house.archivist)
    assert everything() == kept
