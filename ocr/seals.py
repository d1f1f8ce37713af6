"""Finds the red seals on a colour page and takes them off the words beneath. Red letterheads are no seals."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .page_text import Box

_CELL = 12  # pixels of the small copy at about 100 dpi: three millimetres
_SMALLEST, _LARGEST = 0.7, 3.0  # inches across: 18 to 76 millimetres
_LONGEST = 1.8  # times as long as wide; round and oval seals are, a line of letterhead is not


def without_seals(colour: Image.Image, dpi: int) -> Image.Image:
    """Return `colour` (mode RGB) in grey; where a seal lies, only what is not red shows: any other ink."""
    grey = colour.convert("L")
    for box in seals(colour, dpi):
        red = colour.crop(box).getchannel("R")
        grey.paste(red.point([min(255, round(value * 1.2)) for value in range(256)]), box)
    return grey


def seals(colour: Image.Image, dpi: int) -> list[Box]:
    """Return the boxes of the seals, in pixels of `colour` (mode RGB)."""
    factor = max(1, round(dpi / 100))
    cells = _red_cells(np.asarray(colour.reduce(factor)))
    if not cells.any():
        return []
    size, found = _CELL * factor, []
    for x0, y0, x1, y1 in _patches(cells):
        across, down = (x1 - x0) * size / dpi, (y1 - y0) * size / dpi
        short, long = sorted((across, down))
        if short >= _SMALLEST and long <= _LARGEST and long <= _LONGEST * short:
            found.append((x0 * size, y0 * size, min(x1 * size, colour.width), min(y1 * size, colour.height)))
    return found


def _red_cells(small: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Cells of which a twentieth is red."""
    rows, columns = small.shape[0] // _CELL, small.shape[1] // _CELL
    values = small[: rows * _CELL, : columns * _CELL].astype(np.int16)
    red = values[:, :, 0] - np.maximum(values[:, :, 1], values[:, :, 2]) > 40
    return red.reshape(rows, _CELL, columns, _CELL).mean(axis=(1, 3)) > 0.05


def _patches(cells: NDArray[np.bool_]) -> Iterator[Box]:
    """The boxes (in cells) around groups of neighbouring cells, diagonals included."""
    waiting = {(int(y), int(x)) for y, x in np.argwhere(cells)}
    while waiting:
        edge = [waiting.pop()]
        group = list(edge)
        while edge:
            y, x = edge.pop()
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & waiting
            waiting -= near
            edge += near
            group += near
        rows, columns = [y for y, _x in group], [x for _y, x in group]
        yield (min(columns), min(rows), max(columns) + 1, max(rows) + 1)
