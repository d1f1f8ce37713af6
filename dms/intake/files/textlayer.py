"""Decides whether a PDF page's own text may stand for recognition, and reads it with the box of every character.

Kept: visible text of a born-digital page. Not kept, so that the page is recognised like any scan: invisible text (the
OCR of somebody else's scanner, of unknown quality), text under or beside pictures that fill more than a quarter of the
page (they may hold words of their own), fonts whose characters cannot be told, and pages with hardly any text (their
words may be drawn as lines).
"""

import ctypes
import unicodedata
from typing import Any, TypedDict

import pypdfium2.raw as raw

FEWEST_CHARACTERS = 16
MOST_CHARACTERS = 100_000
MOST_PICTURE = 0.25
MOST_UNKNOWN = 0.05
_HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_HYPHENS = {0x02: "-", 0xFFFE: "-"}

Box = list[int]


class Line(TypedDict):
    """A line of text; `chars` has one [x0, y0, x1, y1] for each character of `text`, in pixels of the capture."""

    text: str
    chars: list[Box]


def text_layer(page: Any, width: int, height: int, picture_share: float) -> list[Line] | None:
    """Return the page's lines with boxes in pixels of its `width` × `height` drawing; None: must be recognised."""
    if picture_share > MOST_PICTURE:
        return None
    text_page = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text_page)
        if not FEWEST_CHARACTERS <= count <= MOST_CHARACTERS:
            return None
        return _lines(_Reader(page, text_page, width, height), count)
    finally:
        text_page.close()


def _lines(reader: "_Reader", count: int) -> list[Line] | None:
    lines: list[Line] = []
    text = ""
    boxes: list[Box] = []
    written = unknown = 0
    for index in range(count):
        char = reader.char(index)
        if char in {"\r", "\n"}:
            _end(lines, text, boxes)
            text, boxes = "", []
        elif char and reader.visible(index):
            box = reader.box(index)
            if box is None:
                box = _gap(boxes) if char == " " and boxes else None
            if box is None:
                continue
            written += not char.isspace()
            unknown += _untold(char)
            text += char
            boxes.extend([box] * len(char))
    _end(lines, text, boxes)
    if written < FEWEST_CHARACTERS or unknown > MOST_UNKNOWN * written:
        return None
    return lines


def _end(lines: list[Line], text: str, boxes: list[Box]) -> None:
    bare = text.rstrip()
    start = len(bare) - len(bare.lstrip())
    if bare[start:]:
        lines.append({"text": bare[start:], "chars": boxes[start : len(bare)]})


def _gap(boxes: list[Box]) -> Box:
    _, top, right, bottom = boxes[-1]
    return [right, top, right, bottom]


def _untold(char: str) -> bool:
    return char == "�" or unicodedata.category(char[0]) in {"Co", "Cn", "Cs"}


class _Reader:
    """One text page of pdfium, asked character by character."""

    def __init__(self, page: Any, text_page: Any, width: int, height: int) -> None:
        self._page, self._text, self._width, self._height = page, text_page, width, height
        self._modes: dict[int, bool] = {}

    def char(self, index: int) -> str:
        """Return the character (folded controls; empty where it is none)."""
        code = raw.FPDFText_GetUnicode(self._text, index)
        if code in _HYPHENS:
            return _HYPHENS[code]
        if 0xD800 <= code < 0xDC00:  # pdfium tells what lies beyond the first plane in two halves
            low = raw.FPDFText_GetUnicode(self._text, index + 1)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) if 0xDC00 <= low < 0xE000 else 0xFFFD
        elif 0xDC00 <= code < 0xE000 or not 0 < code < 0x110000:
            return ""
        char = chr(code)
        if char in "\r\n":
            return char
        if char.isspace():
            return " "
        return "" if unicodedata.category(char) in {"Cc", "Cf"} else char

    def visible(self, index: int) -> bool:
        """Return whether the character is painted (text modes 3 and 7 are not)."""
        if raw.FPDFText_IsGenerated(self._text, index) == 1:
            return True
        thing = raw.FPDFText_GetTextObject(self._text, index)
        key = ctypes.cast(thing, ctypes.c_void_p).value or 0
        if key not in self._modes:
            self._modes[key] = bool(thing) and raw.FPDFTextObj_GetTextRenderMode(thing) not in _HIDDEN_MODES
        return self._modes[key]

    def box(self, index: int) -> Box | None:
        """Return the character's box in pixels, clipped to the page; None where it has none on the page."""
        rect = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._text, index, rect):
            return None
        x0, y0 = self._pixel(rect.left, rect.top)
        x1, y1 = self._pixel(rect.right, rect.bottom)
        left, right = (min(max(x, 0), self._width) for x in sorted((x0, x1)))
        top, bottom = (min(max(y, 0), self._height) for y in sorted((y0, y1)))
        return [left, top, right, bottom] if right > left and bottom > top else None

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, self._width, self._height, 0, x, y, across, down)
        return across.value, down.value
