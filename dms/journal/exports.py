"""Entries as rows of CSV and Excel: no cell is taken for a formula, and sealed particulars never leave by here."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from . import words
from .models import JournalEntry

EXCEL_ROWS = 1_000_000
FORMULA = ("=", "+", "-", "@", "|", "%")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


def header() -> list[str]:
    """Return the names of the columns."""
    return [
        _("Number"), _("When"), _("Person"), _("Post"), _("What was done"), _("Refused"), _("Kind of thing"),
        _("Thing"), _("Particulars"), _("Network address"),
    ]  # fmt: skip


def row(entry: JournalEntry) -> list[str]:
    """Return an entry as safe cells, in the order of `header`."""
    cells = [
        str(entry.pk), timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"), words.person(entry.actor_name),
        words.posts(entry.actor_post), words.action(entry.action), _("yes") if entry.refused else "",
        words.thing_type(entry.thing_type), entry.thing_label or entry.thing_id,
        "; ".join(f"{words.fact(key)}: {value}" for key, value in entry.facts.items()), entry.address,
    ]  # fmt: skip
    return [safe(cell) for cell in cells]


def safe(cell: str) -> str:
    """Return the cell so that no spreadsheet computes it: an apostrophe before what could begin a formula.

    Control characters, which Excel's format cannot hold, become spaces.
    """
    cell = CONTROL.sub(" ", cell)
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell


def csv_lines(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """Yield the lines of a CSV file in UTF-8 with a mark, as Excel wants it."""
    yield "\ufeff" + _line(header())
    for entry in entries:
        yield _line(row(entry))


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def workbook(entries: Iterable[JournalEntry]) -> IO[bytes]:
    """Return an Excel file, open at its beginning; written row by row, so memory stays flat."""
    from openpyxl import Workbook  # slow to load, and seldom asked for

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Journal"))
    sheet.append(header())
    for entry in entries:
        sheet.append(row(entry))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file
