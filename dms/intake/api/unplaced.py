"""Scans of the watched folder that found no dossier, for programs of archivists: list, place, discard."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import shown
from dms.core.api.problems import Unprocessable
from dms.core.api.requests import Call
from dms.core.api.shapes import Count, Given, Id, Line, Page, Portion, Shown, Text
from dms.core.errors import NotFound
from dms.holdings.selectors import get_dossier_for

from .. import selectors, services
from ..models import UnplacedFile
from .batches import FILE_EXAMPLE, ShownFile, file_now

router = Router(tags=["Intake"])


class UnplacedScan(Shown):
    """A scan that waits for a decision, and why it could not be placed."""

    id: Id
    name: str
    folder: str
    size: Count
    found_at: datetime
    problem: str
    remedy: str
    reason: str = Field(description="The problem's code.")


_SCAN = {
    "id": "q9f5z4t7x2y6bk",
    "name": "scan0001.pdf",
    "folder": "YZ-2023-9999",
    "size": 482113,
    "found_at": "2026-11-24T01:00:00Z",
    "problem": "没有这个号码的档案。",
    "remedy": "请选择档案。",
    "reason": "no_dossier",
}


@router.get("/unplaced", response=Portion[UnplacedScan], openapi_extra=shown({"items": [_SCAN], "next": None}))
def list_unplaced(request: Call, asked: Query[Page]) -> dict[str, Any]:
    """List the scans that wait for an archivist's decision, oldest first; to others there is nothing here."""
    if not selectors.may_see_unplaced(request.user):
        raise NotFound
    found = selectors.unplaced_visible_to(request.user)
    if beside := values_of(asked.after, "unplaced"):
        found = found.filter(pk__gt=UnplacedFile.objects.get(public_id=beside[0]).pk)
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {
        "items": [_shown(row) for row in rows],
        "next": place("unplaced", rows[-1].public_id) if more else None,
    }


def _shown(scan: UnplacedFile) -> dict[str, Any]:
    problem, remedy = scan.problem
    names = ("name", "folder", "size", "found_at", "reason")
    return {name: getattr(scan, name) for name in names} | {
        "id": scan.public_id,
        "problem": problem,
        "remedy": remedy,
    }


class Placing(Given):
    """Where the scan belongs."""

    dossier: Line = Field(description="Public id of a dossier.")
    section: Line = Field("", description="Code of a section.")


@router.post(
    "/unplaced/{slug:scan_id}/place",
    response=ShownFile,
    openapi_extra=shown({**FILE_EXAMPLE, "state": "received"}, sent={"dossier": "k3m9x2p7q4w8ra", "section": "unit"}),
)
def place_unplaced_scan(request: Call, scan_id: str, data: Placing) -> dict[str, Any]:
    """Receive the scan into today's batch of a dossier (A6)."""
    scan = selectors.get_unplaced_for(request.user, scan_id)
    dossier = get_dossier_for(request.user, data.dossier, Act.WORK)
    section = dossier.kind.sections.filter(code=data.section).first() if data.section else None
    if data.section and section is None:
        raise Unprocessable("section", _("There is no “%(word)s”.") % {"word": data.section}, code="unknown")
    return file_now(services.place_unplaced(unplaced=scan, dossier=dossier, section=section, acting_user=request.user))


class Discarding(Given):
    """Why."""

    reason: Text = Field(min_length=1, max_length=300)


@router.post(
    "/unplaced/{slug:scan_id}/discard",
    response={204: None},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": {"reason": "测试页"}}}}},
)
def discard_unplaced_scan(request: Call, scan_id: str, data: Discarding) -> HttpResponse:
    """Destroy a scan that belongs nowhere, with the reason (A12)."""
    scan = selectors.get_unplaced_for(request.user, scan_id)
    services.discard_unplaced(unplaced=scan, reason=data.reason, acting_user=request.user)
    return HttpResponse(status=204)
