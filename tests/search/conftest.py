"""One house with papers of two departments, an index of its own for each test, and what reads and indexes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dms.holdings.models import Dossier, Item, Page, PageState
from dms.holdings.services import add_reading
from dms.vault.services import store
from ocr.alto import to_alto
from ocr.page_text import PageText, typed_line
from search import indexing
from search.filters import Chosen
from search.found import Order
from search.query import parse
from search.selectors import Results, find
from tests.factories import House, a_dossier, a_house, a_page, an_item


@pytest.fixture(autouse=True)
def own_index(settings: Any, tmp_path: Path) -> Path:
    """Give the test an index of its own."""
    settings.SEARCH_INDEX = tmp_path / "index" / "index.sqlite3"
    return settings.SEARCH_INDEX


def give_text(page: Page, text: str) -> None:
    """Give the page a (further) text of these lines, one under the other from (120, 160), as a recogniser would."""
    page.refresh_from_db()
    capture, version = page.captures.get(is_current=True), page.text_version + 1
    boxes = [(120, 160 + 80 * n, 120 + 40 * len(line), 200 + 80 * n) for n, line in enumerate(text.split("\n"))]
    lines = tuple(typed_line(line, box) for line, box in zip(text.split("\n"), boxes, strict=True))
    alto = to_alto(PageText(capture.width, capture.height, lines=lines, engine="test"))
    add_reading(capture=capture, kind="recognised", alto=store(alto, purpose="alto"), confidence=93, made_by=None)
    Page.objects.filter(pk=page.pk).update(state=PageState.RECOGNISED, text_version=version, confidence=93)


def index_everything() -> int:
    """Do the worker's step until nothing waits; return how many texts it took."""
    indexing._sweeper.__init__()  # type: ignore[misc]
    total = 0
    while done := indexing.index_next("tests"):
        total += done
    return total


@dataclass
class Desk:
    """What the tests of searching stand on."""

    house: House
    pages: dict[str, Page] = field(default_factory=dict)

    def paper(self, dossier: Dossier, title: str, *texts: str, day: date | None = None, **values: Any) -> Item:
        """Return a new item with a page for each text; pages are kept under the first line of their text."""
        item = an_item(self.house.archivist, dossier, title, document_date=day, **values)
        for text in texts:
            page = a_page(item, "x")
            give_text(page, text)
            self.pages[text.split("\n")[0]] = page
        return item

    def find(self, who: str, words: str, **values: Any) -> Results:
        """Return what this person finds."""
        return find(self.house.people[who], parse(words), **values)

    def found(
        self, who: str, words: str, order: Order = Order.RELEVANCE, **chosen: int
    ) -> list[tuple[str, int | None]]:
        """Return (title, page's position or None where it may not be read) of what this person finds."""
        results = self.find(who, words, order=order, chosen=Chosen(chosen))
        return [(hit.item.title, hit.page.position if hit.page else None) for hit in results.hits]

    def client(self, who: str) -> Client:
        """Return a signed-in client of this person."""
        client = Client()
        client.force_login(self.house.people[who])
        return client


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk(a_house())


@pytest.fixture
def papers(desk: Desk) -> Desk:
    """A confidential dossier of the service department, and an ordinary one of finance, all indexed."""
    house = desk.house
    zhang = a_dossier(house.archivist, house.service, name="张三", responsible=house.staff1, rank=1)
    firm = a_dossier(house.archivist, house.finance, name="甲公司", rank=0)
    section = zhang.kind.sections.get(code="payments")
    desk.paper(
        zhang,
        "押金收据",
        "今收到张三押金\n五千元整，编号HT-2019-001",
        "押金第二页",
        day=date(2019, 3, 4),
        section=section,
    )
    desk.paper(zhang, "租赁合同", "房屋租赁合同\n甲方交付押金", day=date(2021, 5, 6))
    desk.paper(firm, "付款凭证", "付款凭证 押金退还", day=date(2020, 1, 2))
    index_everything()
    return desk


@pytest.fixture
def indexed() -> Callable[[], int]:
    return index_everything
