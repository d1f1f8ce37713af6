"""How the tests look at a print: its words with their places in millimetres, its lines, its pixels."""

import io
import re
import zlib
from dataclasses import dataclass

import cv2
import numpy
import pypdfium2
import pypdfium2.raw as pdfium

MM = 25.4 / 72


@dataclass(frozen=True)
class Box:
    """A box in mm from the page's upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Box", slack: float = 0.3) -> bool:
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    @property
    def size(self) -> tuple[float, float]:
        return round(self.right - self.left, 2), round(self.bottom - self.top, 2)


class Print:
    """A PDF that was printed."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.document = pypdfium2.PdfDocument(pdf)
        self.heights = [page.get_size()[1] * MM for page in self.document]

    def __len__(self) -> int:
        return len(self.document)

    def lines(self, page: int) -> list[str]:
        """The lines of text of a page, as a reader would copy them."""
        text = self.document[page].get_textpage().get_text_range()
        return [line.strip() for line in text.splitlines() if line.strip()]

    def words(self, page: int | None = None) -> str:
        """All words of a page, or of all pages, without white space: how lines are broken is nobody's matter."""
        pages = range(len(self)) if page is None else [page]
        return "".join("".join(self.document[n].get_textpage().get_text_range().split()) for n in pages)

    def chars(self, page: int) -> list[tuple[str, Box]]:
        """The characters that leave ink on a page, each with its box."""
        text = self.document[page].get_textpage()
        found = []
        for at in range(text.count_chars()):
            char = chr(pdfium.FPDFText_GetUnicode(text.raw, at)).replace("\x02", "-")  # a hyphen that ends a line
            if char.strip():
                found.append((char, self._box(page, text.get_charbox(at))))
        return found

    def frames(self, page: int) -> list[Box]:
        """What is drawn as lines or areas."""
        return [
            self._box(page, thing.get_bounds())
            for thing in self.document[page].get_objects()
            if thing.type == pdfium.FPDF_PAGEOBJ_PATH
        ]

    def embedded(self) -> set[bool]:
        """Whether the fonts are inside the file."""
        return {
            bool(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(thing.raw)))
            for page in self.document
            for thing in page.get_objects()
            if thing.type == pdfium.FPDF_PAGEOBJ_TEXT
        }

    def codes(self, page: int) -> list[str]:
        """What the QR codes of a page say, from top to bottom: whatever is square and of a code's size is looked at."""
        scale = 300 / 25.4
        image = numpy.array(self.document[page].render(scale=300 / 72).to_pil().convert("L"))
        said = []
        for box in self.frames(page):
            wide, high = box.size
            if 10 < wide < 35 and abs(wide - high) < 1.6:  # half a stroke is not counted
                top, bottom, left, right = (
                    round(scale * side) for side in (box.top - 1.5, box.bottom + 1.5, box.left - 1.5, box.right + 1.5)
                )
                said.append(cv2.QRCodeDetector().detectAndDecode(image[top:bottom, left:right])[0])
        return said

    def size(self, page: int) -> tuple[int, int]:
        width, height = self.document[page].get_size()
        return round(width * MM), round(height * MM)

    def _box(self, page: int, bounds: tuple[float, float, float, float]) -> Box:
        left, bottom, right, top = (side * MM for side in bounds)
        height = self.heights[page]
        return Box(left, height - top, right, height - bottom)


def stands_on_the_paper(print_: Print, *, margin: float = 7) -> bool:
    """Whether every character of every page keeps that many mm from the paper's edges."""
    for page in range(len(print_)):
        width, height = print_.size(page)
        inside = Box(margin, margin, width - margin, height - margin)
        if not all(inside.holds(box, slack=0) for _char, box in print_.chars(page)):
            return False
    return True


def streams(pdf: bytes) -> bytes:
    """All streams of a PDF, unpacked: where its metadata stand."""
    unpacked = io.BytesIO()
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            unpacked.write(zlib.decompress(match[1]))
        except zlib.error:
            unpacked.write(match[1])
    return unpacked.getvalue()
