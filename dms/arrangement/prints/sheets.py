"""The sheets of a volume after GB/T 9705: cover, cover of a soft volume, in-volume catalogue, note sheet (A11).

Pure: facts in, PDF out. A4, the left side is bound. Nothing here reads a record or decides who may print.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .engine import LaidOut, Redo, SecondLook, print_pdf
from .fitting import size_for
from .shapes import CatalogueRow, CoverFacts, Language, NoteSheetFacts

# 顺序号 文号 责任者 题名 日期 页号 备注, in mm; together the width between the margins.
COLUMNS = (12, 26, 27, 55, 20, 15, 15)
ROW, LOWEST = 12.0, 297.0 - 18.0  # a row of the paper form; where the lower margin begins
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the catalogue in the words that are printed."""

    no: str
    issue_number: str
    issuer: str
    title: str
    date: str
    pages: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the papers of a volume: a plain PDF whose first `before` pages come first, the rest last."""

    pdf: bytes
    before: int


def render_cover(facts: CoverFacts, language: Language) -> bytes:
    """Return the cover of a volume: one A4 page."""
    return print_pdf("cover", _cover(facts, language, height=86), language)[0]


def render_soft_cover(facts: CoverFacts, rows: Sequence[CatalogueRow], language: Language) -> bytes:
    """Return the cover of a soft volume, which carries the in-volume catalogue (regulation 10, 16)."""
    told = {**_cover(facts, language, height=24), **_catalogue(facts.reference_code, rows, language)}
    return print_pdf("soft_cover", told, language, look=_filled("soft_cover", told))[0]


def render_catalogue(reference_code: str, rows: Sequence[CatalogueRow], language: Language) -> bytes:
    """Return the in-volume catalogue: heads repeat, rows stay whole, blank rows fill the last page."""
    told = _catalogue(reference_code, rows, language)
    return print_pdf("catalogue", told, language, look=_filled("catalogue", told))[0]


def render_note_sheet(facts: NoteSheetFacts, language: Language) -> bytes:
    """Return the note sheet: remarks, overrides and cross-references if any, the names and the days (A11)."""
    return print_pdf("note_sheet", _note(facts, language), language)[0]


def render_around(cover: CoverFacts, rows: Sequence[CatalogueRow], note: NoteSheetFacts, language: Language) -> Around:
    """Return cover, catalogue and note sheet of a volume in one plain PDF, for binding with its pages."""
    told = {**_cover(cover, language, height=86), **_catalogue(cover.reference_code, rows, language)}
    told |= {"cover": cover, "note": note, **_note(note, language)}
    look = _filled("around", told, folio=False)
    pdf, pages = print_pdf("around", told, language, look=look, loose=True)
    return Around(pdf, before=pages.place_of("note")[0])


def _filled(template: str, told: Mapping[str, Any], *, folio: bool = True) -> SecondLook:
    """Return what rules the page on which the table ends down to its foot, with blank rows as the paper form has them.

    Only that page is laid out again: without what stood on earlier pages, its own number written out.
    """

    def look(pages: LaidOut) -> Redo | None:
        page, end = pages.place_of("end")
        blanks = int((LOWEST - end - 0.1) / ROW)
        if blanks <= 0:
            return None
        here = [int(anchor[1:]) for anchor in pages.on_page(page, (f"r{n}" for n in range(len(told["rows"]))))]
        facts = {
            **told,
            "rows": [told["rows"][n] for n in here],
            "blanks": range(blanks),
            "continued": here[:1] != [0] and bool(told["rows"]),
            "folio": f"{page + 1} / {pages.pages}" if folio else "none",
        }
        return Redo(page, template if page == 0 else "catalogue", facts)

    return look


def date_in_print(date: str, language: Language) -> str:
    """Return a date as the form wants it: eight digits in Chinese (GB/T 9705), as written in English."""
    return date.replace("-", "") if language == "zh-hans" and _ISO.fullmatch(date) else date


def span_in_print(first: str, last: str, language: Language) -> str:
    """Return the dates from first to last; one of them where they are the same or the other is unknown."""
    shown = [date_in_print(date, language) for date in dict.fromkeys((first, last)) if date]
    return "—".join(shown) if language == "zh-hans" else " – ".join(shown)


def _cover(facts: CoverFacts, language: Language, *, height: float) -> dict[str, Any]:
    return {
        "facts": facts,
        "fonds_size": size_for(facts.fonds, width=168, height=height / 5, largest=7, smallest=3),
        "title_size": size_for(facts.title, width=158, height=height, largest=9, smallest=2.4),
        "customer_size": size_for(facts.customer, width=136, height=11, largest=3.7, smallest=2.4),
        "dates": span_in_print(facts.date_from, facts.date_to, language),
    }


def _catalogue(reference_code: str, rows: Sequence[CatalogueRow], language: Language) -> dict[str, Any]:
    shown = [_shown(row, language) for row in rows]
    return {"reference_code": reference_code, "rows": shown, "widths": COLUMNS, "blanks": ()}


def _shown(row: CatalogueRow, language: Language) -> ShownRow:
    pages = f"{row.first_page}-{row.last_page}" if row.last_page > row.first_page else str(row.first_page or "")
    date = date_in_print(row.date, language)
    return ShownRow(row.no, row.issue_number, row.issuer, row.title, date, pages, row.remarks)


def _note(facts: NoteSheetFacts, language: Language) -> dict[str, Any]:
    return {
        "facts": facts,
        "compiled_on": date_in_print(facts.compiled_on, language),
        "checked_on": date_in_print(facts.checked_on, language),
    }
