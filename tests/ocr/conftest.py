"""One house with a dossier, an item and a page that waits to be read; a sandbox that answers as told."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from dms.core.leases import lease
from dms.holdings.models import Dossier, Item, Page
from ocr.images import Order
from ocr.page_text import PageText, typed_line
from ocr.selectors import pages_waiting
from tests.factories import House, a_dossier, a_house, a_page, an_item


def text_of(*lines: str, confidence: int = 90, turn: int = 0) -> PageText:
    """Return a page text of 1240 by 1754 pixels, the lines one under the other."""
    placed = (typed_line(line, (100, 80 * n, 700, 80 * n + 40), 0, confidence) for n, line in enumerate(lines, 1))
    return PageText(1240, 1754, turn, tuple(placed), "told 1")


@dataclass
class Told:
    """Answers every page alike: with a text, or by raising an error; `meanwhile` is done while it "reads"."""

    answer: PageText | Exception = field(default_factory=lambda: text_of("物业服务合同", "编号HT-2019"))
    meanwhile: Callable[[], object] = lambda: None
    orders: list[Order] = field(default_factory=list)

    def read(self, data: bytes, order: Order) -> PageText:
        self.orders.append(order)
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Desk:
    """What a test stands on; `staff1` is the responsible person, `staff2` of another department."""

    house: House
    dossier: Dossier
    item: Item
    page: Page

    def leased(self, worker: str = "w1") -> Page:
        """Let `worker` draw the page, and return it as drawn."""
        (page,) = lease(pages_waiting().filter(pk=self.page.pk), worker=worker, seconds=60)
        return page

    def now(self) -> Page:
        """Return the page as it stands in the database."""
        return Page.objects.get(pk=self.page.pk)


@pytest.fixture
def desk(db: None) -> Desk:
    house = a_house()
    dossier = a_dossier(house.archivist, house.service, responsible=house.staff1)
    item = an_item(house.archivist, dossier, section=dossier.kind.sections.first())
    return Desk(house, dossier, item, a_page(item))
