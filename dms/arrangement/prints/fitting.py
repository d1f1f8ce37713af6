"""How large words may be printed where they must fit, and how a title runs down a spine. Values only; millimetres."""

import math
import re
import unicodedata
from dataclasses import dataclass

STEP = 0.1
NARROW = 0.6  # of an em, the widest common Latin letters and digits in our fonts
LEADING = 1.35
SMALLEST_ON_ONE_LINE = 2.5
# Marks that stand turned in a vertical line, by their upright twins.
_TURNED = str.maketrans("（）《》〈〉【】「」『』〔〕—…()", "︵︶︽︾︿﹀︻︼﹁﹂﹃﹄︹︺︱︙︵︶")
# One or two digits stand side by side; a space counts only between Latin words.
_PIECES = re.compile(r"(?<![0-9])[0-9]{1,2}(?![0-9])|(?<=[!-~]) (?=[!-~])|\S")


@dataclass(frozen=True, slots=True)
class Stack:
    """Words that run downwards: columns from right to left, each of pieces from top to bottom, and their size in mm."""

    columns: tuple[tuple[str, ...], ...]
    size: float


def is_wide(char: str) -> bool:
    """Return whether a character is square, as Chinese ones are."""
    return unicodedata.east_asian_width(char) in "WFA"


def ems(text: str) -> float:
    """Return how wide `text` is set, in ems: Chinese characters are square, others narrower."""
    return sum(1.0 if is_wide(char) else NARROW for char in text)


def size_for(text: str, *, width: float, height: float, largest: float, smallest: float) -> float:
    """Return the largest size in mm, in steps, at which `text` fits a box; `smallest` where none does."""
    size, wide = largest, ems(text)
    while size > smallest:
        if _lines(wide * size, width, size) * size * LEADING <= height:
            return round(size, 1)
        size -= STEP
    return smallest


def size_on_one_line(text: str, *, width: float, height: float, largest: float, smallest: float) -> float:
    """Return as `size_for`, but rather small on one line than large on two: codes are read in one piece."""
    fitting = int(width / max(ems(text), 1) * 10) / 10
    if fitting >= SMALLEST_ON_ONE_LINE:
        return min(largest, fitting)
    return size_for(text, width=width, height=height, largest=min(largest, SMALLEST_ON_ONE_LINE), smallest=smallest)


def _lines(length: float, width: float, size: float) -> int:
    """Return how many lines words of that length take; of several, each may end a sign early: no mark begins one."""
    return 1 if length <= width else math.ceil(length / max(width - 1.5 * size, size))


def stacked(text: str, *, width: float, height: float, largest: float, smallest: float) -> Stack:
    """Return `text` as it runs down a spine of that room: one column where it can, at the largest size that fits.

    What does not fit at the smallest size ends in an ellipsis: the cover carries the whole title.
    """
    pieces = tuple(_PIECES.findall(text.translate(_TURNED)))
    size = largest
    while True:
        size = round(size, 1)
        room = max(1, int(height / (size * LEADING)))
        most = max(1, int(width / (size * LEADING)))
        needed = max(1, math.ceil(len(pieces) / room))
        if needed <= most or size <= smallest:
            break
        size -= STEP
    if needed > most:
        pieces = (*pieces[: room * most - 1], "︙")
    columns = tuple(pieces[start : start + room] for start in range(0, len(pieces), room))
    return Stack(columns, size)
