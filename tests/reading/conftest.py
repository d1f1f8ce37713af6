"""One house with a dossier, an item of two read pages, and a client for each person."""

from dataclasses import dataclass, field

import pytest
from django.test import Client

from dms.holdings.models import Dossier, Item, Page, PageState
from dms.holdings.services import add_reading
from dms.journal.models import JournalEntry
from dms.organisation.models import User
from dms.vault.services import store
from ocr.alto import to_alto
from ocr.page_text import PageText, typed_line
from tests.factories import House, a_dossier, a_house, a_page, an_item

FIRST = ("卷宗测试页", "合同编号 HT-2023-001", "押金 5000 元，押金收据")
SECOND = ("第二页没有别的", "物业费与押金")


@dataclass
class Desk:
    """What a test of the reading room stands on; `staff1` is the responsible person."""

    house: House
    dossier: Dossier
    item: Item
    pages: list[Page]
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """Return a signed-in client of this person; "anonymous" is nobody."""
        if who not in self.clients:
            self.clients[who] = Client()
            if who != "anonymous":
                self.clients[who].force_login(self.house.people[who])
        return self.clients[who]


def read_page(page: Page, lines: tuple[str, ...], made_by: User | None = None) -> None:
    """Give the page a text of these lines, one under the other from (120, 160), as a recogniser would."""
    capture = page.captures.get(is_current=True)
    boxes = [(120, 160 + 80 * n, 120 + 40 * len(line), 200 + 80 * n) for n, line in enumerate(lines)]
    text = PageText(
        capture.width,
        capture.height,
        lines=tuple(typed_line(line, box) for line, box in zip(lines, boxes, strict=True)),
        engine="test",
    )
    kind = "corrected" if made_by else "recognised"
    add_reading(capture=capture, kind=kind, alto=store(to_alto(text), purpose="alto"), confidence=93, made_by=made_by)
    Page.objects.filter(pk=page.pk).update(state=PageState.RECOGNISED, text_version=1, confidence=93)


@pytest.fixture
def desk(db: None) -> Desk:
    house = a_house()
    dossier = a_dossier(house.archivist, house.service, responsible=house.staff1)
    item = an_item(house.archivist, dossier, section=dossier.kind.sections.get(code="payments"))
    pages = [a_page(item, "\n".join(lines)) for lines in (FIRST, SECOND)]
    for page, lines in zip(pages, (FIRST, SECOND), strict=True):
        read_page(page, lines)
    return Desk(house, dossier, item, pages)


@pytest.fixture
def looks():
    """Return a function that lists the journal's lines written since, as (action, person, thing's id, facts)."""
    start = JournalEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def since() -> list[tuple[str, int | None, str, dict]]:
        entries = JournalEntry.objects.filter(id__gt=start).exclude(action="person.signed_in").order_by("id")
        return [(entry.action, entry.actor_id, entry.thing_id, entry.facts) for entry in entries]

    return since
