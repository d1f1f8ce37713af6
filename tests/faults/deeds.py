"""What is done in the houses of these tests: the life of a small batch, each act as somebody would repeat it.

Every function runs inside a house (`House.do`). What is done again is done as a person or process would: by looking at
what is there, never by knowing where the one before it died.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dms.core import clock
from dms.core.workers import Loop, Outcome
from dms.holdings.models import Page
from dms.intake.models import BatchState, FileState, ReceivedFile, ScanBatch
from dms.intake.services import file_batch, finish_withdrawals, open_batch, receive_file, sweep, withdraw_file
from dms.journal import sealing
from dms.organisation.models import User
from dms.vault import services as vault
from dms.vault.backup import backup
from dms.vault.models import StoredFile
from dms.vault.sweeping import sweep_orphans
from ocr import tasks
from ocr.images import Order
from ocr.page_text import PageText, typed_line
from ocr.selectors import page_text
from ocr.services import correct_text
from search import indexing
from tests.factories import a_dossier, a_house, jpeg_of, paper
from tests.intake.foreign import scan_pdf

ONE_PDF = ("甲方物业合同", "乙方缴费记录", "丙方交接清单")
ONE_JPEG = "丁号维修单据"
CORRECTED = "戊项更正内容"
WORDS = (*ONE_PDF, ONE_JPEG)


class Reader:
    """Stands in for the sandbox: knows each page by its bytes, and finds nothing on others. Engines have tests of
    their own; here it is what is written about a page that matters."""

    def __init__(self) -> None:
        self.known = {hashlib.sha256(jpeg_of(paper(words))).digest(): words for words in WORDS}

    def read(self, data: bytes, order: Order) -> PageText:
        """Return the words of the page as one line."""
        words = self.known.get(hashlib.sha256(data).digest())
        lines = (typed_line(words, (100, 80, 700, 120), 0, 90),) if words else ()
        return PageText(order.width, order.height, 0, lines, "told 1")


class _AlwaysOver(dict[str, float]):
    """Rests that are over at once."""

    def __setitem__(self, name: str, until: float) -> None:
        super().__setitem__(name, 0.0)


def archivist() -> User:
    """Return the one archivist of the house."""
    return User.objects.get(username="archivist-of-the-house")


def found_a_house() -> None:
    """Make people, a dossier and an open batch."""
    house = a_house()
    User.objects.filter(pk=house.archivist.pk).update(username="archivist-of-the-house")
    dossier = a_dossier(house.archivist, house.service, responsible=house.staff1)
    open_batch(dossier=dossier, acting_user=house.archivist)
    indexing.rebuild()
    sealing.seal_all()


def receive() -> None:
    """The browser sends three files, each under its token; what arrived before is received once."""
    papers = {"合同.pdf": scan_pdf(ONE_PDF), "单据.jpg": jpeg_of(paper(ONE_JPEG)), "空白.jpg": jpeg_of(paper(""))}
    for number, (name, data) in enumerate(papers.items()):
        batch = ScanBatch.objects.get()
        receive_file(batch=batch, file=io.BytesIO(data), name=name, token=f"t{number}", acting_user=archivist())


def work(name: str = "worker") -> Outcome:
    """A worker process until nothing waits, or until it gives up."""
    reader = Reader()
    tasks._sandbox = lambda: reader  # type: ignore[assignment]
    loop = Loop(name, stopping=lambda: False, pause=lambda seconds: None)
    loop._rest_until = _AlwaysOver()
    return loop.run(until_idle=True, patience=30)


def run_worker() -> dict[str, object]:
    """As `work`; returns what JSON can say."""
    outcome = work()
    return {"failing": outcome.failing, "gave_up": outcome.gave_up}


def correct() -> None:
    """Somebody corrects the single page's text, unless it reads so already."""
    page = Page.objects.get(source__received_file__name="单据.jpg")
    if page_text(page).text != CORRECTED:
        correct_text(page=page, new_lines=[CORRECTED], acting_user=archivist())


def withdraw() -> None:
    """Somebody withdraws the PDF, unless it is withdrawn."""
    file = ReceivedFile.objects.get(name="合同.pdf")
    if file.state != FileState.WITHDRAWN:
        withdraw_file(received_file=file, acting_user=archivist())


def file_away() -> None:
    """Somebody files the batch, unless it is filed."""
    batch = ScanBatch.objects.get()
    if batch.state == BatchState.OPEN:
        file_batch(batch=batch, acting_user=archivist())


def rebuild_index() -> None:
    """The operator builds the index anew."""
    indexing.rebuild()


def back_up() -> None:
    """The operator backs up."""
    from django.conf import settings

    backup(settings.BACKUP_DIR)


def destroy() -> None:
    """A purge of the PDF's pages: words out of the index first, then every key of theirs."""
    pages = Page.objects.filter(source__received_file__name="合同.pdf")
    indexing.forget_pages(list(pages.values_list("pk", flat=True)))
    ids: set[object] = set()
    for page in pages:
        for capture in page.captures.all():
            ids |= {capture.master_id, capture.derivative_id, capture.thumbnail_id}
            ids |= set(capture.readings.values_list("alto_id", flat=True))
    vault.destroy(StoredFile.objects.filter(pk__in=ids), reason="register 7, line 2")


def seal() -> None:
    """The scheduler seals the journal and anchors its head."""
    sealing.seal_all()
    sealing.anchor_head()


def put_in_order() -> None:
    """All that workers and the scheduler do by themselves, a while later: the leases of the dead have ended."""
    with clock.at(clock.now() + timedelta(hours=1)):
        outcome = work("heir")
        assert not outcome.gave_up and not outcome.failing, outcome
        finish_withdrawals()
        vault.finish_destructions()
        vault.reconcile_replicas()
    with clock.at(clock.now() + timedelta(days=2)):
        sweep()
        vault.finish_destructions()
        work("heir")
    sweep_orphans(timedelta(0))
    sealing.seal_all()


@dataclass(frozen=True, slots=True)
class Deed:
    """An act, the acts that come before it in the house where it is tried, and whether people repeat it."""

    act: Callable[[], object]
    after: tuple[Callable[[], object], ...] = ()
    again: bool = True


DEEDS = {
    "receive": Deed(receive),
    "work": Deed(run_worker, (receive,), again=False),
    "correct": Deed(correct, (receive, run_worker)),
    "withdraw": Deed(withdraw, (receive, run_worker)),
    "file": Deed(file_away, (receive, run_worker)),
    "rebuild the index": Deed(rebuild_index, (receive, run_worker)),
    "back up": Deed(back_up, (receive, run_worker)),
    "destroy": Deed(destroy, (receive, run_worker, file_away)),
    "seal the journal": Deed(seal, (receive, run_worker)),
}
