"""Tesseract through pytesseract: one call a page gives text, words and characters (hOCR with character boxes)."""

import os
import re
from functools import cache
from pathlib import Path

from lxml import etree
from PIL import Image
from pytesseract import TesseractError, TesseractNotFoundError, get_tesseract_version
from pytesseract.pytesseract import run_tesseract

from .. import scratch
from ..fitting import fit_lines
from ..page_text import Box, Char, Line, Word, around, needs_space, readable, spread
from .base import EngineMissing

LANGUAGES = "chi_sim+eng"
_LINES = {"ocr_line", "ocr_textfloat", "ocr_header", "ocr_caption"}
_BOX = re.compile(r"bbox(?:es)? (-?\d+) (-?\d+) (-?\d+) (-?\d+)")
_WORD_CONFIDENCE = re.compile(r"x_wconf (\d+)")
_CHAR_CONFIDENCE = re.compile(r"x_conf ([\d.]+)")


class Tesseract:
    """Debian's Tesseract with its models for simplified Chinese and English, in one thread."""

    sure = 65  # right way up above 75 even when poor, upside down below 35

    def __init__(self) -> None:
        self.name = f"tesseract {_version()} {LANGUAGES}"

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        """Return the lines of `image` (mode L), as `base.Engine` says.

        `dpi` must be near the truth: without it Tesseract guesses, and takes the rules of a form for its text.
        """
        # More threads make it three times slower: they wait for each other.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        with scratch.private_folder() as folder:
            # Bare pixels: packing them as PNG, as pytesseract would, costs a tenth of the reading.
            image.save(folder / "page.pgm")
            return fit_lines(parse_hocr(_hocr(folder, dpi)), image)


def parse_hocr(document: bytes) -> tuple[Line, ...]:
    """Return the lines in an hOCR document written with character boxes; noise without a readable sign is left out."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    lines = []
    for number, block in enumerate(etree.fromstring(document, parser).iter("{*}p")):
        lines += [line for row in block if row.get("class") in _LINES and (line := _line(row, number))]
    return tuple(lines)


def _hocr(folder: Path, dpi: int) -> bytes:
    config = f"--psm 3 --dpi {dpi} -c hocr_char_boxes=1"
    try:
        run_tesseract(str(folder / "page.pgm"), str(folder / "page"), extension="hocr", lang=LANGUAGES, config=config)
    except TesseractNotFoundError as error:
        raise EngineMissing("tesseract is not installed") from error
    except TesseractError as error:
        if "Failed loading language" in str(error):
            raise EngineMissing(f"tesseract lacks the models {LANGUAGES}") from error
        if "alloc" in str(error):
            raise MemoryError("tesseract found no memory") from None
        raise
    return (folder / "page.hocr").read_bytes()


def _line(row: etree._Element, block: int) -> Line | None:
    words: list[Word] = []
    for part in row.iter("{*}span"):
        if part.get("class") == "ocrx_word" and (word := _word(part, words[-1].text if words else "")):
            words.append(word)
    if not words:
        return None
    return Line(tuple(words), around([_box(row), *(word.box for word in words)]), block)


def _word(part: etree._Element, before: str) -> Word | None:
    chars = tuple(char for glyph in part.iter("{*}span") if glyph is not part for char in _chars(glyph))
    if not chars:
        return None
    found = _WORD_CONFIDENCE.search(part.get("title", ""))
    return Word(chars, int(found[1]) if found else 0, needs_space(before, chars[0].text))


def _chars(glyph: etree._Element) -> tuple[Char, ...]:
    """One character as a rule; a ligature is several. Some glyphs are wrapped in <strong> or <em>."""
    text = readable("".join(str(part) for part in glyph.itertext())).strip()
    found = _CHAR_CONFIDENCE.search(glyph.get("title", ""))
    return spread(text, _box(glyph), round(float(found[1])) if found else 0) if text else ()


def _box(element: etree._Element) -> Box:
    found = _BOX.search(element.get("title", ""))
    if not found:
        return (0, 0, 0, 0)
    x0, y0, x1, y1 = map(int, found.groups())
    return (x0, y0, x1, y1)


@cache
def _version() -> str:
    try:
        return str(get_tesseract_version())
    except TesseractNotFoundError as error:
        raise EngineMissing("tesseract is not installed") from error
