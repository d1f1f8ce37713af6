"""Tables as files for a spreadsheet (xlsx, csv). What stands in the rows, and who may have it, the rooms decide."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # which a workbook cannot hold

# (title of the sheet, names of the columns, rows) → the file
Writer = Callable[[str, list[str], Iterable[list[str]]], bytes]


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file."""

    content: bytes
    media_type: str
    file_name: str
    rows: int


def harmless(value: str) -> str:
    """Return `value` so that no spreadsheet takes it for a formula (an apostrophe before the sign) or chokes on it."""
    value = _UNPRINTABLE.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value


def as_csv(title: str, heading: list[str], rows: Iterable[list[str]]) -> bytes:
    """Return a CSV file in UTF-8 with a mark: spreadsheets take one without it for GBK. A CSV file has no title."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, heading: list[str], rows: Iterable[list[str]]) -> bytes:
    """Return an Excel file of one sheet whose heading stays in sight."""
    from openpyxl import Workbook  # slow to load, and seldom asked for

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(heading)
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


WRITERS: dict[str, tuple[str, Writer]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "csv": ("text/csv; charset=utf-8", as_csv),
}
