"""Lists on paper: the order into which a pile is brought (A10), the volumes of a dossier or of a year (A13).

Pure: facts in, PDF out. A4; rows stay whole, heads repeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dms.core.errors import Refusal

from .engine import print_pdf
from .labels import qr_of
from .shapes import Language, ListHead, ReorderingRow, VolumeListRow
from .sheets import date_in_print, span_in_print

# What one print may hold: each row costs some ten milliseconds and fifty kilobytes while it is laid out.
MOST_ROWS = 2000


class TooLong(Refusal):
    """A list of more than MOST_ROWS rows was asked for."""

    code = "too_long"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One row of the re-ordering list as printed."""

    row: ReorderingRow
    date: str
    moves: bool
    qr: SafeString


@dataclass(frozen=True, slots=True)
class ShownVolume:
    """One row of a list of volumes as printed."""

    row: VolumeListRow
    dates: str


def render_reordering_list(head: ListHead, rows: Sequence[ReorderingRow], language: Language) -> bytes:
    """Return the list by which the paper is laid into the order of its volume, a QR code for each item (A10)."""
    _refuse_too_many(rows)
    shown = [
        ShownStep(row, date_in_print(row.date, language), row.present != row.target, qr_of(row.code)) for row in rows
    ]
    return print_pdf("reordering_list", {"head": head, "rows": shown}, language)[0]


def render_volume_list(
    head: ListHead, rows: Sequence[VolumeListRow], language: Language, *, of: Literal["dossier", "year"]
) -> bytes:
    """Return the list of a dossier's or of a year's volumes, on A4 across."""
    _refuse_too_many(rows)
    with translation.override(language):
        title = _("Volumes of a dossier") if of == "dossier" else _("Volumes of a year")
    shown = [ShownVolume(row, span_in_print(row.date_from, row.date_to, language)) for row in rows]
    return print_pdf("volume_list", {"head": head, "rows": shown, "title": title, "of": of}, language)[0]


def _refuse_too_many(rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise TooLong(
            _("This list has %(rows)s rows; one print holds %(most)s.") % {"rows": len(rows), "most": MOST_ROWS},
            _("Set fewer sheets for a volume, so that it is cut into parts, or narrow the list."),
        )
