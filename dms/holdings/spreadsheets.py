"""Reads a table out of an Excel or CSV file into lines of text. Knows nothing of dossiers; writes nothing anywhere."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal

MOST_BYTES = 5 << 20
MOST_UNPACKED = 100 << 20
MOST_ROWS = 2000
MOST_COLUMNS = 100
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

Line = tuple[int, list[str]]  # number of the row in the file, from 1, and its cells


def read_table(content: bytes, *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> list[Line]:
    """Return the lines that are not empty, the heading first; raise Refusal, in words, for what is no table.

    Excel (.xlsx) or text with commas, semicolons or tabs, in UTF-8 with or without mark, or in GB18030.
    """
    if not content:
        raise Refusal(_("The file is empty."), _("Choose the file again."))
    if len(content) > most_bytes:
        raise Refusal(
            _("The file is larger than %(most)s MB.") % {"most": most_bytes >> 20}, _("Divide the list into parts.")
        )
    if content.startswith(OLD_EXCEL):
        raise Refusal(
            _("This is an old or protected Excel file."), _("Save it as .xlsx without a password and choose it again.")
        )
    rows = _excel(content, 20 * most_rows) if content.startswith(ZIP) else _text(content, 20 * most_rows)
    lines = [(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]
    if len(lines) > most_rows + 1:
        raise Refusal(
            _("The list has more than %(most)s rows.") % {"most": most_rows}, _("Divide the list into parts.")
        )
    return lines


def _excel(content: bytes, most: int) -> Iterator[list[str]]:
    no_table = Refusal(_("This file cannot be read as an Excel table."), _("Save it as .xlsx or CSV and try again."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            # A few kilobytes can unpack to gigabytes: look at the sizes before anything is unpacked.
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise no_table
        from openpyxl import load_workbook  # slow to load, and seldom asked for

        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()
        # Tables end in thousands of formatted, empty rows; a bound all the same, for who has a million of them.
        rows = islice(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), most)
        return iter([[_as_text(cell) for cell in row] for row in rows])
    except Refusal:
        raise
    except Exception as error:  # the reader's errors are of every kind: KeyError, BadZipFile, XML's own
        raise no_table from error


def _text(content: bytes, most: int) -> Iterator[list[str]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), most))
    except csv.Error as error:
        raise Refusal(_("This file cannot be read as a table."), _("Save it as .xlsx or CSV and try again.")) from error
    return iter([[cell.strip() for cell in row[:MOST_COLUMNS]] for row in rows])


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refusal(_("This file cannot be read as a table."), _("Save it as .xlsx or CSV and try again."))


def _as_text(cell: Any) -> str:
    """Return a cell as somebody would have typed it: dates as 2026-11-24, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
