"""The dossier list as a file (xlsx, csv). Only what the list shows: no own field, so no personal value leaves here."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from dms.core import clock
from dms.core.errors import Refusal
from dms.journal.services import record

from .columns import EVERY
from .listing import Filters, Order, every_dossier

MOST_ROWS = 100_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file."""

    content: bytes
    media_type: str
    file_name: str
    rows: int


def harmless(value: str) -> str:
    """Return `value` so that no spreadsheet takes it for a formula (an apostrophe before the sign) or chokes on it."""
    value = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value


def export_list(kind: str, *, user: Any, filters: Filters, order: Order, filters_in_words: dict[str, str]) -> Export:
    """Return the whole filtered list as a file of `kind` ("xlsx" or "csv"); raise Refusal where it is too long.

    Journalled with the number of rows; what was typed into the filters may be a name and is therefore sealed.
    """
    media_type, write = WRITERS[kind]
    counted = _Counted(every_dossier(user, filters, order, limit=MOST_ROWS + 1))
    heading = [str(column.heading) for column in EVERY]
    lines = ([harmless(column.text(dossier)) for column in EVERY] for dossier in counted)
    content = write(heading, lines)
    if counted.number > MOST_ROWS:
        raise Refusal(
            _("An export holds at most %(most)s dossiers.") % {"most": f"{MOST_ROWS:,}"},
            _("Narrow the list by year or department and export it in parts."),
        )
    sealed = "; ".join(f"{name}={value}" for name, value in filters_in_words.items())
    record("dossiers.exported", by=user, facts={"format": kind, "rows": counted.number}, sealed=sealed)
    return Export(content, media_type, f"dossiers-{clock.today().isoformat()}.{kind}", counted.number)


class _Counted:
    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.rows:
            self.number += 1
            yield row


def _write_csv(heading: list[str], lines: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take a file without the mark for GBK


def _write_xlsx(heading: list[str], lines: Iterable[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Dossiers"))
    sheet.freeze_panes = "A2"
    sheet.append(heading)
    for line in lines:
        sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


Writer = Callable[[list[str], Iterable[list[str]]], bytes]
WRITERS: dict[str, tuple[str, Writer]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _write_xlsx),
    "csv": ("text/csv; charset=utf-8", _write_csv),
}
