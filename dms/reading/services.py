"""Opens images, makes copies, and notes every look in the journal (C6). Nothing else in this room writes anything.

The caller has fetched the page or item under the right that the act asks for.
"""

import tempfile
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction

from dms.core.errors import NotFound
from dms.holdings.models import Capture, Item, Page, Reading
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import open_plain, read
from ocr.selectors import text_of

from .pdf import PdfPage, PdfWriter
from .selectors import capture_of, captures_of, readings_of

IN_MEMORY = 1 << 20


def open_page_image(*, page: Page, version: int | None = None, acting_user: User) -> tuple[BinaryIO, StoredFile]:
    """Return the JPEG of a page (its current image, or that version of it) as a stream, journalled as `page.read`.

    Raises NotFound where there is no such version, Destroyed or Damaged from the vault; a look that shows nothing
    leaves no line.
    """
    capture = capture_of(page, version)
    if capture is None:
        raise NotFound
    stream = open_plain(capture.derivative)
    try:
        with transaction.atomic():
            record("page.read", by=acting_user, thing=page, facts={"capture": capture.version})
    except BaseException:
        stream.close()
        raise
    return stream, capture.derivative


def open_thumbnail(*, page: Page) -> tuple[BinaryIO, StoredFile]:
    """Return the thumbnail of a page as a stream. Not journalled: they come in lists, too small to be read."""
    capture = capture_of(page)
    if capture is None:
        raise NotFound
    return open_plain(capture.thumbnail), capture.thumbnail


def note_text_read(*, page: Page, version: int, acting_user: User) -> None:
    """Journal that the text of a page was shown; whoever opens no image has still read it (C6)."""
    with transaction.atomic():
        record("page.text_read", by=acting_user, thing=page, facts={"text": version})


def make_item_pdf(*, item: Item, acting_user: User) -> BinaryIO:
    """Return the item as PDF, upright, its text searchable, in a nameless file; journalled once it is whole."""
    target = cast(
        BinaryIO,
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115
    )
    try:
        writer, pages = PdfWriter(target, title=item.title), 0
        for capture in captures_of(item).iterator():
            writer.add(pdf_page(capture, _current_reading(capture)))
            pages += 1
        if not pages:
            raise NotFound
        writer.close()
        with transaction.atomic():
            record("item.downloaded", by=acting_user, thing=item, facts={"pages": pages})
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def _current_reading(capture: Capture) -> Reading | None:
    return next((reading for reading in readings_of(capture) if reading.is_current), None)


def pdf_page(capture: Capture, reading: Reading | None, *, number: int | None = None, back: bool = False) -> PdfPage:
    """Return an image with that text for a PDF, with the number it has in its volume if any (A10)."""
    return PdfPage(
        jpeg=read(capture.derivative),
        width=capture.width,
        height=capture.height,
        dpi=capture.dpi,
        turn=capture.turn,
        text=text_of(reading) if reading else None,
        number=number,
        back=back,
    )


def note_item_printed(*, item: Item, pages: int, acting_user: User) -> None:
    """Journal that an item was laid out for printing, with how many pages."""
    with transaction.atomic():
        record("item.printed", by=acting_user, thing=item, facts={"pages": pages})
