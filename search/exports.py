"""Hits as a table in a file: entries and page numbers, no text of any page."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from openpyxl import Workbook

from dms.holdings.exports import harmless

if TYPE_CHECKING:
    from .selectors import FoundHit


def heading() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [
        _("Dossier"), _("Name"), _("Section"), _("Entry number"), _("Reference code"), _("Title"),
        _("Date of the document"), _("Page"), _("Access"),
    ]  # fmt: skip


def lines(hits: "Iterable[FoundHit]") -> Iterator[list[str]]:
    """Yield one row a hit, each cell so that no spreadsheet takes it for a formula."""
    for hit in hits:
        item = hit.item
        row = (
            item.dossier.number,
            item.dossier.name,
            str(item.section or ""),
            str(item.entry_number),
            item.reference_code,
            item.title,
            item.document_date.isoformat() if item.document_date else "",
            str(hit.page.position) if hit.page else "",
            "" if hit.readable else _("on request"),
        )
        yield [harmless(cell) for cell in row]


def _write_csv(names: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take a file without the mark for GBK


def _write_xlsx(names: list[str], rows: Iterable[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Search"))
    sheet.freeze_panes = "A2"
    sheet.append(names)
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


Writer = Callable[[list[str], Iterable[list[str]]], bytes]
WRITERS: dict[str, tuple[str, Writer]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _write_xlsx),
    "csv": ("text/csv; charset=utf-8", _write_csv),
}
