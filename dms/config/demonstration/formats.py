"""Writes scanned sides as the files that offices send: PDF, TIFF, JPEG, PNG. The same sides give the same bytes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from .sheets import Rule, Side, Text

_EPOCH = time.gmtime(1_700_000_000)
_EXIF_ORIENTATION = 0x0112


def scanned_pdf(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write an image-only PDF, one JPEG a page."""
    first, *rest = images
    # Pillow would otherwise write the file's name and the time into it.
    notes = {"title": "scan", "creationDate": _EPOCH, "modDate": _EPOCH}
    first.save(path, "PDF", save_all=True, append_images=rest, resolution=dpi, quality=72, **notes)


def fax_tiff(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write a black-and-white TIFF in Group 4, one frame a page."""
    first, *rest = [_black_and_white(image) for image in images]
    first.save(path, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=(dpi, dpi))


def lzw_tiff(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write a grey or coloured TIFF in LZW, one frame a page."""
    # Fewer grey levels, as scanners' own drivers do: LZW makes noise larger than it was.
    first, *rest = [image.point(lambda level: level & 0xF0 | 0x08) for image in images]
    first.save(path, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw", dpi=(dpi, dpi))


def jpeg(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write the only page as JPEG."""
    _only(images).save(path, "JPEG", quality=74, dpi=(dpi, dpi))


def poor_jpeg(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write the only page as a JPEG squeezed too hard."""
    _only(images).save(path, "JPEG", quality=32, dpi=(dpi, dpi))


def sideways_jpeg(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write the only page as it came out when the sheet lay across: turned by 90°, with nothing that says so."""
    _only(images).transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", quality=74, dpi=(dpi, dpi))


def phone_jpeg(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write the only page as a telephone stores it: pixels turned, the right way up noted in EXIF."""
    turned = _only(images).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = 6
    turned.save(path, "JPEG", quality=74, dpi=(dpi, dpi), exif=exif)


def png(path: Path, images: Sequence[Image.Image], dpi: int) -> None:
    """Write the only page as PNG with sixteen grey levels."""
    _only(images).convert("L").point(lambda level: level & 0xF0 | 0x08).save(path, "PNG", dpi=(dpi, dpi))


def _only(images: Sequence[Image.Image]) -> Image.Image:
    if len(images) != 1:
        raise ValueError(f"this format holds one page, not {len(images)}")
    return images[0]


def _black_and_white(image: Image.Image) -> Image.Image:
    grey = np.asarray(image.convert("L"))
    threshold = float(np.median(grey)) * 0.72
    return Image.fromarray(grey > threshold)


WRITERS: dict[str, Callable[[Path, Sequence[Image.Image], int], None]] = {
    "scanned_pdf": scanned_pdf,
    "fax_tiff": fax_tiff,
    "lzw_tiff": lzw_tiff,
    "jpeg": jpeg,
    "poor_jpeg": poor_jpeg,
    "sideways_jpeg": sideways_jpeg,
    "phone_jpeg": phone_jpeg,
    "png": png,
}
SUFFIXES = {"scanned_pdf": ".pdf", "born_digital": ".pdf", "fax_tiff": ".tif", "lzw_tiff": ".tif", "png": ".png"}

# A font by name, as Chinese office programs referred to it: the reader brings it; UniGB-UCS2-H makes the text Unicode.
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500 814 939 500] "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
    b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def born_digital(path: Path, sides: Sequence[Side]) -> None:
    """Write the sides as a PDF of real text, without any image."""
    pages = range(6, 6 + 2 * len(sides), 2)
    kids = " ".join(f"{number} 0 R" for number in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(sides)} /Kids [{kids}] >>".encode(),
        *_FONT,
    ]
    for number, side in zip(pages, sides, strict=True):
        content = _content(side)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {side.size[0]:g} {side.size[1]:g}] "
            f"/Resources << /Font << /F 3 0 R >> >> /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    path.write_bytes(_file(objects))


def _content(side: Side) -> bytes:
    height = side.size[1]
    parts = []
    for mark in side.marks:
        if isinstance(mark, Text):
            code = mark.string.encode("utf-16-be").hex()
            base = height - mark.y - mark.size * 0.88
            parts.append(f"BT /F {mark.size:g} Tf {mark.x:.1f} {base:.1f} Td <{code}> Tj ET")
        elif isinstance(mark, Rule):
            parts.append(
                f"{mark.width:g} w {mark.x0:.1f} {height - mark.y0:.1f} m {mark.x1:.1f} {height - mark.y1:.1f} l S"
            )
    return "\n".join(parts).encode()


def _file(objects: Sequence[bytes]) -> bytes:
    """Put numbered objects together with the table of their places."""
    whole, places = bytearray(b"%PDF-1.5\n%\xe5\x8d\xb7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    whole += b"".join(b"%010d 00000 n \n" % place for place in places)
    whole += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(whole)
