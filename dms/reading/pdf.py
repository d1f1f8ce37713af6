"""Writes a PDF of page images, page after page, with their text invisible behind. Knows neither records nor rights.

Memory stays flat whatever the number of pages: each goes to the target at once, only offsets are kept.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from ocr.page_text import PageText, Word

POINTS_PER_INCH = 72
A4_LONG_SIDE = 842
LARGEST_SIDE = 14_400  # what PDF readers accept
_COLOURS = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}
_CATALOGUE, _TREE, _FONT, _CID_FONT, _FONT_FACTS, _ABOUT, _FIRST_FREE = range(1, 8)
# Directions of a line of text on a capture that is shown turned clockwise by so many degrees.
_ALONG = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to write: its JPEG, the capture's size in pixels, its turn in degrees clockwise, and its text if any."""

    jpeg: bytes
    width: int
    height: int
    dpi: int | None = None
    turn: int = 0
    text: PageText | None = None

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points, unturned: the paper's true size where the resolution is known, else A4."""
        scale = POINTS_PER_INCH / self.dpi if self.dpi else A4_LONG_SIDE / max(self.width, self.height)
        scale = min(scale, LARGEST_SIDE / max(self.width, self.height))
        return self.width * scale, self.height * scale


class PdfWriter:
    """Writes to a seekable binary file: `add` each page, then `close`. The file stays open; it is the caller's."""

    def __init__(self, target: BinaryIO, *, title: str) -> None:
        self._target = target
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []
        self._next = _FIRST_FREE
        target.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._write(_ABOUT, f"<< /Title {_unicode(title)} /Producer (Juanzong) >>")
        self._write_font()

    def add(self, page: PdfPage) -> None:
        """Write one page. Raise OSError where its image is no JPEG in grey or colour."""
        image, content, entry = self._next, self._next + 1, self._next + 2
        self._next += 3
        self._write_image(image, page.jpeg)
        width, height = page.points
        self._write_stream(content, "", _content(page).encode("ascii"))
        self._write(
            entry,
            f"<< /Type /Page /Parent {_TREE} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Rotate {page.turn} "
            f"/Resources << /XObject << /I {image} 0 R >> /Font << /F {_FONT} 0 R >> >> /Contents {content} 0 R >>",
        )
        self._pages.append(entry)

    def close(self) -> None:
        """Write the page tree and the table of offsets."""
        kids = " ".join(f"{entry} 0 R" for entry in self._pages)
        self._write(_TREE, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>")
        self._write(_CATALOGUE, f"<< /Type /Catalog /Pages {_TREE} 0 R >>")
        start = self._target.tell()
        rows = "".join(f"{self._offsets[number]:010} 00000 n \n" for number in range(1, self._next))
        self._target.write(f"xref\n0 {self._next}\n0000000000 65535 f \n{rows}".encode("ascii"))
        trailer = f"trailer\n<< /Size {self._next} /Root {_CATALOGUE} 0 R /Info {_ABOUT} 0 R >>\n"
        self._target.write(f"{trailer}startxref\n{start}\n%%EOF\n".encode("ascii"))

    def _write_image(self, number: int, jpeg: bytes) -> None:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            width, height, mode = image.width, image.height, image.mode
        if mode not in _COLOURS:
            raise OSError(f"an image in {mode} is no page of ours")
        facts = (
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
            f"/ColorSpace {_COLOURS[mode]} /BitsPerComponent 8 /Filter /DCTDecode "
        )
        self._write_stream(number, facts, jpeg)

    def _write_font(self) -> None:
        """Name a Chinese font that need not be there: nothing is ever drawn with it."""
        descendant = "/Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H "
        self._write(_FONT, f"<< {descendant}/DescendantFonts [{_CID_FONT} 0 R] >>")
        system = "<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
        self._write(
            _CID_FONT,
            f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo {system} "
            f"/DW 1000 /FontDescriptor {_FONT_FACTS} 0 R >>",
        )
        self._write(
            _FONT_FACTS,
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
            "/ItalicAngle 0 /Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 >>",
        )

    def _write(self, number: int, body: str) -> None:
        self._offsets[number] = self._target.tell()
        self._target.write(f"{number} 0 obj\n{body}\nendobj\n".encode("ascii"))

    def _write_stream(self, number: int, facts: str, data: bytes) -> None:
        self._offsets[number] = self._target.tell()
        self._target.write(f"{number} 0 obj\n<< {facts}/Length {len(data)} >>\nstream\n".encode("ascii"))
        self._target.write(data)
        self._target.write(b"\nendstream\nendobj\n")


def _content(page: PdfPage) -> str:
    """Return the drawing of a page: the image over the whole page, then its words in text mode 3 (invisible)."""
    width, height = page.points
    scale = width / page.width
    drawn = [f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /I Do Q"]
    lines = page.text.lines if page.text else ()
    words = [_word(word, page) for line in lines for word in line.words if word.text]
    if words:
        drawn.append(f"q {scale:.6f} 0 0 {scale:.6f} 0 0 cm BT 3 Tr")
        drawn.extend(word for word in words if word)
        drawn.append("ET Q")
    return "\n".join(drawn)


def _word(word: Word, page: PdfPage) -> str:
    """Return one word stretched over its box, along the direction in which the turned page is read."""
    x0, y0, x1, y1 = word.box
    across = page.turn in (90, 270)
    length, size = (y1 - y0, x1 - x0) if across else (x1 - x0, y1 - y0)
    if length < 1 or size < 1:
        return ""
    text = (" " if word.space_before else "") + word.text
    # Every glyph counts one em (/DW 1000), whatever it is; the stretch makes the run as long as the box.
    stretch = 100 * length / (size * len(word.text))
    # A space stands before the box, so that what is copied keeps it.
    back = size * stretch / 100 if word.space_before else 0
    a, b, c, d = _ALONG[page.turn]
    x = {0: x0, 90: x1, 180: x1, 270: x0}[page.turn] - a * back
    y = page.height - {0: y1, 90: y1, 180: y0, 270: y0}[page.turn] - b * back
    shown = text.encode("utf-16-be", "replace").hex()
    return f"/F {size} Tf {stretch:.2f} Tz {a} {b} {c} {d} {x:.1f} {y:.1f} Tm <{shown}> Tj"


def _unicode(text: str) -> str:
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be', 'replace').hex()}>"
