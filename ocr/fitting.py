"""Fits the boxes of a line's characters to the ink of the line, because an engine's own are often a character off.

Pieces of ink (runs of columns) are dealt out to the characters in order, by the cheapest deal: Chinese characters are
about as wide as the line's cell, a character lies near where the engine saw it, and all ink belongs to some character.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .page_text import Box, Char, Line, is_wide

_MOST_PIECES = 6  # of one character, such as 川 or 淅
_NARROW = frozenset("，。、；：！？“”‘’（）《》〈〉【】—…·一丨")
_NO_INK = 1.6
_LEFT_OVER = 1.2
_DRIFT = 0.7

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Ink:
    """The pieces of ink of a line: first column and column after the last of each, from the left of the strip."""

    starts: Ints
    ends: Ints

    @property
    def spans(self) -> tuple[Floats, Floats]:
        """Left edge and right edge (pieces × number taken, from none to the most) of every choice of neighbours."""
        count = len(self.starts)
        left = np.repeat(self.starts[:, None], _MOST_PIECES, axis=1).astype(float)
        at = np.arange(count)[:, None] + np.arange(_MOST_PIECES)[None, :]
        right = np.where(at < count, self.ends[np.minimum(at, count - 1)], np.inf)
        return left, right


def fitted(line: Line, pixels: NDArray[np.uint8]) -> Line:
    """Return `line` with its characters' boxes fitted to the ink in `pixels` (the whole image, rows × columns)."""
    chars = line.chars
    x0, y0, x1, y1 = line.box
    # The engine's line may begin or end in the middle of a character.
    margin = (y1 - y0) // 2
    x0, x1 = max(0, x0 - margin), min(pixels.shape[1], x1 + margin)
    if len(chars) < 2 or y1 - y0 < 8 or x1 - x0 < 8:
        return line
    dark = _dark(pixels[y0:y1, x0:x1])
    cell = _cell(chars, y1 - y0)
    ink = _pieces(dark.sum(axis=0), cell)
    if not len(ink.starts):
        return line
    deal = _dealt(chars, ink, cell, x0, (line.box[0], line.box[2]))
    boxes = _boxes(chars, ink, deal, dark, (x0, y0, x1, y1), cell)
    taken = iter(boxes)
    words = tuple(
        replace(word, chars=tuple(replace(char, box=next(taken)) for char in word.chars)) for word in line.words
    )
    return replace(line, words=words)


def fit_lines(lines: tuple[Line, ...], image: Image.Image) -> tuple[Line, ...]:
    """Return `lines` read from `image` (mode L) with all characters' boxes fitted to its ink."""
    pixels = np.asarray(image)
    return tuple(fitted(line, pixels) for line in lines)


def _cell(chars: tuple[Char, ...], height: int) -> float:
    """The width of a Chinese character in this line: the usual step from one to the next, or else the line's height."""
    middles = [(char.box[0] + char.box[2]) / 2 if is_wide(char.text) else None for char in chars]
    steps = [b - a for a, b in pairwise(middles) if a is not None and b is not None and b > a]
    step = float(np.median(steps)) if len(steps) >= 3 else 0.0
    return step if 0.55 * height < step < 1.6 * height else 0.9 * height


