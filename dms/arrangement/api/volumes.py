"""Volumes of a dossier: arranging, looking, the check list, closing, opening again."""

from typing import Any

from django.db.models import Q
from ninja import Query, Router
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Count, Given, Page, Portion, Shown, Text
from dms.holdings.models import Item
from dms.holdings.selectors import get_dossier_for
from dms.journal.services import record

from ..models import Volume
from ..selectors.closing import check_list_of
from ..selectors.volumes import RELATED, bindings_of, get_volume_for, volumes_of_dossier
from ..services import arrange_dossier, close_volume, confirm_closing, reopen_volume
from ..words import check_words, reason_words
from .shapes import (
    NAMED_EXAMPLE,
    VOLUME_EXAMPLE,
    CheckName,
    DecisionReason,
    ListedVolume,
    NamedItem,
    named,
    shown_volume,
)

router = Router(tags=["Volumes"])


class VolumeQuery(Page):
    """Which volumes of a dossier."""

    year: int | None = Field(None, ge=0, le=9999, description="Of this filing year only.")


@router.get(
    "/dossiers/{slug:dossier_id}/volumes",
    response=Portion[ListedVolume],
    openapi_extra=shown({"items": [VOLUME_EXAMPLE], "next": None}),
)
def list_volumes(request: Call, dossier_id: str, asked: Query[VolumeQuery]) -> dict[str, Any]:
    """List the volumes of a dossier that one may read, by filing year, as they were arranged last."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    record("dossier.read", by=request.user, thing=dossier, facts={"tab": "volumes"})
    found = volumes_of_dossier(request.user, Act.READ, dossier).order_by("filing_year", "pk")
    if asked.year is not None:
        found = found.filter(filing_year=asked.year)
    if beside := values_of(asked.after, "volumes"):
        found = found.filter(Q(filing_year__gt=beside[0]) | Q(filing_year=beside[0], pk__gt=beside[1]))
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = place("volumes", rows[-1].filing_year, rows[-1].pk) if more else None
    return {"items": [shown_volume(row) for row in rows], "next": following}


class Arrangement(Shown):
    """What arranging came to."""

    volumes: Count = Field(description="Open volumes there are now.")
    changed: Count = Field(description="How many of them were made, changed or taken away.")


@router.post(
    "/dossiers/{slug:dossier_id}/arrange",
    response=Arrangement,
    openapi_extra=shown({"volumes": 3, "changed": 1}),
)
def arrange_dossier_by_rule(request: Call, dossier_id: str) -> dict[str, Any]:
    """Bring the open volumes of a dossier to what the rules say now (A7 A8 A9); doing it twice changes nothing."""
    dossier = get_dossier_for(request.user, dossier_id, Act.WORK)
    told = arrange_dossier(dossier=dossier, acting_user=request.user)
    return {"volumes": told.volumes, "changed": told.changed}


@router.get("/volumes/{slug:volume_id}", response=ListedVolume, openapi_extra=shown(VOLUME_EXAMPLE))
def get_volume(request: Call, volume_id: str) -> dict[str, Any]:
    """Return one volume."""
    volume = get_volume_for(request.user, volume_id, Act.READ)
    record("volume.read", by=request.user, thing=volume)
    return shown_volume(volume)


class BoundItem(NamedItem):
    """An item at its place. `number` null: a row below another item, `under`. Pages null: no side has writing."""

    number: int | None
    under: str | None
    reference_code: str = Field(description="Empty while the volume is open.")
    first_page: int | None
    last_page: int | None
    because: str = Field(description="Why this year, for programs.")
    reason: str = Field(description="Why this year, in words.")


_BOUND = {
    **NAMED_EXAMPLE,
    "number": 2,
    "under": None,
    "reference_code": "WY-KH-2023-0001-002",
    "first_page": 5,
    "last_page": 6,
    "because": "reply",
    "reason": "bound under 2023: year of the reply KH-2023-17",
}


@router.get(
    "/volumes/{slug:volume_id}/items",
    response=Portion[BoundItem],
    openapi_extra=shown({"items": [_BOUND], "next": None}),
)
def list_bound_items(request: Call, volume_id: str, asked: Query[Page]) -> dict[str, Any]:
    """List what is bound in a volume, in order."""
    volume = get_volume_for(request.user, volume_id, Act.READ)
    record("volume.read", by=request.user, thing=volume)
    found = bindings_of([volume])
    if beside := values_of(asked.after, "bound"):
        found = found.filter(order__gt=beside[0])
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    items = [
        {
            **named(row.item),
            "number": row.number,
            "under": row.under.public_id if row.under else None,
            "reference_code": row.item.reference_code,
            "first_page": row.first_page,
            "last_page": row.last_page,
            "because": row.because,
            "reason": reason_words(row.filing_year, row.because, _name(row.because_of, volume)),
        }
        for row in rows
    ]
    return {"items": items, "next": place("bound", rows[-1].order) if more else None}


def _name(item: Item | None, volume: Volume) -> str:
    """Return what an item is called that lies in this volume; one that lies elsewhere may be hidden from the caller."""
    binding = getattr(item, "binding", None)
    return (item.issue_number or item.title) if item and binding and binding.volume_id == volume.pk else ""


class CheckRow(Shown):
    """A line of the closing's check list."""

    check: str
    words: str
    passed: bool
    items: list[NamedItem] = Field(description="The items for which it does not hold.")


