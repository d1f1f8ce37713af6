"""Fits the boxes of a line's characters to the ink of the line, because an engine's own are often a character off.

Pieces of ink (runs of columns) are dealt out to the characters in order, by the cheapest deal: Chinese characters are
about as wide as the line's cell, a character lies near where the engine saw it, and all ink belongs to some character.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from .page_text import Box, Char, Line, is_wide
from .rasters import shades

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
        """Left and right edge: pieces taken, from one to the most × where they end, counted in pieces from none to all.

        Where there are not so many pieces, the left edge is at minus infinity.
        """
        ends_at = np.arange(len(self.starts) + 1)
        first = ends_at - np.arange(1, _MOST_PIECES + 1)[:, None]
        left = np.where(first >= 0, self.starts[np.maximum(first, 0)], -np.inf)
        return left, np.broadcast_to(self.ends[np.maximum(ends_at - 1, 0)], left.shape).astype(np.float64)


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
    ink = _pieces(dark.sum(axis=0, dtype=np.int32), cell)
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
    step = median(steps) if len(steps) >= 3 else 0.0
    return step if 0.55 * height < step < 1.6 * height else 0.9 * height


def _dark(strip: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the strip is ink; nowhere on a strip without contrast. Rules that run through it are left out."""
    paper, dark = shades(strip[::2, ::2], 90, 2)
    if paper - dark < 20:
        return np.zeros(strip.shape, dtype=bool)
    ink = strip < (paper + dark) / 2
    ink[np.count_nonzero(ink, axis=1) > 0.6 * strip.shape[1]] = False
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
    count = len(ink.starts)
    outside = (ink.ends <= own[0] - left) | (ink.starts >= own[1] - left)
    worth = np.where(outside, 0.1, _LEFT_OVER * np.minimum(1, (ink.ends - ink.starts) / cell) + 0.2)
    left_over = np.concatenate(([0.0], np.cumsum(worth)))
    before = np.full(_MOST_PIECES + count + 1, np.inf)
    by_pieces = sliding_window_view(before, count + 1)[_MOST_PIECES - 1 :: -1]  # shows `before` as many pieces earlier
    best = left_over
    costs = _costs(chars, ink, cell, left)
    cheapest = np.empty((len(chars), count + 1))
    for cost, least in zip(costs, cheapest, strict=True):
        before[_MOST_PIECES:] = best
        cost[:_MOST_PIECES] += by_pieces
        np.add(best, _NO_INK, out=cost[_MOST_PIECES])
        np.subtract(cost.min(axis=0), left_over, out=least)
        best = np.minimum.accumulate(least) + left_over
    return _traced(costs, cheapest)


def _costs(chars: tuple[Char, ...], ink: _Ink, cell: float, left: int) -> Floats:
    """What it costs to give a character some pieces: characters × pieces taken × where they end; a last row is free."""
    starts, ends = ink.spans
    widths, middles = (ends - starts) / cell, (starts + ends) / 2
    kinds = [_kind(char.text) for char in chars]
    by_kind = {kind: np.where(np.isfinite(widths), _width_cost(widths, kind), np.inf) for kind in set(kinds)}
    seen = np.array([(char.box[0] + char.box[2]) / 2 - left for char in chars])
    costs = np.empty((len(chars), _MOST_PIECES + 1, len(ink.starts) + 1))
    pieces = costs[:, :_MOST_PIECES]
    np.minimum(np.abs(middles - seen[:, None, None]) * (_DRIFT / cell), 4 * _DRIFT, out=pieces)
    pieces += np.stack([by_kind[kind] for kind in kinds])
    return costs


def _traced(costs: Floats, cheapest: Floats) -> list[tuple[int, int]]:
    """The way back from the end: which choice each character's best cost came from."""
    deal: list[tuple[int, int]] = []
    at = cheapest.shape[1] - 1
    for cost, least in zip(costs[::-1], cheapest[::-1], strict=True):
        at = int(least[: at + 1].argmin())
        taken = (int(cost[:, at].argmin()) + 1) % (_MOST_PIECES + 1)
        at -= taken
        deal.append((at, taken))
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
    starts, ends = ink.starts.tolist(), ink.ends.tolist()
    edges = [(starts[at], ends[at + number - 1]) if number else None for at, number in deal]
    tops, bottoms = _heights(dark)
    margin = cell * 0.15
    boxes: list[Box] = []
    before = -cell
    for index, edge in enumerate(edges):
        if edge is None:
            own = chars[index].box
            boxes.append((own[0], y0, max(own[2], own[0] + 1), y1))
            continue
        after = next((other[0] for other in edges[index + 1 : index + 3] if other), edge[1] + cell)
        left, right = edge[0] - min((edge[0] - before) / 2, margin), edge[1] + min((after - edge[1]) / 2, margin)
        top, bottom = min(tops[edge[0] : edge[1]]), max(bottoms[edge[0] : edge[1]])
        boxes.append((x0 + round(left), y0 + top, x0 + round(right), y0 + bottom))
        before = edge[1]
    return boxes


def _heights(dark: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """For each column the first row with ink and the row after the last; in a column without, what no other needs."""
    columns = np.ascontiguousarray(dark.T)
    inked = columns.any(axis=1)
    tops = np.where(inked, columns.argmax(axis=1), dark.shape[0])
    bottoms = np.where(inked, dark.shape[0] - columns[:, ::-1].argmax(axis=1), 0)
    return tops.tolist(), bottoms.tolist()
