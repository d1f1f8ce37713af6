"""A whole volume as one searchable PDF: cover, catalogue, the papers with their numbers, note sheet (A10 A11).

The caller has fetched the volume under the right that a copy asks for. Writes nothing but the journal's line.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dms.arrangement.models import Binding
from dms.arrangement.policy.page_numbers import numbers_of_sides
from dms.arrangement.prints.facts import BoundVolume, cover_of, note_of, rows_of
from dms.arrangement.prints.shapes import Language
from dms.arrangement.prints.sheets import render_around
from dms.core.errors import NotFound
from dms.holdings.models.pages import Side
from dms.journal.services import record

from .pdf import PdfPage
from .pdf_binding import BindingWriter, leaves_of
from .selectors import Image, images_of
from .services import IN_MEMORY, pdf_page


def make_volume_pdf(*, bound: BoundVolume, language: Language, acting_user: Any) -> BinaryIO:
    """Return the volume as PDF in a nameless file, the catalogue as its bookmarks; journalled once it is whole.

    Raise NotFound where nothing is bound in it.
    """
    if not bound.bindings:
        raise NotFound
    target = cast(
        BinaryIO,
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115
    )
    try:
        with translation.override(language):
            pages = _write(target, bound, language)
        with transaction.atomic():
            record("volume.downloaded", by=acting_user, thing=bound.volume, facts={"pages": pages})
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def _write(target: BinaryIO, bound: BoundVolume, language: Language) -> int:
    """Write the volume; return how many images of pages are in it."""
    around = render_around(cover_of(bound), rows_of(bound), note_of(bound), language)
    leaves = leaves_of(around.pdf)
    writer = BindingWriter(target, title=bound.volume.journal_label, leaves=leaves, before=around.before)
    writer.bookmark(_("Volume cover"), leaves.pages[0])
    writer.bookmark(_("In-volume catalogue"), leaves.pages[1])
    pages, images = 0, images_of(bound.items)
    for binding in bound.bindings:
        entries = [writer.add(page) for page in _pages_of(binding, images.get(binding.item_id, []))]
        below = binding.number is None
        title = binding.item.title if below else f"{binding.number} {binding.item.title}"
        writer.bookmark(title, entries[0] if entries else None, below=below)
        pages += len(entries)
    writer.bookmark(_("Note sheet"), leaves.pages[around.before])
    writer.close()
    return pages


def _pages_of(binding: Binding, images: Sequence[Image]) -> Iterator[PdfPage]:
    """Yield the pages of an item with the numbers they have in the volume: none on a blank side."""
    first = binding.first_page
    numbers = numbers_of_sides([capture.page.state for capture, _reading in images], first or 0)
    for (capture, reading), number in zip(images, numbers, strict=True):
        back = capture.page.side == Side.BACK
        yield pdf_page(capture, reading, number=number if first else None, back=back)
