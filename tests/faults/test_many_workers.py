"""Any number of workers on one database: each page read once, batches served in turn, first pages findable first."""

import hashlib
import io
import os
from collections import Counter
from pathlib import Path

import pytest
from django.db import connections

from dms.core.leases import lease
from dms.holdings.models import Dossier, Page, PageState, Reading
from dms.intake.models import FileState, PageSource, ReceivedFile, ScanBatch
from dms.intake.services import open_batch, receive_file
from dms.journal.models import JournalEntry
from ocr.page_text import PageText, typed_line
from ocr.selectors import next_waiting, pages_waiting
from ocr.turns import MOST
from search.engines.base import Kind
from search.engines.current import engine
from tests.factories import a_dossier, a_house, an_item, jpeg_of, paper
from tests.intake.foreign import scan_pdf, tiff_of

from . import deeds
from .houses import House

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = 24
WORKERS = 10


def a_tiff(pages: int, text: str = "页") -> bytes:
    """Return a file of so many small pages, each unlike the others."""
    return tiff_of([paper(f"{text}{n}", size=(420, 260), text_size=20) for n in range(pages)], compression="raw")


def received(batch: ScanBatch, data: bytes, name: str) -> ReceivedFile:
    return receive_file(batch=batch, file=io.BytesIO(data), name=name, acting_user=deeds.archivist())


class Noting:
    """Reads every page as its own number, and notes in a file what was read by whom, in order."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def read(self, data, order) -> PageText:
        word = hashlib.sha256(data).hexdigest()[:12]
        with self.log.open("a") as log:
            log.write(f"{word} {os.getpid()} {len(engine().stored(Kind.PAGE, 0, 1 << 40))}\n")
        return PageText(order.width, order.height, 0, (typed_line(word, (0, 0, 90, 20), 0, 90),), "noting 1")

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]


def work_noting(log: Path) -> None:
    deeds.Reader = lambda: Noting(log)  # type: ignore[assignment, misc]
    deeds.work(f"w{os.getpid()}")


def do(house: House, deed) -> object:
    ended = house.do(deed)
    assert not ended.trace, ended.trace
    return ended.result


@pytest.mark.rule("B1")
def test_ten_workers_that_race_read_each_page_once(stage, a_copy, tmp_path):
    house, log = a_copy(stage("receive")), tmp_path / "log"

    def race():
        received(ScanBatch.objects.get(), a_tiff(PAGES), "一.tif")
        connections.close_all()
        children = []
        for _number in range(WORKERS):
            child = os.fork()
            if child == 0:
                try:
                    work_noting(log)
                finally:
                    os._exit(0)
            children.append(child)
        return [os.waitpid(child, 0)[1] for child in children]

    def counted():
        return {
            "pages": sorted(Page.objects.values_list("state", "text_version")),
            "readings": Reading.objects.count(),
            "journal": JournalEntry.objects.filter(action="page.recognised").count(),
            "sources": PageSource.objects.count(),
        }

    assert do(house, race) == [0] * WORKERS
    assert do(house, counted) == {
        "pages": [["recognised", 1]] * PAGES, "readings": PAGES, "journal": PAGES, "sources": PAGES,
    }  # fmt: skip
    read = Counter(word for word, _pid, _found in Noting(log).lines())
    assert (len(read), set(read.values())) == (PAGES, {1})


@pytest.mark.rule("B1")
def test_a_small_batch_ends_while_a_large_one_is_being_read_and_texts_are_findable_before_the_next_is_read(
    stage, a_copy, tmp_path
):
    house, log = a_copy(stage("receive")), tmp_path / "log"
    large, small = a_tiff(40, "大"), [jpeg_of(paper(f"小{n}", size=(420, 260))) for n in range(3)]

    def two_batches():
        received(ScanBatch.objects.get(), large, "大.tif")
        second = open_batch(dossier=Dossier.objects.get(), acting_user=deeds.archivist())
        for number, data in enumerate(small):
            received(second, data, f"小{number}.jpg")
        work_noting(log)

    do(house, two_batches)
    lines = Noting(log).lines()
    order = [word for word, _pid, _found in lines]
    places = [order.index(hashlib.sha256(data).hexdigest()[:12]) for data in small]
    assert len(order) == 43
    assert max(places) < 8
    # Titles are indexed besides; of pages, all that were read before, but for those that are written together.
    assert all(before - MOST < int(found) <= before for before, (_word, _pid, found) in enumerate(lines))


@pytest.mark.rule("B1")
def test_three_pages_that_come_while_five_hundred_are_read_are_the_next_three():
    house = a_house()
    dossier = a_dossier(house.archivist, house.service)
    first = many_pages(house, dossier, 500)
    for _number in range(40):
        [page] = lease(pages_waiting().filter(pk__in=next_waiting(8)), worker="w", seconds=60)
        Page.objects.filter(pk=page.pk).update(state=PageState.BLANK, leased_until=None)
    assert set(Page.objects.filter(state=PageState.BLANK)) == set(first[:40])
    second = many_pages(house, dossier, 3)
    assert next_waiting(4) == [page.pk for page in (*second, first[40])]


def many_pages(house, dossier: Dossier, count: int) -> list[Page]:
    """Return the waiting pages of a file of a batch of its own; there are no images: nobody reads them."""
    batch = open_batch(dossier=dossier, acting_user=house.archivist)
    file = receive_file(
        batch=batch, file=io.BytesIO(scan_pdf()), name="一.pdf", same_again=True, acting_user=house.archivist
    )
    ReceivedFile.objects.filter(pk=file.pk).update(state=FileState.SPLIT)
    item = an_item(house.archivist, dossier)
    pages = Page.objects.bulk_create(Page(item=item, position=number + 1) for number in range(count))
    PageSource.objects.bulk_create(
        PageSource(page=page, received_file=file, index_in_file=number) for number, page in enumerate(pages)
    )
    return pages
