"""The list of volumes as a file (xlsx, csv): the same rows as on the screen, through the same rights, journalled."""

from typing import Any

from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.table_files import WRITERS, Export
from dms.journal.services import record

from .selectors.listing import VolumeFilters, VolumeOrder, every_volume

MOST_ROWS = 20_000


def export_volumes(kind: str, *, user: Any, filters: VolumeFilters, order: VolumeOrder) -> Export:
    """Return the filtered list as a file of `kind` ("xlsx" or "csv"); raise Refusal where it is too long."""
    media_type, write = WRITERS[kind]
    volumes = list(every_volume(user, filters, order, limit=MOST_ROWS + 1))
    if len(volumes) > MOST_ROWS:
        raise Refusal(
            _("An export holds at most %(most)s volumes.") % {"most": f"{MOST_ROWS:,}"},
            _("Narrow the list by year or department and export it in parts."),
        )
    content = write(_("Volumes"), headings(), (cells_of(volume) for volume in volumes))
    record("volumes.exported", by=user, facts={"format": kind, "rows": len(volumes)})
    return Export(content, media_type, f"volumes-{clock.today().isoformat()}.{kind}", len(volumes))


def headings() -> list[str]:
    """Return the columns' names."""
    return [
        _("Reference code"), _("Dossier"), _("Name"), _("Department"), _("Filing year"), _("Part"),
        _("Retention period"), _("Classification"), _("Items"), _("Pages"), _("Sheets"), _("State"), _("Closed on"),
    ]  # fmt: skip


def cells_of(volume: Any) -> list[str]:
    """Return one row as text; `volume` is one of `every_volume`, its items counted."""
    dossier = volume.dossier
    return [
        volume.reference_code,
        dossier.number,
        dossier.name,
        str(dossier.department),
        str(volume.filing_year),
        str(volume.part),
        str(volume.retention),
        str(volume.classification or ""),
        str(volume.items),
        str(volume.last_page),
        str(volume.sheets),
        str(volume.get_state_display()),
        volume.closed_at.date().isoformat() if volume.closed_at else "",
    ]
