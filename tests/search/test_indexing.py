"""The index follows the records: new, changed and gone texts, a lost or half-written index, purges, rebuilds."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dms.core.work import steps
from dms.holdings.models import Page
from dms.holdings.services import change_item
from search import indexing
from search.engines.current import engine

from .conftest import Desk, give_text, index_everything


def test_the_workers_know_the_step() -> None:
    assert "search.index" in [step.name for step in steps()]


def test_a_corrected_text_takes_the_place_of_the_old(papers: Desk) -> None:
    give_text(papers.pages["押金第二页"], "改正后的文字")
    assert indexing.pages_not_indexed() == 1
    index_everything()
    assert indexing.pages_not_indexed() == 0
    assert papers.found("staff1", "改正后") == [("押金收据", 2)]
    assert ("押金收据", 2) not in papers.found("staff1", "押金")


def test_a_changed_title_is_found_by_its_new_words(papers: Desk) -> None:
    item = papers.pages["付款凭证 押金退还"].item
    change_item(item=item, changes={"title": "退款记录"}, acting_user=papers.house.archivist)
    assert index_everything() == 1
    assert papers.found("staff2", "退款记录") == [("退款记录", 1)]


def test_an_index_that_was_lost_is_made_again(papers: Desk, own_index: Path) -> None:
    for path in own_index.parent.iterdir():
        path.unlink()
    assert papers.found("staff1", "押金") == []
    assert indexing.pages_not_indexed() == 4
    index_everything()
    assert len(papers.found("staff1", "押金")) == 3


def test_what_the_last_comparison_found_is_kept_for_a_while_and_looked_at_again_each_time(papers: Desk, monkeypatch):
    clock, compared, real = [0.0], [], indexing.stale

    def dear(kind, limit):
        clock[0] += 1.0
        compared.append(kind)
        return real(kind, limit)

    monkeypatch.setattr(indexing, "stale", dear)
    behind = indexing.Behind(now=lambda: clock[0])
    assert (behind.pages(), len(compared)) == ([], 1)
    page = papers.pages["押金第二页"]
    give_text(page, "刚刚改正")
    assert (behind.pages(), len(compared)) == ([page.pk], 1)
    index_everything()
    by_now = len(compared)
    assert (behind.pages(), len(compared)) == ([], by_now)
    older = Page.objects.order_by("pk")[0]
    monkeypatch.setattr(indexing, "NEWEST", 0)
    Page.objects.filter(pk=older.pk).update(text_version=9)
    assert behind.pages() == []
    clock[0] += min(1.0 * indexing.KEPT_FOR, indexing.LONGEST_KEPT)
    assert behind.pages() == [older.pk]


def test_what_was_compared_with_an_index_that_was_replaced_counts_no_more(papers: Desk, own_index: Path, monkeypatch):
    behind = indexing.Behind(now=iter(range(100)).__next__)
    assert behind.pages() == []
    for path in own_index.parent.iterdir():
        path.unlink()
    monkeypatch.setattr(indexing, "NEWEST", 0)
    assert len(behind.pages()) == 4
    indexing.rebuild()
    assert behind.pages() == []


def test_counts_only_pages_the_person_may_read_as_not_indexed(papers: Desk) -> None:
    give_text(papers.pages["押金第二页"], "又一版")
    people = papers.house.people
    assert indexing.pages_not_indexed(people["staff1"]) == 1
    assert indexing.pages_not_indexed(people["staff2"]) == 0


def test_a_text_that_went_is_found_no_more(papers: Desk) -> None:
    Page.objects.filter(pk=papers.pages["押金第二页"].pk).update(text_version=0, state="waiting")
    index_everything()
    assert ("押金收据", 2) not in papers.found("staff1", "押金")


@pytest.mark.rule("D2")
def test_a_forgotten_page_leaves_no_word_in_any_file_and_does_not_come_back(papers: Desk, own_index: Path) -> None:
    indexing.forget_pages([papers.pages["今收到张三押金"].pk])
    raw = b"".join(path.read_bytes() for path in own_index.parent.iterdir())
    assert "五千".encode() not in raw
    assert index_everything() == 0
    assert papers.found("staff1", "五千元") == []
    assert indexing.pages_not_indexed() == 0


def test_a_destroyed_text_is_indexed_without_words_and_stops_no_other(papers: Desk) -> None:
    from dms.vault.services import destroy
    from ocr.selectors import current_reading

    page = papers.pages["押金第二页"]
    give_text(page, "将要销毁")
    destroy([current_reading(page).alto], reason="test")
    give_text(papers.pages["房屋租赁合同"], "后来的文字")
    index_everything()
    assert papers.found("staff1", "后来的文字") == [("租赁合同", 1)]
    assert indexing.pages_not_indexed() == 0


def test_rebuilds_beside_the_old_index_and_switches(papers: Desk) -> None:
    assert len(papers.found("staff1", "押金")) == 3
    before = engine().files.current()
    out = io.StringIO()
    call_command("rebuild_index", "--json", stdout=out)
    assert json.loads(out.getvalue())["texts"] == 7
    assert engine().files.current() != before
    assert len(papers.found("staff1", "押金")) == 3


def test_a_second_rebuild_at_the_same_time_is_refused(papers: Desk) -> None:
    with engine().files.rebuilding(), pytest.raises(CommandError):
        call_command("rebuild_index")
