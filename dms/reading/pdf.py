"""Writes a PDF of page images, page after page, with their text invisible behind. Knows neither records nor rights.

Memory stays flat whatever the number of pages: each goes to the target at once, only offsets are kept.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO

from PIL import Image

from ocr.page_text import PageText, Word

POINTS_PER_INCH = 72
A4_LONG_SIDE = 842
LARGEST_SIDE = 14_400  # what PDF readers accept
_COLOURS = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}
# Numbers of the objects every file has, counted from where the file's own begin.
_CATALOGUE, _TREE, _FONT, _CID_FONT, _FONT_FACTS, _ABOUT, _DIGITS, _FIRST_FREE = range(1, 9)
# Directions of a line of text on a capture that is shown turned clockwise by so many degrees.
_ALONG = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
_USE, _FREE = "00000 n", "65535 f"  # rows of the table of offsets
# The page number on a print, in points: its size, how far it keeps from the edges, how wide a digit is.
_NUMBER_SIZE, _NUMBER_EDGE, _DIGIT = 13, 20, 0.556


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page to write: its JPEG, the capture's size in pixels, its turn in degrees clockwise, and its text if any.

    `number` is printed on it, on a front above at the right, on a back above at the left (A10).
    """

    jpeg: bytes
    width: int
    height: int
    dpi: int | None = None
    turn: int = 0
    text: PageText | None = None
    number: int | None = None
    back: bool = False

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points, unturned: the paper's true size where the resolution is known, else A4."""
        scale = POINTS_PER_INCH / self.dpi if self.dpi else A4_LONG_SIDE / max(self.width, self.height)
        scale = min(scale, LARGEST_SIDE / max(self.width, self.height))
        return self.width * scale, self.height * scale


class PdfWriter:
    """Writes to a seekable binary file: `add` each page, then `close`. The file stays open; it is the caller's."""

    def __init__(self, target: BinaryIO, *, title: str) -> None:
        target.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._begin(target, title, after=0, tree=_TREE)

    def _begin(self, target: BinaryIO, title: str, *, after: int, tree: int) -> None:
        """Begin after that many objects of others, whose pages hang on the object `tree`."""
        self._target = target
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []
        self._after, self._tree = after, tree
        self._next = after + _FIRST_FREE
        self._write(after + _ABOUT, f"<< /Title {unicode_text(title)} /Producer (Juanzong) >>")
        self._write_fonts()

    def add(self, page: PdfPage) -> int:
        """Write one page; return the number of its object. Raise OSError where its image is no grey or colour JPEG."""
        image, content, entry = self._next, self._next + 1, self._next + 2
        self._next += 3
        self._write_image(image, page.jpeg)
        width, height = page.points
        self._write_stream(content, "", _content(page).encode("ascii"))
        fonts = f"/F {self._after + _FONT} 0 R /N {self._after + _DIGITS} 0 R"
        self._write(
            entry,
            f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Rotate {page.turn} "
            f"/Resources << /XObject << /I {image} 0 R >> /Font << {fonts} >> >> /Contents {content} 0 R >>",
        )
        self._pages.append(entry)
        return entry

    def close(self) -> None:
        """Write the page tree and the table of offsets."""
        self._finish(self._pages)

    def _finish(self, pages: Sequence[int], *, catalogue: str = "", before: int | None = None) -> None:
        """Write the tree of `pages`, the catalogue and the table of offsets; `before`: where an older table stands."""
        kids = " ".join(f"{entry} 0 R" for entry in pages)
        self._write(self._tree, f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>")
        root = self._after + _CATALOGUE
        self._write(root, f"<< /Type /Catalog /Pages {self._tree} 0 R {catalogue}>>")
        start = self._target.tell()
        self._target.write(b"xref\n")
        if before is None:
            self._offsets[0] = 0
        for first, numbers in _runs(sorted(self._offsets)):
            rows = "".join(f"{self._offsets[number]:010} {_USE if number else _FREE} \n" for number in numbers)
            self._target.write(f"{first} {len(numbers)}\n{rows}".encode("ascii"))
        older = "" if before is None else f"/Prev {before} "
        trailer = f"<< /Size {self._next} /Root {root} 0 R /Info {self._after + _ABOUT} 0 R {older}>>"
        self._target.write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode("ascii"))

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

    def _write_fonts(self) -> None:
        """Name a Chinese font that need not be there, as nothing is ever drawn with it, and the reader's own."""
        after = self._after
        self._write(after + _DIGITS, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>")
        descendant = "/Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H "
        self._write(after + _FONT, f"<< {descendant}/DescendantFonts [{after + _CID_FONT} 0 R] >>")
        system = "<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
        self._write(
            after + _CID_FONT,
            f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo {system} "
            f"/DW 1000 /FontDescriptor {after + _FONT_FACTS} 0 R >>",
        )
        self._write(
            after + _FONT_FACTS,
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
    if page.number is not None:
        drawn.append(_number(page, str(page.number)))
    return "\n".join(drawn)


def _number(page: PdfPage, number: str) -> str:
    """Return the drawing of the page number on a white ground, in the corner as the turned page is looked at."""
    width, height = page.points
    a, b, c, d = _ALONG[page.turn]
    x = {0: 0.0, 90: width, 180: width, 270: 0.0}[page.turn]
    y = {0: 0.0, 90: 0.0, 180: height, 270: height}[page.turn]
    wide, high = (height, width) if page.turn in (90, 270) else (width, height)
    long = len(number) * _DIGIT * _NUMBER_SIZE
    left = _NUMBER_EDGE if page.back else wide - _NUMBER_EDGE - long
    foot = high - _NUMBER_EDGE - _NUMBER_SIZE
    ground = f"1 g {left - 3:.2f} {foot - 4:.2f} {long + 6:.2f} {_NUMBER_SIZE + 5:.2f} re f"
    text = f"BT 0 g /N {_NUMBER_SIZE} Tf {left:.2f} {foot:.2f} Td ({number}) Tj ET"
    return f"q {a} {b} {c} {d} {x:.2f} {y:.2f} cm {ground} {text} Q"


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield stretches of numbers that follow one another, each with its first."""
    for _gap, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        stretch = [number for _place, number in run]
        yield stretch[0], stretch


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


def unicode_text(text: str) -> str:
    """Return a text as PDF writes it."""
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be', 'replace').hex()}>"
