"""Hits as a table in a file: entries and page numbers, no text of any page."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .selectors import FoundHit


def heading() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [
        _("Dossier"), _("Name"), _("Section"), _("Entry number"), _("Reference code"), _("Title"),
        _("Date of the document"), _("Page"), _("Access"),
    ]  # fmt: skip


def lines(hits: "Iterable[FoundHit]") -> Iterator[list[str]]:
    """Yield one row a hit."""
    for hit in hits:
        item = hit.item
        yield [
            item.dossier.number,
            item.dossier.name,
            str(item.section or ""),
            str(item.entry_number),
            item.reference_code,
            item.title,
            item.document_date.isoformat() if item.document_date else "",
            str(hit.page.position) if hit.page else "",
            "" if hit.readable else _("on request"),
        ]
