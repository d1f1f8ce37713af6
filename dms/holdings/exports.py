"""The dossier list as a file (xlsx, csv). Only what the list shows: no own field, so no personal value leaves here."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.table_files import WRITERS, Export
from dms.journal.services import record

from .columns import EVERY
from .listing import Filters, Order, every_dossier

MOST_ROWS = 100_000


def export_list(kind: str, *, user: Any, filters: Filters, order: Order, filters_in_words: dict[str, str]) -> Export:
    """Return the whole filtered list as a file of `kind` ("xlsx" or "csv"); raise Refusal where it is too long.

    Journalled with the number of rows; what was typed into the filters may be a name and is therefore sealed.
    """
    media_type, write = WRITERS[kind]
    counted = _Counted(every_dossier(user, filters, order, limit=MOST_ROWS + 1))
    heading = [str(column.heading) for column in EVERY]
    lines = ([column.text(dossier) for column in EVERY] for dossier in counted)
    content = write(_("Dossiers"), heading, lines)
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
