"""What stands on a page and where: lines, words, characters with boxes. Values only: no image, database or engine.

Boxes are (x0, y0, x1, y1) in pixels of the capture as it was handed in (EXIF obeyed, otherwise unturned); x1 and y1 lie
just outside. Confidences are whole percents.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Box = tuple[int, int, int, int]

# What XML 1.0 cannot carry: control characters other than tab and line ends, surrogates, and two non-characters.
_FORBIDDEN = {code: None for code in (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)}


@dataclass(frozen=True, slots=True)
class Char:
    """One character (one code point, as ALTO asks) with its box."""

    text: str
    box: Box
    confidence: int = 100


@dataclass(frozen=True, slots=True)
class Word:
    """Characters that belong together; `space_before` where a space parts it from the word before in its line.

    `cell` where a cell of a table's row begins with it.
    """

    chars: tuple[Char, ...]
    confidence: int = 100
    space_before: bool = False
    cell: bool = False

    @property
    def text(self) -> str:
        """The characters joined."""
        return "".join(char.text for char in self.chars)

    @property
    def box(self) -> Box:
        """The smallest box around the characters."""
        return around(char.box for char in self.chars)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block. An empty line keeps its box: somebody struck its words out."""

    words: tuple[Word, ...]
    box: Box
    block: int = 0

    def __post_init__(self) -> None:
        if self.words and self.words[0].space_before:
            object.__setattr__(self, "words", (replace(self.words[0], space_before=False), *self.words[1:]))

    @property
    def text(self) -> str:
        """The words joined, with spaces only where `space_before` says so."""
        joined = "".join((" " if word.space_before else "") + word.text for word in self.words)
        return joined.strip(" ")

    @property
    def chars(self) -> tuple[Char, ...]:
        """The characters of all words, in order, without the spaces between them."""
        return tuple(char for word in self.words for char in word.chars)

    @property
    def confidence(self) -> int:
        """Mean over the characters of their words' confidence; 100 for an empty line."""
        return _mean([(word.confidence, len(word.chars)) for word in self.words])


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one capture, `width` by `height` pixels.

    `turn` says by how many degrees clockwise (0, 90, 180, 270) the capture must be turned to stand upright. Blocks are
    numbered from 0 in the order of their lines, without gaps.
    """

    width: int
    height: int
    turn: int = 0
    lines: tuple[Line, ...] = ()
    engine: str = ""

    def __post_init__(self) -> None:
        if self.turn not in (0, 90, 180, 270):
            raise ValueError(f"a page is turned by quarters, not by {self.turn} degrees")
        object.__setattr__(self, "lines", _with_dense_blocks(self.lines))

    @property
    def text(self) -> str:
        """The lines joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    @property
    def confidence(self) -> int | None:
        """Mean over the characters of their words' confidence; None for a page without text."""
        weights = [(word.confidence, len(word.chars)) for line in self.lines for word in line.words]
        return _mean(weights) if weights else None


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all `boxes`; (0, 0, 0, 0) around none."""
    some = list(boxes)
    if not some:
        return (0, 0, 0, 0)
    return (min(b[0] for b in some), min(b[1] for b in some), max(b[2] for b in some), max(b[3] for b in some))


def readable(text: str) -> str:
    """Return `text` without the characters that XML cannot carry."""
    return text.translate(_FORBIDDEN)


def is_wide(char: str) -> bool:
    """Say whether `char` fills a whole cell, as Chinese characters and their punctuation do."""
    return unicodedata.east_asian_width(char[:1]) in ("W", "F")


def needs_space(before: str, after: str) -> bool:
    """Say whether a gap between two words is a space: not where either side is Chinese, for there gaps are chance."""
    return bool(before and after) and not is_wide(before[-1]) and not is_wide(after[0])


def spread(text: str, box: Box, confidence: int = 100) -> tuple[Char, ...]:
    """Return the characters of `text` side by side over `box`: whole cells for wide ones, half cells for others."""
    text = readable(text)
    shares = [2 if is_wide(char) else 1 for char in text]
    x0, y0, x1, y1 = box
    total, done, chars = sum(shares), 0, []
    for char, share in zip(text, shares, strict=True):
        left = x0 + (x1 - x0) * done // total
        done += share
        chars.append(Char(char, (left, y0, x0 + (x1 - x0) * done // total, y1), confidence))
    return tuple(chars)


def typed_line(text: str, box: Box, block: int = 0, confidence: int = 100) -> Line:
    """Return `text`, typed by hand or taken from a text layer, as a line whose characters are spread over `box`.

    White space parts words, and stays a space in the line's text whatever stands beside it.
    """
    shown = " ".join(readable(text).split())
    words: list[Word] = []
    run: list[Char] = []
    for char in (*spread(shown, box, confidence), Char(" ", box)):
        if char.text != " ":
            run.append(char)
        elif run:
            words.append(Word(tuple(run), confidence, space_before=bool(words)))
            run = []
    return Line(tuple(words), box, block)


def _mean(weights: Sequence[tuple[int, int]]) -> int:
    count = sum(number for _, number in weights)
    return round(sum(value * number for value, number in weights) / count) if count else 100


def _with_dense_blocks(lines: Iterable[Line]) -> tuple[Line, ...]:
    number, last, dense = -1, None, []
    for line in lines:
        if line.block != last:
            number, last = number + 1, line.block
        dense.append(line if line.block == number else replace(line, block=number))
    return tuple(dense)
