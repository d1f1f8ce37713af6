"""Takes PDF pages apart: the embedded scan as it is, else a one-page PDF; the text layer of born-digital pages.

What is stored is what is drawn: size, text and picture are all taken from the master made here, not from the source.
"""

import ctypes
import io
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from . import pictures
from .kinds import Kind
from .limits import Limits
from .pages import SplitPage
from .refused import FileRefused
from .textlayer import text_layer

DRAWN_DPI = 200
FINEST_DRAWN_DPI = 300
POINTS = 72
_PASSWORD = raw.FPDF_ERR_PASSWORD
_ROUGH = 64  # pixels of the two small pictures that are held against each other
_SAME = 14.0  # mean difference in grey steps: another page, an inversion or a turn gives 40 and more


class PdfFile:
    """A foreign PDF, opened; pages are taken out one at a time, in any order."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._size = stream.seek(0, 2)
        stream.seek(0)
        self._pdf = _opened(stream)
        self.page_count = len(self._pdf)
        if self.page_count > limits.pages:
            raise FileRefused("too_many_pages", limit=limits.pages)
        if self.page_count < 1:
            raise FileRefused("no_pages")

    def page(self, index: int) -> tuple[SplitPage, Image.Image]:
        """Return page `index` (from 0) and its picture for the derivatives; raise FileRefused."""
        try:
            return self._as_scan(index) or self._as_sheet(index)
        except pdfium.PdfiumError:
            raise FileRefused("damaged") from None

    def _as_scan(self, index: int) -> tuple[SplitPage, Image.Image] | None:
        page = self._pdf[index]
        try:
            data = _sole_jpeg(page)
            if data is None:
                return None
            return _scan_page(index, page, data, self._limits)
        finally:
            page.close()

    def _as_sheet(self, index: int) -> tuple[SplitPage, Image.Image]:
        master = self._one_page(index)
        with _closing(pdfium.PdfDocument(master)) as pdf:
            page = pdf[0]
            coverage, native = _pictures_on(page)
            width, height, dpi = drawn_size(page, native, self._limits)
            image = _drawn(page, width, height)
            lines = text_layer(page, width, height, coverage)
        told = min(native, FINEST_DRAWN_DPI) if native else dpi
        if len(master) > self._most_for_one_page():
            return _packed_drawing(index, image, told, lines), image
        return SplitPage(index, master, Kind.PDF.media_type, width, height, told, lines), image

    def _one_page(self, index: int) -> bytes:
        with _closing(pdfium.PdfDocument.new()) as single:
            single.import_pages(self._pdf, [index])
            page = single[0]
            # Stamps, notes and filled fields belong to what the paper shows; outside their form they would vanish.
            if raw.FPDFPage_GetAnnotCount(page) > 0:
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            out = io.BytesIO()
            single.save(out)
        return out.getvalue()

    def _most_for_one_page(self) -> int:
        """A page that drags the pictures of all others along (shared resources) would make n pages n² big."""
        return max(8 << 20, 4 * self._size // self.page_count)


def draw(master: bytes, width: int, height: int) -> Image.Image:
    """Return the only page of a one-page PDF drawn on white, RGB, `width` × `height` pixels; raise FileRefused."""
    with _closing(_opened(io.BytesIO(master))) as pdf:
        return _drawn(pdf[0], width, height)


def drawn_size(page: Any, native: int, limits: Limits) -> tuple[int, int, int]:
    """Return (width, height, dpi) at which a page is drawn: 200 dpi, its scan's own up to 300, less for giants."""
    wide, high = (max(1.0, side) for side in page.get_size())
    dpi = float(min(max(native, DRAWN_DPI), FINEST_DRAWN_DPI))
    pixels = min(limits.pixels, limits.drawn_pixels)
    area = wide * high * (dpi / POINTS) ** 2
    if area > pixels:
        dpi *= (pixels / area) ** 0.5
    dpi = min(dpi, limits.drawn_side * POINTS / max(wide, high))
    # Downwards, so that no rounding steps over a limit.
    width, height = (max(1, int(side * dpi / POINTS + 0.001)) for side in (wide, high))
    return width, height, max(1, round(dpi))


