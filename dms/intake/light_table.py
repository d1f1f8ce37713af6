"""Reads of the light table that know rights: which items and pages lie on the table of a batch or of an item.

A constant number of queries, however many pages there are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from dms.clearance.policy import Act
from dms.core.errors import NotFound
from dms.holdings.models import Capture, Dossier, Item, ItemState, Reading
from dms.holdings.selectors import any_way, decide_item, get_item_for, items_of_dossier

from .files.pages import Measures
from .models import CheckedPage, ReceivedFile, ScanBatch, TableAct, Verdict
from .models.batches import FileState
from .scan_quality import Fault, Finding, PageFacts, ScanLimits, back_may_be_missing, findings_of, odd_sizes
from .selectors import get_batch_for

MOST_STEPS = 50  # how far one can go back
_LAST = (1 << 62,)
_MEASURES = tuple(Measures.__dataclass_fields__)
_COLUMNS = (
    "page__pk",
    "page__public_id",
    "page__item_id",
    "page__position",
    "page__side",
    "page__state",
    "page__confidence",
    "page__source__received_file__batch",
    "page__source__received_file__position",
    "page__source__index_in_file",
    "page__source__received_file",
    "version",
    "turn",
    "width",
    "height",
    "dpi",
    "engine",
    "measures__pk",
    *(f"measures__{name}" for name in _MEASURES),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The light table of a batch, or of an item; one of the two."""

    batch: ScanBatch | None = None
    item: Item | None = None

    @property
    def dossier(self) -> Dossier:
        """Return the dossier whose papers lie on the table."""
        whole = self.batch or self.item
        assert whole is not None  # noqa: S101 (see the class)
        return whole.dossier

    def acts(self) -> QuerySet[TableAct]:
        """Return what was done on this table and not undone, newest first."""
        return TableAct.objects.filter(batch=self.batch, item=self.item, undone_at__isnull=True).order_by("-pk")


@dataclass(slots=True)
class LyingPage:
    """A page as it lies on the table. `checked`: the verdict that still stands, "" where there is none."""

    pk: int
    public_id: str
    position: int
    side: str
    state: str
    confidence: int | None
    version: int
    turn: int
    width: int
    height: int
    dpi: int | None
    engine: str
    measures: Measures | None
    place: tuple[int, ...]
    findings: list[Finding] = field(default_factory=list)
    checked: str = ""
    reasons: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class LyingItem:
    """An item on the table with its pages in order."""

    item: Item
    pages: list[LyingPage] = field(default_factory=list)

    @property
    def token(self) -> str:
        """Return the mark by which it is seen whether the order of the pages has changed since."""
        return token_of(self.item.pk, [page.pk for page in self.pages])


def token_of(item: int, pages: Iterable[int]) -> str:
    """Return a short mark of an item's pages in their order."""
    return hashlib.sha256(f"{item}:{','.join(map(str, pages))}".encode()).hexdigest()[:16]


def scan_limits() -> ScanLimits:
    """Return the limits the operator has set."""
    return ScanLimits(**settings.SCAN_LIMITS, least_confidence=settings.OCR_CHECK_BELOW)


def get_table_of_batch(user: Any, public_id: str) -> Table:
    """Return the table of a batch; raise NotFound where it is absent or not the user's to work on."""
    return Table(batch=get_batch_for(user, public_id))


def get_table_of_item(user: Any, public_id: str) -> Table:
    """Return the table of an item; raise NotFound or NotAllowed.

    An item that was emptied on its own table can still be brought back there.
    """
    try:
        return Table(item=get_item_for(user, public_id, Act.WORK))
    except NotFound:
        acts = TableAct.objects.filter(item=OuterRef("pk"), undone_at__isnull=True)
        emptied = Item.objects.filter(Exists(acts), public_id=public_id, state=ItemState.WITHDRAWN)
        item = emptied.select_related("dossier__classification", "classification").first()
        if item is None or not decide_item(user, Act.WORK, item):
            raise
        return Table(item=item)


