"""What the printed forms are told: values only. Whoever gathers them has asked for the right to print.

Dates are written as they are known: "2023-05-01", "2023-05", "1998", or in words ("before 1998"); "" where none is.
Lengths are whole millimetres of paper. Nothing here may be None: what is not known is an empty text and stays blank.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-hans", "en"]

SOFT_SPINES = (30, 40, 50)  # boxes that hold soft volumes
HARD_SPINES = (10, 15, 20)  # hard covers


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """The cover of one volume (GB/T 9705). `volume_number` and `part` as they stand in the reference code."""

    fonds: str
    fonds_code: str
    series: str
    title: str
    dossier_number: str
    customer: str
    filing_year: int
    volume_number: str
    reference_code: str
    retention: str
    classification: str
    items: int
    pages: int
    date_from: str = ""
    date_to: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One row of the in-volume catalogue. `no` is "" for a sub-row (attachment, draft, copy, translation).

    `first_page` and `last_page` are numbers in the volume; 0 where the row has no written side.
    """

    no: str
    issue_number: str
    issuer: str
    title: str
    date: str
    first_page: int
    last_page: int
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class NoteSheetFacts:
    """The note sheet at the end of a volume. Overrides and cross-references are whole sentences, one a line.

    Pages are written sides as numbered, sheets are of paper; `sheets` 0 where nobody counted.
    """

    reference_code: str
    items: int
    pages: int
    compiler: str
    checker: str
    compiled_on: str
    checked_on: str = ""
    sheets: int = 0
    remarks: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    cross_references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpineFacts:
    """The spine of a box (30, 40 or 50 mm) or of a hard cover (10, 15 or 20 mm)."""

    width: int
    fonds: str
    reference_code: str
    title: str
    year: str
    volumes: str
    retention: str
    classification: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class BoxLabelFacts:
    """The label on the front of a box. `volumes` is first to last; `code` is what its QR code says."""

    box: str
    fonds: str
    place: str
    years: str
    volumes: str
    retention: str
    code: str
    classification: str = ""
    floor: str = ""


@dataclass(frozen=True, slots=True)
class DossierLabelFacts:
    """The label of a dossier with the name the customer has on the day of printing (R8); `code` is for the QR code."""

    number: str
    customer: str
    fonds: str
    series: str
    code: str
    unit: str = ""
    floor: str = ""
    department: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ReorderingRow:
    """One paper of the list that brings a pile into the order of its volume (A10).

    `target` is its place there, from 1; `present` where it lies now, from 1; 0 where that is not known.
    `code` is what its QR code says: the item's entry number, scanned when the pile is checked.
    """

    target: int
    present: int
    entry_number: str
    title: str
    date: str
    sheets: int
    code: str
    belongs_to: str = ""


@dataclass(frozen=True, slots=True)
class VolumeListRow:
    """One volume in the list of a dossier's or of a year's volumes."""

    no: int
    reference_code: str
    customer: str
    title: str
    year: int
    part: str
    retention: str
    classification: str
    items: int
    pages: int
    date_from: str = ""
    date_to: str = ""
    place: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ListHead:
    """What stands above a list: whose it is, and who printed it when (already in the reader's words)."""

    subject: str
    printed_by: str = ""
    printed_at: str = ""
