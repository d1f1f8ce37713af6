"""The check of a batch's scans for programs (A17): draw the sample, keep verdicts, list what is to be rescanned."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from dms.core.api.operations import binary, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Coded, Count, Given, Id, Line, Number, Portion, Shown, Text
from dms.core.table_files import WRITERS

from .. import check_sheets, selectors, services
from ..check_sheets import SheetLine
from ..light_table import Table
from ..models import ScanBatch, Verdict
from ..rescan_lists import export_rescans
from ..scan_quality import REASONS
from ..services.batches import may_file_scans
from ..views.table_acts import MOST_PAGES, Asked
from .light_tables import ShownFinding, findings_shown, reasons_shown

router = Router(tags=["Check of scans"])
Reason = Literal["lean", "cut", "dark", "faint", "blurred", "folded", "incomplete", "low_dpi", "other"]


class CheckLine(Shown):
    """One page of a check sheet, why it stands there, and the verdict on the image that counts."""

    page: Id
    version: int = Field(description="Counts the page's images; a verdict names the one it is on.")
    item: Id
    item_title: str
    entry_number: int
    position: Count
    drawn: str = Field(description="sampled, noticed or named.")
    findings: list[ShownFinding]
    verdict: Literal["", "good", "rescan", "mended"] = Field(description="Empty: nobody has looked; mended: rescanned.")
    reasons: list[Coded]
    note: str
    decided_by: str = Field(description="Sign-in name.")
    decided_at: datetime | None


class ShownSheet(Shown):
    """The check sheet of a batch: what was drawn, what was found, and whether it lets the batch be filed."""

    batch: Id
    drawn: bool
    percent: int | None
    drawn_by: str = Field(description="Sign-in name.")
    drawn_at: datetime | None
    overridden_because: str
    counted: dict[str, int] = Field(description="Lines by verdict: all, open, good, rescan, mended.")
    lets_file: bool
    lets_not_file_because: str
    lines: list[CheckLine]


_LINE = {
    "page": "w3k7d2r9f5n8tb",
    "version": 1,
    "item": "f2y6s5k8q4r7ud",
    "item_title": "合同",
    "entry_number": 7,
    "position": 1,
    "drawn": "sampled",
    "findings": [],
    "verdict": "rescan",
    "reasons": [{"code": "cut", "name": "有裁切"}],
    "note": "",
    "decided_by": "archivist",
    "decided_at": "2026-11-24T01:00:00Z",
}
_SHEET = {
    "batch": "j5b9v8p3t7u2xg",
    "drawn": True,
    "percent": 5,
    "drawn_by": "archivist",
    "drawn_at": "2026-11-24T01:00:00Z",
    "overridden_because": "",
    "counted": {"all": 1, "open": 0, "good": 0, "rescan": 1, "mended": 0},
    "lets_file": False,
    "lets_not_file_because": "还有需要重扫的页：1。",
    "lines": [_LINE],
}


@router.get("/batches/{slug:batch_id}/check-sheet", response=ShownSheet, openapi_extra=shown(_SHEET))
def get_check_sheet(request: Call, batch_id: str) -> dict[str, Any]:
    """Return the check sheet of a batch; without one `drawn` is false and there are no lines."""
    return _sheet(selectors.get_batch_for(request.user, batch_id), request.user)


class Sample(Given):
    """How much is drawn by lot; DA/T 31 asks for 5 percent at least."""

    percent: int = Field(ge=1, le=100)


@router.post(
    "/batches/{slug:batch_id}/check-sheet/sample",
    response=ShownSheet,
    openapi_extra=shown(_SHEET, sent={"percent": 5}),
)
def draw_check_sample(request: Call, batch_id: str, data: Sample) -> dict[str, Any]:
    """Draw a share of the batch's pages by lot; every page with a finding comes onto the sheet too.

    Drawing again adds what is missing; verdicts stay.
    """
    batch = selectors.get_batch_for(request.user, batch_id)
    services.draw_sample(batch=batch, percent=data.percent, acting_user=request.user)
    return _sheet(batch, request.user)


class Judged(Given):
    """A page, and the image that was looked at."""

    page: Line = Field(description="Public id of a page of the batch.")
    version: Number


class Judgement(Given):
    """What was found on these pages; one that is to be rescanned needs a reason."""

    pages: list[Judged] = Field(min_length=1, max_length=MOST_PAGES)
    verdict: Literal["good", "rescan"]
    reasons: list[Reason] = Field([], max_length=len(REASONS))
    note: Text = Field("", max_length=200)


@router.post(
    "/batches/{slug:batch_id}/check-sheet/verdicts",
    response=ShownSheet,
    openapi_extra=shown(
        _SHEET,
        sent={"pages": [{"page": "w3k7d2r9f5n8tb", "version": 1}], "verdict": "rescan", "reasons": ["cut"], "note": ""},
    ),
)
def judge_scans(request: Call, batch_id: str, data: Judgement) -> dict[str, Any]:
    """Keep the verdict on pages; one that was not on the sheet comes onto it.

    Where another image of a page counts by now, the answer is 409 `changed_meanwhile` and nothing was changed.
    """
    batch = selectors.get_batch_for(request.user, batch_id)
    versions = {judged.page: judged.version for judged in data.pages}
    asked = Asked(Table(batch=batch), {"pages": list(versions)}, request.user)
    services.judge_pages(
        batch=batch,
        pages=[(page, versions[page.public_id]) for page in asked.pages()],
        verdict=Verdict(data.verdict),
        reasons=data.reasons,
        note=data.note,
        acting_user=request.user,
    )
    return _sheet(batch, request.user)


@router.get(
    "/batches/{slug:batch_id}/rescans",
    response=Portion[CheckLine],
    openapi_extra=shown({"items": [_LINE], "next": None}),
)
def list_pages_to_rescan(request: Call, batch_id: str) -> dict[str, Any]:
    """List the pages of a batch that are to be rescanned, in the order of the scans; all of them at once."""
    batch = selectors.get_batch_for(request.user, batch_id)
    return {"items": [_line(line) for line in check_sheets.to_rescan(batch, request.user)], "next": None}


@router.get(
    "/batches/{slug:batch_id}/rescans/export/{slug:kind}",
    openapi_extra=binary(*(media for media, _write in WRITERS.values()), description="The list as a table"),
)
def export_pages_to_rescan(request: Call, batch_id: str, kind: str) -> HttpResponse:
    """Return the list of pages to rescan as `xlsx` or `csv`, journalled."""
    batch = selectors.get_batch_for(request.user, batch_id)
    made = export_rescans(batch, kind, user=request.user)
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    return answer


def _sheet(batch: ScanBatch, user: Any) -> dict[str, Any]:
    sheet, lines, answer = check_sheets.sheet_of(batch), check_sheets.lines_of(batch, user), may_file_scans(batch)
    return {
        "batch": batch.public_id,
        "drawn": sheet is not None,
        "percent": sheet.percent if sheet else None,
        "drawn_by": sheet.drawn_by.username if sheet else "",
        "drawn_at": sheet.drawn_at if sheet else None,
        "overridden_because": sheet.overridden_because if sheet else "",
        "counted": check_sheets.counted(lines),
        "lets_file": bool(answer),
        "lets_not_file_because": "" if answer else f"{answer.reason} {answer.remedy}".strip(),
        "lines": [_line(line) for line in lines],
    }


def _line(line: SheetLine) -> dict[str, Any]:
    page, check = line.page, line.check
    return {
        "page": page.public_id,
        "version": page.version,
        "item": line.item.public_id,
        "item_title": line.item.title,
        "entry_number": line.item.entry_number,
        "position": page.position,
        "drawn": check.drawn,
        "findings": findings_shown(page.findings),
        "verdict": "mended" if line.is_mended else check.verdict,
        "reasons": reasons_shown(check.reasons),
        "note": check.note,
        "decided_by": check.decided_by.username if check.decided_by else "",
        "decided_at": check.decided_at,
    }