class _closing:
    """Close pdfium's handles at once: its memory is no business of Python's collector."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf

    def __enter__(self) -> Any:
        return self._pdf

    def __exit__(self, *_: object) -> None:
        self._pdf.close()


def _opened(stream: BinaryIO) -> Any:
    try:
        pdf = pdfium.PdfDocument(stream)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise FileRefused("encrypted" if code == _PASSWORD or "password" in str(error).lower() else "damaged") from None
    return pdf


def _drawn(page: Any, width: int, height: int) -> Image.Image:
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT)
        return bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()


def _sole_jpeg(page: Any) -> bytes | None:
    """Return the JPEG of a page that is exactly one upright, uncropped picture and nothing else; None otherwise."""
    if page.get_rotation() or raw.FPDFPage_GetAnnotCount(page) or page.get_cropbox() != page.get_mediabox():
        return None
    objects = list(islice(page.get_objects(max_depth=1), 2))
    if len(objects) != 1 or objects[0].type != raw.FPDF_PAGEOBJ_IMAGE:
        return None
    picture = objects[0]
    if picture.get_filters() != ["DCTDecode"] or not _covers(picture, page):
        return None
    data = bytes(picture.get_data())
    return data if data.startswith(b"\xff\xd8\xff") else None


def _covers(picture: Any, page: Any) -> bool:
    a, b, c, d, e, f = picture.get_matrix().get()
    left, bottom, right, top = page.get_mediabox()
    wide, high = right - left, top - bottom
    straight = a > 0 and d > 0 and abs(b) < 0.01 * a and abs(c) < 0.01 * d
    near = max(1.5, 0.005 * max(wide, high))
    edges = (e - left, f - bottom, a - wide, d - high)
    return straight and all(abs(edge) <= near for edge in edges)


def _scan_page(index: int, page: Any, data: bytes, limits: Limits) -> tuple[SplitPage, Image.Image] | None:
    picture = pictures.open_picture(io.BytesIO(data), Kind.JPEG, limits)
    # PDF knows no EXIF: a turned JPEG would be turned twice. Four-colour scans have too many conventions to guess.
    if picture.mode not in {"L", "RGB"} or pictures.turned(picture) is not picture:
        return None
    width, height = picture.size
    image = pictures.load_image(data, Kind.JPEG.media_type, width, height, at_least=2200, limits=limits)
    if not _looks_like(page, image):
        return None
    dpi = round(width * POINTS / max(1.0, page.get_width()))
    return SplitPage(index, data, Kind.JPEG.media_type, width, height, dpi, None), image


def _looks_like(page: Any, image: Image.Image) -> bool:
    """Masks, inversions and colour tricks of PDF are not in the JPEG: the page, drawn small, must look like it."""
    rough = np.asarray(_drawn(page, _ROUGH, _ROUGH).convert("L"), dtype=np.int16)
    small = image.resize((_ROUGH, _ROUGH), Image.Resampling.BOX).convert("L")
    return float(np.abs(rough - np.asarray(small, dtype=np.int16)).mean()) < _SAME


def _pictures_on(page: Any) -> tuple[float, int]:
    """Return (share of the page under pictures, resolution in dpi of one that fills over half of it, else 0)."""
    wide, high = page.get_size()
    area, covered, native = max(1.0, wide * high), 0.0, 0
    for picture in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4), 200):
        left, bottom, right, top = picture.get_bounds()
        share = max(0.0, right - left) * max(0.0, top - bottom) / area
        covered += share
        if share > 0.5:
            native = max(native, _resolution(picture, right - left, top - bottom))
    return min(1.0, covered), native


def _resolution(picture: Any, wide: float, high: float) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(picture, width, height):
        return 0
    return round(POINTS * max(width.value, height.value) / max(1.0, wide, high))


def _packed_drawing(index: int, image: Image.Image, dpi: int, lines: Any) -> SplitPage:
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi))
    return SplitPage(index, out.getvalue(), Kind.PNG.media_type, image.width, image.height, dpi, lines)
