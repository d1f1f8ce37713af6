"""Reads of the check of a batch's scans (A17): what stands on its check sheet, what is open, what to rescan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from dms.holdings.models import Item, ItemState, Page

from .light_table import LyingPage, Table, lying_on
from .models import CheckedPage, CheckSheet, Drawn, ScanBatch, Verdict
from .scan_quality import SheetFacts, sample_size


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One page of a check sheet: as it lies now, in which item, and what was found."""

    check: CheckedPage
    item: Item
    page: LyingPage

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to look."""
        return self.check.verdict == Verdict.OPEN

    @property
    def to_rescan(self) -> bool:
        """Return whether the image that was found wanting still counts."""
        return self.check.verdict == Verdict.RESCAN and self.check.capture_version == self.page.version

    @property
    def is_mended(self) -> bool:
        """Return whether a new image has closed the finding."""
        return self.check.verdict == Verdict.RESCAN and not self.to_rescan


def sheet_of(batch: ScanBatch) -> CheckSheet | None:
    """Return the check sheet of a batch, None where none was drawn. The caller has found the batch under its right."""
    return CheckSheet.objects.select_related("drawn_by", "overridden_by").filter(batch=batch).first()


def lines_of(batch: ScanBatch, user: Any) -> list[SheetLine]:
    """Return the lines of a batch's check sheet in the order of the scans; removed pages left out."""
    checks = {check.page_id: check for check in _checks(batch).select_related("decided_by")}
    return [
        SheetLine(checks[page.pk], lying.item, page)
        for lying in lying_on(Table(batch=batch), user)
        for page in lying.pages
        if page.pk in checks
    ]


def to_rescan(batch: ScanBatch, user: Any) -> list[SheetLine]:
    """Return the list of pages to rescan."""
    return [line for line in lines_of(batch, user) if line.to_rescan]


def sheet_facts(batch: ScanBatch) -> SheetFacts:
    """Return how far the check of a batch has come, in four queries."""
    sheet = CheckSheet.objects.filter(batch=batch).first()
    if sheet is None:
        return SheetFacts(drawn=False)
    checks = _checks(batch)
    current = {"page__captures__is_current": True, "page__captures__version": F("capture_version")}
    sampled = checks.filter(drawn=Drawn.SAMPLED).count()
    wanted = sample_size(pages_of_batch(batch).count(), sheet.percent)
    return SheetFacts(
        drawn=sampled > 0,
        unseen=checks.filter(verdict=Verdict.OPEN).count(),
        to_rescan=checks.filter(verdict=Verdict.RESCAN, **current).count(),
        too_few=max(0, wanted - sampled),
    )


def pages_of_batch(batch: ScanBatch) -> QuerySet[Page]:
    """Return the pages that came with a batch and were not removed."""
    return Page.objects.filter(source__received_file__batch=batch).exclude(item__state=ItemState.WITHDRAWN)


def _checks(batch: ScanBatch) -> QuerySet[CheckedPage]:
    return CheckedPage.objects.filter(sheet__batch=batch).exclude(page__item__state=ItemState.WITHDRAWN)


def counted(lines: Sequence[SheetLine]) -> dict[str, int]:
    """Return how many lines are open, good, to be rescanned and mended."""
    return {
        "all": len(lines),
        "open": sum(line.is_open for line in lines),
        "good": sum(line.check.verdict == Verdict.GOOD for line in lines),
        "rescan": sum(line.to_rescan for line in lines),
        "mended": sum(line.is_mended for line in lines),
    }


def noticed(pages: Iterable[LyingPage]) -> list[LyingPage]:
    """Return the pages whose measures are a reason to look."""
    return [page for page in pages if any(not finding.is_note for finding in page.findings)]
