"""Decisions against the rule, with their reasons: year, position, class, cross-reference, correction."""

from typing import Any

from ninja import Router, Status
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Id, Line, Shown, Text
from dms.holdings.api import choices
from dms.holdings.models import Item
from dms.holdings.selectors import get_item_for

from ..models import Binding
from ..services import (
    correct_item,
    cross_reference_items,
    join_class,
    leave_class,
    override_filing_year,
    reset_filing_year,
    reset_position,
    set_position,
)
from ..words import reason_words
from .shapes import DecisionReason

router = Router(tags=["Volumes"])


class PlaceInVolume(Shown):
    """Where an item lies after the decision."""

    filing_year: int
    volume: Id
    number: int | None
    reason: str = Field(description="Why this year, in words.")


_PLACE = {
    "filing_year": 2023,
    "volume": "v4m9x2p7q4w8ra",
    "number": 2,
    "reason": "bound under 2023: year of its date",
}


def _place(item: Item) -> dict[str, Any]:
    row = Binding.objects.select_related("volume", "because_of").get(item=item)
    of = row.because_of.title if row.because_of_id == item.pk and row.because_of else ""
    return {
        "filing_year": row.filing_year,
        "volume": row.volume.public_id,
        "number": row.number,
        "reason": reason_words(row.filing_year, row.because, of),
    }


class NewYear(DecisionReason):
    """The year, and who approved it."""

    year: int = Field(ge=1000, le=9999)
    approved_by: Id


@router.post(
    "/items/{slug:item_id}/filing-year",
    response=PlaceInVolume,
    openapi_extra=shown(_PLACE, sent={"year": 2023, "approved_by": "b7t2n9f4k8m3qz", "reason": "事由属2023年"}),
)
def set_filing_year(request: Call, item_id: str, data: NewYear) -> dict[str, Any]:
    """Bind an item, with all that belongs to it, under another year than the rule says (A7); approved, reasoned."""
    item = get_item_for(request.user, item_id, Act.WORK)
    approver = choices.person_among([item.fonds_id], data.approved_by, field="approved_by")
    override_filing_year(item=item, year=data.year, reason=data.reason, approved_by=approver, acting_user=request.user)
    return _place(item)


@router.post(
    "/items/{slug:item_id}/filing-year/reset",
    response=PlaceInVolume,
    openapi_extra=shown(_PLACE, sent={"reason": "决定撤回"}),
)
def reset_filing_year_of_item(request: Call, item_id: str, data: DecisionReason) -> dict[str, Any]:
    """Leave the filing year of an item to the rule again."""
    item = get_item_for(request.user, item_id, Act.WORK)
    reset_filing_year(item=item, reason=data.reason, acting_user=request.user)
    return _place(item)


class NewPosition(DecisionReason):
    """Behind which item of the dossier."""

    behind: Line = Field("", description="Public id; empty: at the front of the volume.")


@router.post(
    "/items/{slug:item_id}/position",
    response=PlaceInVolume,
    openapi_extra=shown(_PLACE, sent={"behind": "f2y6s5k8q4r7ud", "reason": "与前件同一事由"}),
)
def set_position_of_item(request: Call, item_id: str, data: NewPosition) -> dict[str, Any]:
    """Set an item, with all that belongs to it, behind another one (A8); reasoned, and shown as set by hand."""
    item = get_item_for(request.user, item_id, Act.WORK)
    behind = get_item_for(request.user, data.behind, Act.WORK) if data.behind else None
    set_position(item=item, behind=behind, reason=data.reason, acting_user=request.user)
    return _place(item)


@router.post(
    "/items/{slug:item_id}/position/reset",
    response=PlaceInVolume,
    openapi_extra=shown(_PLACE, sent={"reason": "按规则排列"}),
)
def reset_position_of_item(request: Call, item_id: str, data: DecisionReason) -> dict[str, Any]:
    """Leave the position of an item to the rule again."""
    item = get_item_for(request.user, item_id, Act.WORK)
    reset_position(item=item, reason=data.reason, acting_user=request.user)
    return _place(item)


class Joining(DecisionReason):
    """The class whose volume an item joins."""

    classification: Line = Field(description="Code; empty: with its own classification again.")


@router.post(
    "/items/{slug:item_id}/volume-class",
    response=PlaceInVolume,
    openapi_extra=shown(_PLACE, sent={"classification": "secret", "reason": "与绝密文件密切联系"}),
)
def set_volume_class(request: Call, item_id: str, data: Joining) -> dict[str, Any]:
    """Let a closely tied ordinary item join the volume of a class that has volumes of its own (A9), or leave it."""
    item = get_item_for(request.user, item_id, Act.WORK)
    if data.classification:
        chosen = choices.classification_among(request.user, data.classification)
        join_class(item=item, classification=chosen, reason=data.reason, acting_user=request.user)
    else:
        leave_class(item=item, reason=data.reason, acting_user=request.user)
    return _place(item)


class Referring(DecisionReason):
    """The other item."""

    other: Id


@router.post(
    "/items/{slug:item_id}/cross-references",
    response={204: None},
    openapi_extra={
        "requestBody": {"content": {"application/json": {"example": {"other": "f2y6s5k8q4r7ud", "reason": "见该卷"}}}}
    },
)
def cross_reference_item(request: Call, item_id: str, data: Referring) -> Status[None]:
    """Write on both note sheets that two items belong together though they lie in different volumes (A7)."""
    item = get_item_for(request.user, item_id, Act.WORK)
    other = get_item_for(request.user, data.other, Act.WORK)
    cross_reference_items(item=item, other=other, reason=data.reason, acting_user=request.user)
    return Status(204, None)


class EntryCorrection(DecisionReason):
    """What is put right in the entry of an item whose volume is closed; what is left out stays."""

    title: Text | None = Field(None, min_length=1, max_length=300)
    issuer: Text | None = Field(None, max_length=120)
    issue_number: Text | None = Field(None, max_length=80)
    copies: int | None = Field(None, ge=1, le=999)
    remarks: Text | None = Field(None, max_length=300)


class CorrectedEntry(Shown):
    """The item's version after the correction."""

    version: int


@router.post(
    "/items/{slug:item_id}/correct",
    response=CorrectedEntry,
    openapi_extra=shown({"version": 4}, sent={"title": "关于装修的批复", "reason": "错字"}),
)
def correct_bound_item(request: Call, item_id: str, data: EntryCorrection) -> dict[str, Any]:
    """Correct the entry of an item in a closed volume by a recorded decision (A12); the old version stays readable."""
    item = get_item_for(request.user, item_id, Act.WORK)
    given = data.dict(exclude_unset=True, exclude={"reason"})
    changes = {name: value for name, value in given.items() if value is not None}
    changed = correct_item(item=item, changes=changes, reason=data.reason, acting_user=request.user)
    return {"version": changed.version}