def _dark(strip: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the strip is ink; nowhere on a strip without contrast. Rules that run through it are left out."""
    paper, dark = (float(value) for value in np.percentile(strip[::2, ::2], (90, 2)))
    if paper - dark < 20:
        return np.zeros(strip.shape, dtype=bool)
    ink = strip < (paper + dark) / 2
    ink[ink.mean(axis=1) > 0.6] = False
    return ink


def _pieces(columns: Ints, cell: float) -> _Ink:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (columns > 0).astype(np.int8), [0]))))
    starts, ends = [], []
    for start, end in edges.reshape(-1, 2):
        cuts = _cuts(columns, int(start), int(end), cell)
        starts += [int(start), *cuts]
        ends += [*cuts, int(end)]
    return _Ink(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64))


def _cuts(columns: Ints, start: int, end: int, cell: float) -> list[int]:
    """Where characters touch, the run is cut at its thinnest columns, about a cell apart."""
    pieces = round((end - start) / cell)
    if end - start < 1.25 * cell or pieces < 2:
        return []
    reach = max(1, round(cell * 0.25))
    cuts = []
    for number in range(1, pieces):
        middle = start + round((end - start) * number / pieces)
        low, high = max(start + 1, middle - reach), min(end - 1, middle + reach)
        if low < high:
            cuts.append(low + int(np.argmin(columns[low:high])))
    return sorted(set(cuts))


def _dealt(chars: tuple[Char, ...], ink: _Ink, cell: float, left: int, own: tuple[int, int]) -> list[tuple[int, int]]:
    """For each character the first of its pieces and how many are its (0 where it has no ink): the cheapest deal.

    `left` is where the strip begins; ink outside the engine's `own` line (from, to) may well belong to nobody.
    """
    starts, ends = ink.spans
    widths, middles = (ends - starts) / cell, (starts + ends) / 2
    costs = {kind: _width_cost(widths, kind) for kind in ("cell", "narrow", "latin")}
    outside = (ink.ends <= own[0] - left) | (ink.starts >= own[1] - left)
    worth = np.where(outside, 0.1, _LEFT_OVER * np.minimum(1, (ink.ends - ink.starts) / cell) + 0.2)
    left_over = np.concatenate(([0.0], np.cumsum(worth)))
    count = len(ink.starts)
    best = left_over.copy()
    steps: list[tuple[Floats, Floats, Floats]] = []
    for char in chars:
        middle = (char.box[0] + char.box[2]) / 2 - left
        drift = np.minimum(np.abs(middles - middle) / cell, 4) * _DRIFT
        taken = best[:count, None] + costs[_kind(char.text)] + drift
        after = best + _NO_INK
        for number in range(min(_MOST_PIECES, count)):
            np.minimum(after[number + 1 :], taken[: count - number, number], out=after[number + 1 :])
        steps.append((best, taken, after))
        best = np.minimum.accumulate(after - left_over) + left_over
    return _traced(steps, left_over, count)


def _traced(steps: list[tuple[Floats, Floats, Floats]], left_over: Floats, count: int) -> list[tuple[int, int]]:
    """The way back from the end: which choice each character's best cost came from."""
    deal: list[tuple[int, int]] = []
    at = count
    for before, taken, after in reversed(steps):
        at = int(np.argmin(after[: at + 1] - left_over[: at + 1]))
        choices = [taken[at - number - 1, number] if at > number else np.inf for number in range(_MOST_PIECES)]
        number = int(np.argmin(choices))
        if choices[number] <= before[at] + _NO_INK:
            at -= number + 1
            deal.append((at, number + 1))
        else:
            deal.append((at, 0))
    return deal[::-1]


def _kind(text: str) -> str:
    if text in _NARROW:
        return "narrow"
    return "cell" if is_wide(text) else "latin"


def _width_cost(widths: Floats, kind: str) -> Floats:
    if kind == "cell":
        return np.minimum(6, 2.5 * np.square(widths - 0.92) + 4 * np.maximum(0, widths - 1.12))
    most = 0.45 if kind == "narrow" else 0.75
    usual = 0.2 if kind == "narrow" else 0.42
    return np.minimum(6, 0.5 * np.abs(widths - usual) + 5 * np.maximum(0, widths - most))


def _boxes(
    chars: tuple[Char, ...],
    ink: _Ink,
    deal: list[tuple[int, int]],
    dark: NDArray[np.bool_],
    line: Box,
    cell: float,
) -> list[Box]:
    """Boxes as high as the character's ink, and as wide with half the gap to its neighbours where that is small."""
    x0, y0, _x1, y1 = line
    edges = [(int(ink.starts[at]), int(ink.ends[at + number - 1])) if number else None for at, number in deal]
    margin = cell * 0.15
    boxes: list[Box] = []
    before = -cell
    for index, edge in enumerate(edges):
        if edge is None:
            own = chars[index].box
            boxes.append((own[0], y0, max(own[2], own[0] + 1), y1))
            continue
        after = next((other[0] for other in edges[index + 1 : index + 3] if other), edge[1] + cell)
        rows = np.flatnonzero(dark[:, edge[0] : edge[1]].any(axis=1))
        left, right = edge[0] - min((edge[0] - before) / 2, margin), edge[1] + min((after - edge[1]) / 2, margin)
        boxes.append((x0 + round(left), y0 + int(rows[0]), x0 + round(right), y0 + int(rows[-1]) + 1))
        before = edge[1]
    return boxes
