"""The results page, its export and the command: what they show, hide, refuse and write into the journal."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from dms.holdings.models import DossierGrant
from dms.journal.models import JournalEntry

from .conftest import Desk, give_text, index_everything


def page_of(desk: Desk, who: str, words: str, **more: Any) -> str:
    response = desk.client(who).get(reverse("search:results"), {"q": words, **more})
    assert response.status_code == 200
    return response.content.decode()


def test_shows_hits_with_marked_words_picture_and_the_way_to_the_page(papers: Desk) -> None:
    shown = page_of(papers, "staff1", "五千元")
    page = papers.pages["今收到张三押金"]
    assert "<mark>五千元</mark>" in shown
    assert reverse("reading:page", args=[page.public_id]) + "?q=%E4%BA%94%E5%8D%83%E5%85%83" in shown
    assert reverse("reading:page_thumbnail", args=[page.public_id]) in shown


@pytest.mark.rule("D1")
def test_hidden_and_absent_words_give_the_same_page(papers: Desk) -> None:
    hidden, absent = page_of(papers, "staff2", "五千元"), page_of(papers, "staff2", "六千元")
    assert "张三" not in hidden
    assert hidden.replace("五千元", "?").count("?") == absent.replace("六千元", "?").count("?")


def test_an_entry_one_may_only_know_of_is_locked(papers: Desk) -> None:
    dossier = papers.pages["房屋租赁合同"].item.dossier
    dossier.sealed_at = dossier.changed_at
    dossier.save(update_fields=["sealed_at"])
    shown = page_of(papers, "head1", "租赁合同")
    assert "search-hit--locked" in shown
    assert papers.pages["房屋租赁合同"].public_id not in shown


@pytest.mark.parametrize("words", ["(合同", "year:去年", "-合同", "合同 AND"])
def test_explains_words_that_are_no_query(papers: Desk, words: str) -> None:
    assert 'id="search-error"' in page_of(papers, "staff1", words)


@pytest.mark.parametrize(
    "more", [{"p": "x"}, {"p": "999999"}, {"sort": "?"}, {"kind": "x"}, {"kind": "9" * 30}, {"year": "99999"}]
)
def test_takes_any_address(papers: Desk, more: dict[str, str]) -> None:
    page_of(papers, "staff1", "押金", **more)


def test_says_how_many_pages_are_not_yet_indexed(papers: Desk) -> None:
    assert "search__banner" not in page_of(papers, "staff1", "押金")
    give_text(papers.pages["押金第二页"], "又一版")
    assert "search__banner" in page_of(papers, "staff1", "押金")


@pytest.mark.rule("C6")
def test_every_search_is_journalled_with_its_words_sealed(papers: Desk) -> None:
    page_of(papers, "staff1", "五千元")
    entry = JournalEntry.objects.filter(action="search.run").latest("pk")
    assert entry.actor_id == papers.house.staff1.pk
    assert entry.facts["hits"] == 1
    assert "五千元" not in str(vars(entry))
    page_of(papers, "staff2", " 五千元。")
    again = JournalEntry.objects.filter(action="search.run").latest("pk")
    assert again.facts["words"] == entry.facts["words"]


def test_exports_what_the_person_may_see_without_formulas(papers: Desk) -> None:
    dossier = papers.pages["房屋租赁合同"].item.dossier
    papers.paper(dossier, "=1+1 押金", "押金公式")
    index_everything()
    client = papers.client("staff1")
    answer = client.get(reverse("search:export", args=["csv"]), {"q": "押金", "sort": "date"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["租赁合同", "押金收据", "押金收据", "'=1+1 押金"]
    answer = client.get(reverse("search:export", args=["xlsx"]), {"q": "押金"})
    assert load_workbook(io.BytesIO(answer.content)).active.max_row == 5
    assert JournalEntry.objects.filter(action="search.exported", actor_id=papers.house.staff1.pk).count() == 2


def test_an_export_of_no_query_or_of_another_kind_is_refused(papers: Desk) -> None:
    client = papers.client("staff1")
    assert client.get(reverse("search:export", args=["csv"]), {"q": ""}).status_code == 400
    assert client.get(reverse("search:export", args=["exe"]), {"q": "押金"}).status_code == 404


def test_nobody_searches_without_signing_in(client: Any, db: None) -> None:
    assert client.get(reverse("search:results"), {"q": "押金"}).status_code == 302


def found_by_command(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("find", *words, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_prints_hits_as_agreed(papers: Desk) -> None:
    page = papers.pages["今收到张三押金"]
    assert found_by_command("五千元", "--as", papers.house.staff1.username) == {
        "total": 1,
        "hits": [
            {
                "dossier": page.item.dossier.number,
                "entry_number": page.item.entry_number,
                "reference_code": "",
                "page": 1,
                "file": None,
                "snippet": "今收到张三押金五千元整，编号HT-2019-001",
                "boxes": [[120, 240, 292, 280]],
            }
        ],
    }
    assert JournalEntry.objects.filter(action="search.run", actor_id=papers.house.staff1.pk).exists()


def test_the_command_obeys_rights_order_and_limit(papers: Desk) -> None:
    assert found_by_command("五千元", "--as", papers.house.staff2.username) == {"total": 0, "hits": []}
    answer = found_by_command("押金", "--as", papers.house.archivist.username, "--sort", "date", "--limit", "1")
    assert (answer["total"], len(answer["hits"])) == (4, 1)


@pytest.mark.parametrize("arguments", [["押金"], ["押金", "--as", "nobody"]])
def test_the_command_is_refused_without_a_person(papers: Desk, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("find", *arguments)


def test_the_command_says_what_is_wrong_with_the_words(papers: Desk) -> None:
    with pytest.raises(CommandError):
        call_command("find", "(押金", "--as", papers.house.staff1.username)
    assert not DossierGrant.objects.exists()