def items_on(table: Table, user: Any) -> list[Item]:
    """Return the items on the table on which `user` may work, withdrawn ones left out."""
    if table.batch is not None:
        mine = Q(pages__source__received_file__batch=table.batch) | Q(pk=table.batch.item_id)
    else:
        assert table.item is not None  # noqa: S101
        made = {int(pk) for after in table.acts().values_list("after", flat=True) for pk in after.get("orders", ())}
        mine = Q(pk__in={table.item.pk, *made})
    rows = Item.objects.filter(pk__in=Item.objects.filter(mine).values("pk")).exclude(state=ItemState.WITHDRAWN)
    rows = rows.filter(any_way(user, Act.WORK, path="dossier__", item_path=""))
    return list(rows.select_related("section", "dossier").order_by("entry_number"))


def lying_on(table: Table, user: Any) -> list[LyingItem]:
    """Return the items on the table with their pages, in the order in which the paper was scanned."""
    found = {item.pk: LyingItem(item) for item in items_on(table, user)}
    files: dict[int, list[LyingPage]] = {}
    rows = Capture.objects.filter(is_current=True, page__item__in=found).order_by("page__position")
    engine = Reading.objects.filter(capture=OuterRef("pk"), is_current=True).values("engine")[:1]
    for row in rows.annotate(engine=Subquery(engine)).values_list(*_COLUMNS):
        values = dict(zip(_COLUMNS, row, strict=True))
        page = _page_of(values)
        found[values["page__item_id"]].pages.append(page)
        if (file := values["page__source__received_file"]) is not None:
            files.setdefault(file, []).append(page)
    _judge(found.values(), files)
    _note_verdicts(found.values())
    return sorted(found.values(), key=_order)


def _page_of(row: dict[str, Any]) -> LyingPage:
    measured = row["measures__pk"] is not None
    place = (
        row["page__source__received_file__batch"],
        row["page__source__received_file__position"],
        row["page__source__index_in_file"],
    )
    return LyingPage(
        **{name: row[f"page__{name}"] for name in ("pk", "public_id", "position", "side", "state", "confidence")},
        **{name: row[name] for name in ("version", "turn", "width", "height", "dpi")},
        engine=row["engine"] or "",
        measures=Measures(**{name: row[f"measures__{name}"] for name in _MEASURES}) if measured else None,
        place=_LAST if None in place else place,
    )


def _order(lying: LyingItem) -> tuple[Any, ...]:
    return (min((page.place for page in lying.pages), default=_LAST), lying.item.entry_number)


def _judge(items: Iterable[LyingItem], files: dict[int, list[LyingPage]]) -> None:
    limits = scan_limits()
    for lying in items:
        sizes = [(page.width / (page.dpi or 200), page.height / (page.dpi or 200)) for page in lying.pages]
        for page, odd in zip(lying.pages, odd_sizes(sizes), strict=True):
            facts = PageFacts(page.dpi, page.turn, page.measures, page.state, page.confidence, page.engine)
            page.findings = findings_of(facts, limits)
            if odd:
                page.findings.append(Finding(Fault.SIZE))
    for pages in files.values():
        pages.sort(key=lambda page: page.place)
        if back_may_be_missing([page.state == "blank" for page in pages]):
            pages[-1].findings.insert(0, Finding(Fault.BACK))


def _note_verdicts(items: Iterable[LyingItem]) -> None:
    pages = {page.pk: page for lying in items for page in lying.pages}
    for check in CheckedPage.objects.filter(page__in=pages).exclude(verdict=Verdict.OPEN).order_by("decided_at"):
        page = pages[check.page_id]
        if check.verdict == Verdict.RESCAN and check.capture_version != page.version:
            continue
        page.checked, page.reasons, page.note = check.verdict, check.reasons, check.note


def receiving_items(items: Iterable[int]) -> set[int]:
    """Return those of these items to which a received file is still adding pages."""
    ids = list(items)
    rows = ReceivedFile.objects.filter(state=FileState.RECEIVED).filter(Q(item__in=ids) | Q(batch__item__in=ids))
    return {pk for pair in rows.values_list("item_id", "batch__item_id") for pk in pair if pk is not None} & set(ids)


def targets_in(dossier: Dossier, user: Any, *, without: Iterable[int]) -> list[Item]:
    """Return the unfiled items of the dossier that are not on the table: where pages can be moved to."""
    rows = items_of_dossier(user, Act.WORK, dossier).filter(state=ItemState.INTAKE).exclude(pk__in=list(without))
    return list(rows.order_by(F("document_date").desc(nulls_last=True), "-entry_number")[:200])
