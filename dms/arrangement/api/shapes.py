"""How volumes and relations look to programs: values and public ids, never a row."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from dms.core.api.shapes import Coded, Count, Given, Id, Shown, Text, coded, coded_or_none
from dms.holdings.api.shapes import Person, person

from ..models import Volume
from ..selectors.codes import provisional_code

RelationName = Literal["replies_to", "attachment_of", "draft_of", "copy_of", "forwards", "translation_of"]
StateName = Literal["open", "to_confirm", "closed"]
CheckName = Literal["in_order", "metal_removed", "bound", "note_sheet"]


class DecisionReason(Given):
    """Why."""

    reason: Text = Field(min_length=1, max_length=200)


class ListedVolume(Shown):
    """A volume. Its reference code is provisional while it is open, and frozen when it is closed."""

    id: Id
    dossier: Id
    filing_year: int
    part: int
    retention: Coded
    classification: Coded | None = Field(description="Of a class that demands volumes of its own; else null.")
    state: StateName
    reference_code: str
    number: int | None
    sheets: Count
    last_page: Count = Field(description="How many pages are numbered.")
    over_long: bool = Field(description="Above the limit: what belongs together is never cut.")
    remarks: str
    closed_at: datetime | None
    closed_by: Person | None
    checked_at: datetime | None
    checked_by: Person | None


class NamedItem(Shown):
    """An item by what it is called."""

    id: Id
    entry_number: int
    title: str


VOLUME_EXAMPLE: dict[str, Any] = {
    "id": "v4m9x2p7q4w8ra",
    "dossier": "k3m9x2p7q4w8ra",
    "filing_year": 2023,
    "part": 1,
    "retention": {"code": "long", "name": "长期"},
    "classification": None,
    "state": "closed",
    "reference_code": "WY-KH-2023-0001",
    "number": 1,
    "sheets": 84,
    "last_page": 120,
    "over_long": False,
    "remarks": "",
    "closed_at": "2026-11-24T01:00:00Z",
    "closed_by": {"id": "b7t2n9f4k8m3qz", "username": "archivist", "name": "白洁"},
    "checked_at": None,
    "checked_by": None,
}
NAMED_EXAMPLE = {"id": "f2y6s5k8q4r7ud", "entry_number": 214, "title": "关于装修的请示"}


def shown_volume(volume: Volume) -> dict[str, Any]:
    """Return a volume, fetched with its related rows."""
    classification = volume.classification
    return {
        "id": volume.public_id,
        "dossier": volume.dossier.public_id,
        "filing_year": volume.filing_year,
        "part": volume.part,
        "retention": coded(volume.retention),
        "classification": coded_or_none(classification),
        "state": volume.state,
        "reference_code": volume.reference_code
        or provisional_code(
            volume.dossier,
            volume.filing_year,
            volume.retention.code,
            classification.code if classification else "",
            volume.part,
        ),
        "number": volume.number,
        "sheets": volume.sheets,
        "last_page": volume.last_page,
        "over_long": volume.over_long,
        "remarks": volume.remarks,
        "closed_at": volume.closed_at,
        "closed_by": person(volume.closed_by),
        "checked_at": volume.checked_at,
        "checked_by": person(volume.checked_by),
    }


def named(item: Any) -> dict[str, Any]:
    """Return an item by what it is called."""
    return {"id": item.public_id, "entry_number": item.entry_number, "title": item.title}
