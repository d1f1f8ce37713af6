"""The light table: each act rearranges, is refused where somebody was faster, and is undone exactly, step by step."""

import io
import tempfile

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.models import Capture, Item, ItemState, Page, PageState
from dms.holdings.selectors import pages_visible_to
from dms.intake.light_table import Table, get_table_of_item, lying_on, token_of
from dms.intake.models import CaptureMeasures, FileState, ReceivedFile, TableAct
from dms.intake.services import (
    divide_item,
    file_batch,
    mark_on_table,
    merge_items,
    move_pages,
    remove_pages,
    rescan_page,
    sweep,
    turn_on_table,
    undo_last_act,
    withdraw_file,
)
from dms.journal.models import JournalEntry
from dms.vault.errors import Destroyed
from dms.vault.services import read
from tests.factories import a_dossier, an_item, jpeg_of, paper, read_as

from .conftest import pages_of, split_all
from .foreign import scan_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A10")]


@pytest.fixture
def files(batch, upload) -> list[ReceivedFile]:
    """Two files of the batch, split: an item of four pages and one of two."""
    made = [upload(batch, scan_pdf(list("一二三四")), "合同.pdf"), upload(batch, scan_pdf(list("甲乙")), "附件.pdf")]
    split_all()
    return [ReceivedFile.objects.get(pk=file.pk) for file in made]


@pytest.fixture
def table(batch, files) -> Table:
    return Table(batch=batch)


def seen(table: Table, user) -> dict[int, str]:
    return {lying.item.pk: lying.token for lying in lying_on(table, user)}


def lying(table: Table, user) -> list[list[int]]:
    return [[page.pk for page in one.pages] for one in lying_on(table, user)]


def everything() -> tuple:
    return (
        list(Page.objects.order_by("pk").values("pk", "item", "position", "state", "text_version")),
        list(Item.objects.order_by("pk").values("pk", "state", "version")),
        list(Capture.objects.order_by("pk").values("pk", "turn", "is_current")),
        list(TableAct.objects.order_by("pk").values()),
        JournalEntry.objects.count(),
    )


