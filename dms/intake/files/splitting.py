"""Splits a file into pages, one lossless master each. Foreign bytes are parsed here: only the bench's process runs it.

`split(path)` and `bench.Bench` run it in that process; `open_file` is what runs there.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from PIL import Image

from . import pictures
from .derivatives import LONG_SIDE, make_derivatives
from .kinds import Kind
from .limits import Limits
from .measuring import measure
from .pages import Measures, SplitPage
from .pictures import load_image
from .refused import FileRefused
from .tiff import Frame, TiffReader

__all__ = ["SplitPage", "load_image", "open_file", "split", "split_page"]


class PagedFile(Protocol):
    """An opened file whose pages can be taken out in any order."""

    page_count: int

    def page(self, index: int) -> tuple[SplitPage, Image.Image]:
        """Return page `index` (from 0) without derivatives, and its picture (at least 2,200 px where it has them)."""


def split(path: Path | str, limits: Limits = Limits()) -> Iterator[SplitPage]:  # noqa: B008 - frozen
    """Yield the pages of the file at `path`, split in a process of their own; raise FileRefused."""
    from .bench import Bench

    with Bench(limits) as bench, open(path, "rb") as stream:
        pages = bench.open(stream, Path(path).name).pages
        for index in range(pages):
            yield bench.page(index)


def open_file(stream: BinaryIO, kind: Kind, limits: Limits) -> PagedFile:
    """Open a sniffed file and check all that it declares (pages, frames, pixels) before a pixel is decoded."""
    if kind is Kind.PDF:
        from .pdf import PdfFile  # pdfium only where a PDF comes

        return PdfFile(stream, limits)
    return _TiffFile(stream, limits) if kind is Kind.TIFF else _PictureFile(stream, kind, limits)


def split_page(file: PagedFile, index: int) -> SplitPage:
    """Return page `index` (from 0) with its derivatives; raise FileRefused (`truncated_page` names the page)."""
    try:
        page, image = file.page(index)
        derivatives = make_derivatives(image)
    except FileRefused as refusal:
        raise _with_page(refusal, index, file.page_count) from None
    except pictures.FAULTS as fault:
        raise _with_page(pictures.refusal_of(fault), index, file.page_count) from None
    page.image, page.thumbnail = derivatives.image, derivatives.thumbnail
    page.measures = _measures_of(page, image)
    return page


def _measures_of(page: SplitPage, image: Image.Image) -> Measures | None:
    """A17: measure the scan. A page that brings its text along comes from no scanner."""
    if page.text_layer:
        return None
    return measure(image, round(page.dpi * max(image.size) / max(page.width, page.height)))


def _with_page(refusal: FileRefused, index: int, pages: int) -> FileRefused:
    if pages > 1 and refusal.code in {"truncated", "damaged"}:
        return FileRefused("truncated_page", page=index + 1, pages=pages)
    return refusal


class _PictureFile:
    """JPEG, PNG, WebP, BMP: the file is its only page's master, byte for byte."""

    page_count = 1

    def __init__(self, stream: BinaryIO, kind: Kind, limits: Limits) -> None:
        self._stream, self._kind, self._limits = stream, kind, limits
        picture = pictures.open_picture(stream, kind, limits)
        # The second picture of a telephone's MPO is a preview; moving PNG and WebP are something else.
        if kind is not Kind.JPEG and getattr(picture, "n_frames", 1) > 1:
            raise FileRefused("moving")
        if stream.seek(0, 2) > limits.master_bytes:
            raise FileRefused("too_large", limit=limits.master_bytes >> 20)

    def page(self, index: int) -> tuple[SplitPage, Image.Image]:
        """Return the page; the picture is decoded to its end, so that a file that breaks off is noticed."""
        self._stream.seek(0)
        master = self._stream.read()
        picture = pictures.open_picture(io.BytesIO(master), self._kind, self._limits)
        media_type = self._kind.media_type
        width, height = pictures.upright_size(picture)
        dpi = pictures.likely_dpi(pictures.declared_dpi(picture), width, height)
        image = load_image(master, media_type, width, height, at_least=LONG_SIDE, limits=self._limits)
        return SplitPage(index, master, media_type, width, height, dpi, None), image


class _TiffFile:
    """TIFF: each frame becomes a TIFF of its own, its compression kept where the format allows it."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._reader = TiffReader(stream, limits)
        self._frames = self._reader.frames()
        self.page_count = len(self._frames)
        for frame in self._frames:
            pictures.check_size(frame.width, frame.height, limits)

    def page(self, index: int) -> tuple[SplitPage, Image.Image]:
        """Return the frame as a page."""
        frame = self._frames[index]
        master = self._reader.copy(frame)
        if master is None:
            master = self._packed_anew(frame)
        picture = pictures.open_picture(io.BytesIO(master), Kind.TIFF, self._limits)
        width, height = pictures.upright_size(picture)
        media_type = Kind.TIFF.media_type
        image = load_image(master, media_type, width, height, limits=self._limits)
        dpi = pictures.likely_dpi(frame.dpi, width, height)
        return SplitPage(index, master, media_type, width, height, dpi, None), image

    def _packed_anew(self, frame: Frame) -> bytes:
        picture = pictures.open_picture(self._stream, Kind.TIFF, self._limits)
        try:
            picture.seek(frame.chain_index)
        except pictures.FAULTS as fault:
            raise pictures.refusal_of(fault) from None
        pictures.check_size(*picture.size, self._limits)
        pictures.decoded(picture)
        out = io.BytesIO()
        dots = (frame.dpi, frame.dpi) if frame.dpi else None
        picture.copy().save(out, "TIFF", compression="tiff_adobe_deflate", **({"dpi": dots} if dots else {}))
        return out.getvalue()
