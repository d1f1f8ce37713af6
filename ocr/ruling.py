"""Finds ruled tables on an upright page: their rows and where the rules between cells stand. Reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from .page_text import Box
from .rasters import strokes, thick

Pixels = NDArray[np.uint8]

_DPI = 100
_DARK = 190  # of 255, on even paper
_ACROSS, _DOWN = 40, 22  # pixels at 100 dpi: shorter strokes may be part of a character
_LEAST_WIDTH, _LEAST_HEIGHT = 150, 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table between two rules: `top` and `bottom`, and the x of each upright rule that crosses it."""

    top: int
    bottom: int
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: its box and its rows from top to bottom, in pixels of the page."""

    box: Box
    rows: tuple[Row, ...]

    def row_of(self, box: Box) -> Row | None:
        """Return the row in which the middle of `box` lies; None where it lies outside the table."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not self.box[0] <= x <= self.box[2]:
            return None
        return next((row for row in self.rows if row.top <= y < row.bottom), None)


def tables(pixels: Pixels, dpi: int) -> tuple[Table, ...]:
    """Return the ruled tables with two rows and two columns or more in `pixels` (rows × columns, level, paper even)."""
    scale = min(1.0, _DPI / dpi)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (small < _DARK).astype(np.uint8)
    across = strokes(thick(dark, 1, 3), _ACROSS, 1)
    down = strokes(thick(dark, 3, 1), 1, _DOWN)
    count, labels, stats, _middles = cv2.connectedComponentsWithStats(thick(across | down, 5, 5))
    found = []
    for number in range(1, count):
        x, y, w, h = (int(value) for value in stats[number][:4])
        if w >= _LEAST_WIDTH and h >= _LEAST_HEIGHT:
            # Its own rules alone: the edge of the paper may cross the box of a leaning table.
            own = (labels[y : y + h, x : x + w] == number).astype(np.uint8)
            rows = _rows(across[y : y + h, x : x + w] * own, down[y : y + h, x : x + w] * own)
            if len(rows) >= 2 and max(len(row.edges) for row in rows) >= 3:
                found.append(_on_page((x, y, x + w, y + h), rows, 1 / scale))
    return tuple(found)


def cut_at_rules(box: Box, found: Sequence[Table]) -> list[Box]:
    """Return `box` cut where an upright rule of a table runs through it, and freed of rules at its ends."""
    row = next((row for table in found if (row := table.row_of(box))), None)
    if row is None:
        return [box]
    x0, y0, x1, y1 = box
    near = (y1 - y0) // 2
    pieces, left = [], x0
    for edge in row.edges:
        if x0 - 2 <= edge <= x1 + 2:
            if edge - left >= near:
                pieces.append((left, y0, min(x1, edge - 3), y1))
            left = edge + 4
    if x1 - left >= near or not pieces:
        pieces.append((min(left, x1 - 1), y0, x1, y1))
    return pieces


def _rows(across: NDArray[np.uint8], down: NDArray[np.uint8]) -> list[Row]:
    width = across.shape[1]
    rules = _runs(across.any(axis=1) & (across.sum(axis=1) > 0.3 * width))
    rows = []
    for top, bottom in pairwise(rules):
        if bottom - top >= 10:
            band = down[top + 2 : bottom - 1]
            rows.append(Row(top, bottom, tuple(_runs(band.mean(axis=0) > 0.6))))
    return rows


def _runs(found: NDArray[np.bool_]) -> list[int]:
    """The middles of runs of True; what stands closer than five pixels is one rule."""
    middles: list[int] = []
    edges = np.flatnonzero(np.diff(np.concatenate(([0], found.astype(np.int8), [0]))))
    for start, end in edges.reshape(-1, 2):
        middle = int(start + end) // 2
        if not middles or middle - middles[-1] > 5:
            middles.append(middle)
    return middles


def _on_page(box: Box, rows: list[Row], scale: float) -> Table:
    x, y = box[:2]
    x0, y0, x1, y1 = (round(value * scale) for value in box)
    placed = []
    for row in rows:
        edges = tuple(round((edge + x) * scale) for edge in row.edges)
        placed.append(Row(round((row.top + y) * scale), round((row.bottom + y) * scale), edges))
    return Table((x0, y0, x1, y1), tuple(placed))