class CheckList(Shown):
    """The closing's check list."""

    checks: list[CheckRow]


@router.get(
    "/volumes/{slug:volume_id}/checks",
    response=CheckList,
    openapi_extra=shown(
        {"checks": [{"check": "scanned", "words": "every item is scanned", "passed": False, "items": [NAMED_EXAMPLE]}]}
    ),
)
def get_closing_checks(request: Call, volume_id: str) -> dict[str, Any]:
    """Return what must hold before a volume is closed (A10 A11 A17); what is confirmed by hand has not passed yet."""
    volume = get_volume_for(request.user, volume_id, Act.WORK)
    record("volume.read", by=request.user, thing=volume)
    lines = check_list_of(volume)
    items = Item.objects.in_bulk([key for line in lines for key in line.items])
    return {
        "checks": [
            {
                "check": str(line.check),
                "words": str(check_words(line.check)),
                "passed": line.passed,
                "items": [named(items[key]) for key in line.items],
            }
            for line in lines
        ]
    }


class Closing(Given):
    """What is confirmed by hand, and what the note sheet says."""

    confirmed: list[CheckName] = Field(default_factory=list, max_length=10)
    remarks: Text = Field("", max_length=2000, description="For the note sheet.")


@router.post(
    "/volumes/{slug:volume_id}/close",
    response=ListedVolume,
    openapi_extra=shown(VOLUME_EXAMPLE, sent={"confirmed": ["in_order", "metal_removed", "bound", "note_sheet"]}),
)
def close_volume_for_good(request: Call, volume_id: str, data: Closing) -> dict[str, Any]:
    """Close a volume whose check list passed (A11): codes are frozen, items read-only. For archivists."""
    volume = get_volume_for(request.user, volume_id, Act.WORK)
    close_volume(volume=volume, confirmed=data.confirmed, remarks=data.remarks, acting_user=request.user)
    return _again(volume)


@router.post("/volumes/{slug:volume_id}/confirm", response=ListedVolume, openapi_extra=shown(VOLUME_EXAMPLE))
def confirm_closing_of_volume(request: Call, volume_id: str) -> dict[str, Any]:
    """Confirm as the second person what another archivist closed (A11), where the kind of dossier asks for it."""
    volume = get_volume_for(request.user, volume_id, Act.WORK)
    confirm_closing(volume=volume, acting_user=request.user)
    return _again(volume)


@router.post(
    "/volumes/{slug:volume_id}/reopen",
    response=ListedVolume,
    openapi_extra=shown({**VOLUME_EXAMPLE, "state": "open"}, sent={"reason": "复文迟到"}),
)
def reopen_volume_by_decision(request: Call, volume_id: str, data: DecisionReason) -> dict[str, Any]:
    """Open a closed volume again by a recorded decision (A12); it keeps its number. For archivists."""
    volume = get_volume_for(request.user, volume_id, Act.WORK)
    reopen_volume(volume=volume, reason=data.reason, acting_user=request.user)
    return _again(volume)


def _again(volume: Volume) -> dict[str, Any]:
    return shown_volume(Volume.objects.select_related(*RELATED).get(pk=volume.pk))
