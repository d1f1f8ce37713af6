"""Reads one piece of text, a strip of the page one line high, with PP-OCR's recogniser; knows nothing of the page."""

import re
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ...page_text import Char, Line, Word, around, is_wide, needs_space, readable
from ...rasters import shades
from .models import Network

Pixels = NDArray[np.uint8]
Sign = tuple[str, float, float]  # the sign, where its middle lies in the strip (pixels of the page), its probability

HEIGHT = 48  # what the network was trained on
_STRIDE = 8  # its pixels between two answers
_STEP = 32  # widths are multiples of this, so that OpenVINO meets the same ones again
# Narrower strips cost less, and Chinese characters are read as well; what is then unsure is read again in full width.
_NARROW = 0.75
_WORTH_ANOTHER_LOOK = 0.6
_REPEATED = re.compile(r"(\d)\1\1")  # narrowed, a row of zeros loses one: the network is sure all the same
_SHORT = 8  # times as wide as high: short strips cost little, and narrowed lose a character (序号 becomes 房)
_LEAST = 0.5  # PP-OCR's own: below this a piece is dirt, a drawing or part of a seal
_DOUBTFUL = 75  # percent


class StripReader:
    """Reads strips with a network that takes (1, 3, 48, width) and answers (1, width / 8, characters)."""

    def __init__(self, network: Network, characters: tuple[str, ...]) -> None:
        self._network = network
        self._characters = characters

    def read(self, strip: Pixels, corner: tuple[int, int]) -> Line | None:
        """Return the line on `strip` (rows × columns, its upper left `corner` on the page); None where none is read."""
        height, width = strip.shape
        if height < 4 or width < 4:
            return None
        squeeze = _NARROW if width > _SHORT * height else 1.0
        signs = self._signs(strip, squeeze)
        if squeeze < 1 and signs and _is_worth_another_look(signs):
            again = self._signs(strip, 1.0)
            signs = max(signs, again, key=_mean)
        if not signs or _mean(signs) < _LEAST:
            return None
        return _line(signs, strip, corner)

    def _signs(self, strip: Pixels, squeeze: float) -> list[Sign]:
        height, width = strip.shape
        reading_width = max(16, round(width * HEIGHT / height * squeeze))
        scaled = cv2.resize(strip, (reading_width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        data = np.zeros((1, 3, HEIGHT, -(-reading_width // _STEP) * _STEP), dtype=np.float32)
        data[:, :, :, :reading_width] = scaled.astype(np.float32) / 127.5 - 1
        chances = self._network(data)[0]
        best = chances.argmax(axis=1)
        sure = chances[np.arange(len(best)), best]
        return self._decoded(best, sure, width / reading_width * _STRIDE)

    def _decoded(self, best: NDArray[np.int64], sure: NDArray[np.float32], pitch: float) -> list[Sign]:
        """The signs of a run of answers: the same one twice without a pause between is one sign (CTC)."""
        edges = np.flatnonzero(np.diff(best)) + 1
        numbers, chances = best.tolist(), sure.tolist()
        return [
            (self._characters[numbers[start]], (start + end) / 2 * pitch, max(chances[start:end]))
            for start, end in pairwise((0, *edges.tolist(), len(numbers)))
            if numbers[start]
        ]


def _is_worth_another_look(signs: list[Sign]) -> bool:
    unsure = min(sure for _sign, _at, sure in signs) < _WORTH_ANOTHER_LOOK
    return unsure or _REPEATED.search("".join(sign for sign, _at, _sure in signs)) is not None


def _mean(signs: list[Sign]) -> float:
    return sum(sure for _sign, _at, sure in signs) / len(signs) if signs else 0.0


def _line(signs: list[Sign], strip: Pixels, corner: tuple[int, int]) -> Line | None:
    words: list[Word] = []
    spaced = False
    run: list[Char] = []
    for sign, char in zip(signs, _chars(signs, strip, corner), strict=True):
        if char is None or (run and not _together(run[-1], char)) or sign[0].isspace():
            if run:
                words.append(_word(run, words, spaced))
                run, spaced = [], False
            spaced = spaced or char is None
        if char is not None:
            run.append(char)
    if run:
        words.append(_word(run, words, spaced))
    return Line(tuple(words), around(word.box for word in words)) if words else None


def _word(run: list[Char], before: list[Word], spaced: bool) -> Word:
    space = bool(before) and spaced and needs_space(before[-1].text, run[0].text)
    least = min(char.confidence for char in run)
    # One doubtful digit makes a doubtful number, however sure the others are.
    sure = least if least < _DOUBTFUL else round(sum(char.confidence for char in run) / len(run))
    return Word(tuple(run), sure, space)


def _together(a: Char, b: Char) -> bool:
    """Latin letters and digits are one word; Chinese characters as long as all are sure, or all are doubtful."""
    if not is_wide(a.text) and not is_wide(b.text):
        return a.text.isalnum() == b.text.isalnum() or a.text in "-./" or b.text in "-./"
    return is_wide(a.text) == is_wide(b.text) and (a.confidence < _DOUBTFUL) == (b.confidence < _DOUBTFUL)


def _chars(signs: list[Sign], strip: Pixels, corner: tuple[int, int]) -> list[Char | None]:
    """The signs with rough boxes on the page: from half way to the neighbour before to half way to the one after."""
    top, bottom = _inked_rows(strip)
    widest = 1.1 * (bottom - top)
    chars: list[Char | None] = []
    for number, (text, at, sure) in enumerate(signs):
        text = readable(text).strip()
        if not text:
            chars.append(None)
            continue
        half = (widest if is_wide(text) else 0.6 * widest) / 2
        left = max(at - half, (signs[number - 1][1] + at) / 2 if number else 0.0)
        right = min(at + half, (signs[number + 1][1] + at) / 2 if number + 1 < len(signs) else float(strip.shape[1]))
        x0 = corner[0] + int(left)
        box = (x0, corner[1] + top, max(x0 + 1, corner[0] + round(right)), corner[1] + bottom)
        chars.append(Char(text[0], box, _percent(sure)))
    return chars


def _percent(probability: float) -> int:
    """The confidence shown for a probability: its square, because the network is surer than it is right.

    Half of its wrong characters, but only one in a hundred of its right ones, lie below 0.87, which becomes 75 %.
    """
    return round(100 * probability**2)


def _inked_rows(strip: Pixels) -> tuple[int, int]:
    """The first row with ink and the row after the last; a speck is no ink."""
    low, high = shades(strip[::2, ::2], 3, 90)
    inked = np.count_nonzero(strip < (low + high) / 2, axis=1)
    rows = np.flatnonzero(inked > max(1, strip.shape[1] // 200))
    if rows.size < 3:
        return 0, strip.shape[0]
    return int(rows[0]), int(rows[-1]) + 1
