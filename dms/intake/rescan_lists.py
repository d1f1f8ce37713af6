"""The list of pages to rescan as a file (xlsx, csv): what whoever stands at the scanner needs (A17)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dms.core import clock
from dms.core.errors import NotFound
from dms.core.table_files import WRITERS, Export
from dms.journal.services import record

from .check_sheets import SheetLine, to_rescan
from .models import ScanBatch
from .scan_quality import name_of


def export_rescans(batch: ScanBatch, kind: str, *, user: Any) -> Export:
    """Return the list as a file of `kind`; raise NotFound for another kind. Journalled with the number of rows."""
    if kind not in WRITERS:
        raise NotFound
    lines = to_rescan(batch, user)
    media_type, write = WRITERS[kind]
    heading = [
        _("Dossier"),
        _("Entry number"),
        _("Item"),
        _("Page"),
        _("What is wrong"),
        _("Note"),
        _("Found by"),
        _("Found on"),
    ]
    content = write(_("Pages to rescan"), heading, (_cells(batch, line) for line in lines))
    record("batch.rescans_exported", by=user, thing=batch, facts={"format": kind, "rows": len(lines)})
    return Export(content, media_type, f"rescans-{clock.today().isoformat()}.{kind}", len(lines))


def _cells(batch: ScanBatch, line: SheetLine) -> list[str]:
    check = line.check
    return [
        batch.dossier.number,
        str(line.item.entry_number),
        line.item.title,
        str(line.page.position),
        pgettext("in a list", ", ").join(name_of(reason) for reason in check.reasons),
        check.note,
        str(check.decided_by or ""),
        check.decided_at.date().isoformat() if check.decided_at else "",
    ]
