"""What the search box offers: only what may be known, by the beginning of its number."""

import pytest
from django.test import Client
from django.urls import reverse

from dms.holdings.models import Item
from search.offers import offers

from .conftest import Desk


def offered(papers: Desk, name: str, words: str) -> list[tuple[str, str]]:
    return [(offer.number, offer.name) for offer in offers(getattr(papers.house, name), words)]


def test_offers_dossiers_by_the_beginning_of_number_or_name(papers: Desk) -> None:
    dossier = papers.pages["房屋租赁合同"].item.dossier
    assert (dossier.number, dossier.name) in offered(papers, "staff1", dossier.number[:3])
    assert offered(papers, "staff1", dossier.number) == [(dossier.number, dossier.name)]
    assert (dossier.number, dossier.name) in offered(papers, "staff1", dossier.name[:2])


def test_offers_an_entry_by_the_beginning_of_its_issue_number_or_by_its_whole_entry_number(papers: Desk) -> None:
    item = papers.pages["房屋租赁合同"].item
    Item.objects.filter(pk=item.pk).update(issue_number="锦物〔2019〕8号", entry_number=4711)
    assert offered(papers, "staff1", "锦物〔2019") == [("锦物〔2019〕8号", item.title)]
    assert offered(papers, "staff1", "4711") == [("锦物〔2019〕8号", item.title)]
    assert offered(papers, "staff1", "471") == []
    assert offered(papers, "staff1", "9" * 30) == []


@pytest.mark.rule("D1")
def test_what_is_hidden_is_not_offered(papers: Desk) -> None:
    item = papers.pages["房屋租赁合同"].item
    Item.objects.filter(pk=item.pk).update(issue_number="锦物〔2019〕8号")
    for outsider in ("staff2", "head2", "admin", "auditor"):
        if hasattr(papers.house, outsider):
            assert offered(papers, outsider, "锦物") == []
            assert (item.dossier.number, item.dossier.name) not in offered(papers, outsider, item.dossier.number[:3])


def test_one_character_and_emptiness_offer_nothing(papers: Desk) -> None:
    number = papers.pages["房屋租赁合同"].item.dossier.number
    assert [offered(papers, "archivist", words) for words in ("", " ", number[0], f" {number[0]} ")] == [[]] * 4


def test_the_address_answers_and_is_never_kept(papers: Desk, client: Client) -> None:
    client.force_login(papers.house.archivist, backend="dms.organisation.backends.PostBackend")
    dossier = papers.pages["房屋租赁合同"].item.dossier
    answer = client.get(reverse("search:offers"), {"q": dossier.number})
    assert answer.json() == {
        "offers": [
            {
                "number": dossier.number,
                "name": dossier.name,
                "url": reverse("holdings:dossier", args=[dossier.public_id]),
            }
        ]
    }
    assert "no-store" in answer["Cache-Control"]
