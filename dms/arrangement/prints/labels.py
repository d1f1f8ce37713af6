"""Labels to cut out: spines of boxes and hard covers, box labels, dossier labels (A11). Pure: facts in, PDF out.

A4; each label has its true size to the outer edge of its frame. QR codes are drawn by segno into the page itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .engine import print_pdf
from .fitting import Stack, is_wide, size_for, size_on_one_line, stacked
from .shapes import HARD_SPINES, SOFT_SPINES, BoxLabelFacts, DossierLabelFacts, Language, SpineFacts

FRAME = 1.2  # mm lost on either side to frame and air
CAPTION = 4.0  # mm that a caption takes above what it names


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a spine, `height` mm high: its words lie flat, run downwards (`stack`), or are turned by 90°.

    `size` is that of flat and of turned words, in mm; `room` is what turned words have: length and breadth, in mm.
    """

    caption: str
    height: int
    text: str = ""
    size: float = 0
    stack: Stack | None = None
    room: tuple[float, float] | None = None


def render_spines(spines: Sequence[SpineFacts], language: Language) -> bytes:
    """Return spine labels of 30, 40, 50 mm (boxes) or 10, 15, 20 mm (hard covers), 260 mm high, side by side."""
    unknown = {spine.width for spine in spines} - {*SOFT_SPINES, *HARD_SPINES}
    if unknown:
        raise ValueError(f"no spine is {sorted(unknown)} mm wide")
    with translation.override(language):
        told = [{"width": spine.width, "fields": _fields(spine)} for spine in spines]
    return print_pdf("spines", {"spines": told}, language)[0]


def _fields(spine: SpineFacts) -> list[Field]:
    """Return the fields of a spine from top to bottom; together 259 mm within the frame."""
    return [
        _running(_("Fonds"), 58, spine.fonds, spine.width, largest=6),
        _flat(_("Year"), 15, spine.year, spine.width),
        _running(_("Title"), 94, spine.title, spine.width, largest=7),
        _flat(_("Retention"), 18, spine.retention, spine.width),
        _flat(_("Class"), 14, spine.classification, spine.width),
        _flat(_("Reference"), 26, spine.reference_code, spine.width),
        _flat(_("Volumes"), 19, spine.volumes, spine.width),
        _flat(_("Box no."), 15, spine.box, spine.width),
    ]


def _flat(caption: str, height: int, text: str, width: int) -> Field:
    room = width - 2 * FRAME
    size = size_on_one_line(text, width=room, height=height - CAPTION - 1, largest=min(6, width / 4), smallest=1.6)
    return Field(caption, height, text, size)


def _running(caption: str, height: int, text: str, width: int, *, largest: float) -> Field:
    """Chinese runs downwards sign by sign; what is all Latin is turned and read with the head to the right."""
    length, breadth = height - CAPTION - 2, width - 2 * FRAME
    largest = min(largest, width / 2.2)
    if any(is_wide(char) for char in text):
        return Field(caption, height, stack=stacked(text, width=breadth, height=length, largest=largest, smallest=2))
    size = size_for(text, width=length, height=breadth, largest=largest, smallest=1.6)
    return Field(caption, height, text, size, room=(length, breadth))


def render_box_labels(boxes: Sequence[BoxLabelFacts], language: Language) -> bytes:
    """Return box labels of 95 x 67 mm, eight a page, each with the QR code of its box."""
    told = [_label(box.code, box.box, box) for box in boxes]
    return print_pdf("box_labels", {"labels": told}, language)[0]


def render_dossier_labels(dossiers: Sequence[DossierLabelFacts], language: Language) -> bytes:
    """Return dossier labels of 95 x 67 mm, eight a page: today's customer name, number and QR code (R8)."""
    told = [_label(dossier.code, dossier.customer, dossier) for dossier in dossiers]
    return print_pdf("dossier_labels", {"labels": told}, language)[0]


def _label(code: str, large: str, facts: BoxLabelFacts | DossierLabelFacts) -> dict[str, Any]:
    size = size_for(large, width=88, height=19, largest=7, smallest=2.4)
    return {"facts": facts, "size": size, "qr": qr_of(code)}


def qr_of(code: str) -> SafeString:
    """Return `code` as a QR code, an SVG that fills its frame; nothing where there is no code."""
    if not code:
        return SafeString()
    drawn = segno.make(code, error="m", micro=False)
    return mark_safe(drawn.svg_inline(border=2, dark="#000", omitsize=True))  # noqa: S308 (our own SVG)