class TestActs:
    def test_pages_lie_in_the_order_of_the_scans(self, table, files, house):
        assert lying(table, house.archivist) == [[page.pk for page in pages_of(file)] for file in files]

    @pytest.mark.rule("A8")
    def test_chosen_pages_move_together_in_front_of_another(self, table, files, house):
        one, two, three, four = pages_of(files[0])
        act = {"table": table, "seen": seen(table, house.archivist), "acting_user": house.archivist}
        move_pages(pages=[four, two], into=files[0].item, in_front_of=one, **act)
        assert lying(table, house.archivist)[0] == [two.pk, four.pk, one.pk, three.pk]

    def test_pages_move_to_the_end_of_another_item_and_out_of_the_table(self, table, files, house, dossier):
        one, *_rest = pages_of(files[0])
        elsewhere = an_item(house.archivist, dossier, "收据")
        tokens = {**seen(table, house.archivist), elsewhere.pk: token_of(elsewhere.pk, [])}
        act = {"table": table, "acting_user": house.archivist}
        move_pages(pages=[one], into=elsewhere, in_front_of=None, seen=tokens, **act)
        assert [page.pk for page in elsewhere.pages.all()] == [one.pk]
        assert len(lying(table, house.archivist)) == 3

    def test_pages_that_lie_there_already_change_nothing(self, table, files, house):
        one, two, *_ = pages_of(files[0])
        act = {"table": table, "seen": seen(table, house.archivist), "acting_user": house.archivist}
        before = everything()
        assert move_pages(pages=[one], into=files[0].item, in_front_of=two, **act) is None
        assert everything() == before

    def test_each_chosen_page_begins_an_item_with_the_pages_after_it(self, table, files, house, batch):
        one, two, three, four = pages_of(files[0])
        act = {"table": table, "seen": seen(table, house.archivist), "acting_user": house.archivist}
        divide_item(pages=[two, four], **act)
        assert lying(table, house.archivist)[:3] == [[one.pk], [two.pk, three.pk], [four.pk]]
        titles = [one.item.title for one in lying_on(table, house.archivist)]
        assert titles == ["合同", "合同 (2)", "合同 (3)", "附件"]
        assert {item.section for item in Item.objects.all()} == {batch.section}

    def test_refuses_to_divide_before_the_first_page(self, table, files, house):
        one, *_ = pages_of(files[0])
        act = {"table": table, "seen": seen(table, house.archivist), "acting_user": house.archivist}
        before = everything()
        with pytest.raises(Refusal):
            divide_item(pages=[one], **act)
        assert everything() == before

    def test_a_merged_item_goes_behind_the_one_before_and_its_entry_is_withdrawn(self, table, files, house):
        act = {"table": table, "seen": seen(table, house.archivist), "acting_user": house.archivist}
        merge_items(item=files[1].item, into=files[0].item, **act)
        together = [page.pk for file in files for page in pages_of(file)]
        assert lying(table, house.archivist) == [together]
        assert Item.objects.get(pk=files[1].item_id).state == ItemState.WITHDRAWN

    def test_turning_adds_to_the_turn_that_was_seen(self, table, files, house):
        pages = pages_of(files[0])[:2]
        act = {"table": table, "pages": pages, "acting_user": house.archivist}
        turn_on_table(degrees=90, seen={page.pk: 0 for page in pages}, **act)
        turn_on_table(degrees=270, seen={page.pk: 90 for page in pages}, **act)
        assert [page.captures.get().turn for page in pages] == [0, 0]
        before = everything()
        with pytest.raises(Refusal):
            turn_on_table(degrees=90, seen={page.pk: 90 for page in pages}, **act)
        assert everything() == before

    @pytest.mark.rule("A12")
    def test_a_new_scan_is_the_next_image_and_the_old_one_stays_readable(self, table, files, house):
        page = pages_of(files[0])[0]
        jpeg = jpeg_of(paper("新扫描"))
        act = {"table": table, "page": page, "seen_version": 1, "acting_user": house.archivist}
        capture = rescan_page(file=_file(jpeg), name="新.jpg", **act)
        page.refresh_from_db()
        assert (capture.version, page.state) == (2, PageState.WAITING)
        assert read(capture.master) == jpeg
        assert read(page.captures.get(version=1).master) == jpeg_of(paper("一"))
        assert CaptureMeasures.objects.filter(capture=capture).exists()

    @pytest.mark.parametrize(
        ("data", "code"),
        [(b"no scan at all", "text"), (scan_pdf(["一", "二"]), "not_one_page")],
        ids=["rubbish", "two pages"],
    )
    def test_refuses_a_new_scan_that_is_not_one_page(self, table, files, house, data, code):
        page, before = pages_of(files[0])[0], None
        before = everything()
        act = {"table": table, "page": page, "seen_version": 1, "acting_user": house.archivist}
        with pytest.raises(Refusal) as refused:
            rescan_page(file=_file(data), name="x.pdf", **act)
        assert refused.value.code == code
        assert everything() == before


class TestRefusals:
    @pytest.mark.parametrize("act", ["move", "divide", "merge", "remove"])
    def test_refuses_what_was_changed_meanwhile(self, table, files, house, act):
        stale = seen(table, house.archivist)
        one, *_ = pages_of(files[0])
        move_pages(
            table=table, pages=[one], into=files[0].item, in_front_of=None, seen=stale, acting_user=house.archivist
        )
        before = everything()
        with pytest.raises(Refusal) as refused:
            _act(act, table, files, stale, house.archivist)
        assert (refused.value.code, refused.value.status) == ("changed_meanwhile", 409)
        assert everything() == before

    @pytest.mark.parametrize("act", ["move", "divide", "merge", "remove"])
    def test_refuses_filed_items_and_people_without_the_right(self, table, files, house, batch, act):
        tokens = seen(table, house.archivist)
        before = everything()
        with pytest.raises((NotAllowed, NotFound)):
            _act(act, table, files, tokens, house.gm)
        assert everything() == before
        file_batch(batch=batch, acting_user=house.archivist)
        before = everything()
        with pytest.raises(Refusal) as refused:
            _act(act, table, files, tokens, house.archivist)
        assert refused.value.code == "filed"
        assert everything() == before

    def test_refuses_to_empty_an_item_that_is_still_receiving_pages(self, table, files, house):
        ReceivedFile.objects.filter(pk=files[0].pk).update(state=FileState.RECEIVED)
        before = everything()
        with pytest.raises(Refusal) as refused:
            _act("merge", table, files, seen(table, house.archivist), house.archivist)
        assert refused.value.code == "receiving"
        assert everything() == before

    def test_who_may_not_work_on_the_item_has_no_table(self, files, house):
        with pytest.raises(NotFound):
            get_table_of_item(house.staff2, files[0].item.public_id)


class TestUndoing:
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_steps_are_undone_exactly_one_by_one(self, data, table, files, house):
        with transaction.atomic():  # each example begins with the same table
            self._do_and_undo(data, table, house.archivist)
            transaction.set_rollback(True)

    def _do_and_undo(self, data, table, user):
        shown = [_shown(table, user)]
        done = 0
        for _ in range(data.draw(st.integers(1, 4))):
            pages = [Page.objects.get(pk=pk) for order in lying(table, user) for pk in order]
            if not pages:  # every page was removed
                break
            chosen = data.draw(st.lists(st.sampled_from(pages), min_size=1, max_size=4, unique_by=lambda p: p.pk))
            kind = data.draw(st.sampled_from(["move", "divide", "turn", "mark", "remove"]))
            try:
                made = _any_act(kind, table, chosen, user, data)
            except Refusal:
                continue
            if made is not None:
                done += 1
                shown.append(_shown(table, user))
        for expected in reversed(shown[: done + 1][:-1] if done else []):
            undo_last_act(table=table, acting_user=user)
            assert _shown(table, user) == expected
        with pytest.raises(Refusal) as refused:
            undo_last_act(table=table, acting_user=user)
        assert refused.value.code == "nothing_to_undo"

    def test_undo_is_refused_where_somebody_went_on_and_everybody_undoes_their_own(self, table, files, house):
        tokens = seen(table, house.archivist)
        one, *_ = pages_of(files[0])
        move = {"table": table, "into": files[0].item, "in_front_of": None}
        move_pages(pages=[one], seen=tokens, acting_user=house.archivist, **move)
        move_pages(pages=pages_of(files[0])[1:2], seen=seen(table, house.staff1), acting_user=house.staff1, **move)
        before = everything()
        with pytest.raises(Refusal) as refused:
            undo_last_act(table=table, acting_user=house.archivist)
        assert refused.value.code == "changed_meanwhile"
        assert everything() == before
        undo_last_act(table=table, acting_user=house.staff1)
        undo_last_act(table=table, acting_user=house.archivist)
        assert lying(table, house.archivist)[0] == [page.pk for page in pages_of(files[0])]

    def test_a_new_scan_is_undone_to_the_image_before(self, table, files, house):
        page = read_as(pages_of(files[0])[0], "旧文")
        act = {"table": table, "page": page, "seen_version": 1, "acting_user": house.archivist}
        rescan_page(file=_file(jpeg_of(paper("新"))), name="新.jpg", **act)
        undo_last_act(table=table, acting_user=house.archivist)
        page.refresh_from_db()
        assert (page.captures.get(is_current=True).version, page.state) == (1, PageState.RECOGNISED)
        assert page.captures.count() == 2

    def test_an_item_emptied_on_its_own_table_comes_back_there(self, files, house):
        item = files[1].item
        table = get_table_of_item(house.archivist, item.public_id)
        remove_pages(
            table=table, pages=pages_of(files[1]), seen=seen(table, house.archivist), acting_user=house.archivist
        )
        again = get_table_of_item(house.archivist, item.public_id)
        assert lying(again, house.archivist) == []
        undo_last_act(table=again, acting_user=house.archivist)
        assert lying(again, house.archivist) == [[page.pk for page in pages_of(files[1])]]


class TestRemoving:
    def test_removed_pages_are_hidden_come_back_and_are_destroyed_when_the_batch_is_filed(
        self, table, files, house, batch
    ):
        gone, *_ = pages_of(files[0])
        _act("remove", table, files, seen(table, house.archivist), house.archivist, pages=[gone])
        assert gone.pk not in lying(table, house.archivist)[0]
        assert not pages_visible_to(house.archivist, "read").filter(pk=gone.pk).exists()
        assert read(gone.captures.get().master)
        file_batch(batch=batch, acting_user=house.archivist)
        with pytest.raises(Destroyed):
            read(gone.captures.get().master)
        assert set(Item.objects.filter(pages__isnull=False).values_list("state", flat=True)) == {"filed", "withdrawn"}

    def test_withdrawing_a_file_takes_its_pages_wherever_they_were_moved_and_no_others(
        self, table, files, house, batch
    ):
        one, *rest = pages_of(files[0])
        user = house.archivist
        _act("remove", table, files, seen(table, user), user, pages=[one])
        move_pages(
            table=table, pages=rest[:1], into=files[1].item, in_front_of=None, seen=seen(table, user), acting_user=user
        )
        kept = [page.pk for page in pages_of(files[1])]
        withdraw_file(received_file=files[0], acting_user=user)
        assert lying(table, user) == [kept]
        for page in (one, *rest):
            with pytest.raises(Destroyed):
                read(page.captures.get().master)
        assert all(read(Page.objects.get(pk=pk).captures.get().master) for pk in kept)

    def test_filing_takes_the_items_that_were_made_at_the_table_too(self, table, files, house, batch):
        _act("divide", table, files, seen(table, house.archivist), house.archivist)
        file_batch(batch=batch, acting_user=house.archivist)
        assert set(Item.objects.values_list("state", flat=True)) == {ItemState.FILED}

    def test_the_sweep_leaves_what_can_still_be_brought_back(self, table, files, house):
        gone, *_ = pages_of(files[0])
        _act("remove", table, files, seen(table, house.archivist), house.archivist, pages=[gone])
        sweep()
        undo_last_act(table=table, acting_user=house.archivist)
        assert lying(table, house.archivist)[0][0] == gone.pk


def test_a_page_of_another_dossier_is_not_taken_in(table, files, house):
    other = an_item(house.archivist, a_dossier(house.archivist, house.service), "别户")
    tokens = {**seen(table, house.archivist), other.pk: token_of(other.pk, [])}
    before = everything()
    with pytest.raises(Refusal):
        move_pages(
            table=table,
            pages=pages_of(files[0])[:1],
            into=other,
            in_front_of=None,
            seen=tokens,
            acting_user=house.archivist,
        )
    assert everything() == before


def _file(data: bytes):
    """A real file with a descriptor, as an upload is."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(data)
    file.seek(0)
    assert isinstance(file, io.BufferedRandom)
    return file


def _act(name, table, files, tokens, user, pages=None):
    one, two, *_ = pages_of(files[0])
    common = {"table": table, "seen": tokens, "acting_user": user}
    match name:
        case "move":
            return move_pages(pages=pages or [two], into=files[1].item, in_front_of=None, **common)
        case "divide":
            return divide_item(pages=pages or [two], **common)
        case "merge":
            return merge_items(item=files[1].item, into=files[0].item, **common)
    return remove_pages(pages=pages or [one], **common)


def _any_act(kind, table, chosen, user, data):
    common = {"table": table, "acting_user": user}
    tokens = {**common, "seen": seen(table, user)}
    match kind:
        case "move":
            target = Page.objects.get(
                pk=data.draw(st.sampled_from([pk for order in lying(table, user) for pk in order]))
            )
            return move_pages(pages=chosen, into=target.item, in_front_of=target, **tokens)
        case "divide":
            return divide_item(pages=[page for page in chosen if page.item_id == chosen[0].item_id], **tokens)
        case "turn":
            turns = dict(Capture.objects.filter(page__in=chosen, is_current=True).values_list("page", "turn"))
            return turn_on_table(pages=chosen, degrees=90, seen=turns, **common)
        case "mark":
            return mark_on_table(pages=chosen, blank=data.draw(st.booleans()), **common)
    return remove_pages(pages=chosen, **tokens)


def _shown(table: Table, user) -> list:
    """What the table shows; a page that was waiting and comes back to be read anew is shown as waiting."""
    return [
        (one.item.pk, [(page.pk, page.turn, page.state, page.version) for page in one.pages])
        for one in lying_on(table, user)
    ]
