"""Arithmetic on arrays of pixels that OpenCV does several times faster than numpy: shades, strokes, gaps. No judgement.

One thread: two workers on two cores would otherwise fight over them.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

cv2.setNumThreads(1)


def shades(pixels: Pixels, *percents: float) -> list[int]:
    """Return for each of `percents` the shade (0..255) that so many percent of `pixels` are no lighter than."""
    counted = np.cumsum(np.bincount(pixels.ravel(), minlength=256))
    wanted = [counted[-1] * percent / 100 for percent in percents]
    return [int(shade) for shade in np.minimum(np.searchsorted(counted, wanted), 255)]


def strokes(mask: Pixels, across: int, down: int) -> Pixels:
    """Return what of `mask` (0 or more) is part of a straight stroke `across` wide and `down` high."""
    kernel, first, last = np.ones((down, across), np.uint8), (0, 0), (across - 1, down - 1)
    whole = cv2.erode(mask, kernel, anchor=first, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(cv2.dilate(whole, kernel, anchor=last), dtype=np.uint8)


def thick(mask: Pixels, across: int, down: int) -> Pixels:
    """Return `mask` with each of its pixels grown to `across` by `down` (odd numbers)."""
    return np.asarray(cv2.dilate(mask, np.ones((down, across), np.uint8)), dtype=np.uint8)


def closed(mask: Pixels, across: int, down: int) -> Pixels:
    """Return `mask` with the gaps filled that are narrower than `across` or, the other way, lower than `down`.

    Nothing beyond the edge closes a gap.
    """
    kernel, first, last = np.ones((down, across), np.uint8), (0, 0), (across - 1, down - 1)
    framed = cv2.copyMakeBorder(mask, down, down, across, across, cv2.BORDER_CONSTANT, value=0)
    filled = cv2.erode(cv2.dilate(framed, kernel, anchor=first), kernel, anchor=last)
    return np.asarray(filled[down:-down, across:-across], dtype=np.uint8)


def counted(mask: Bools, size: int) -> Pixels:
    """Return how much of `mask` is set in each square cell of `size` (at most 15); what is left at the edge is not."""
    rows, columns = mask.shape[0] // size, mask.shape[1] // size
    if not rows or not columns:
        return np.zeros((rows, columns), np.uint8)
    whole = mask[: rows * size, : columns * size].view(np.uint8) * np.uint8(size * size)
    # The mean of a cell whose set pixels are worth the cell's size is their number.
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def moved(image: Image.Image, size: tuple[int, int], matrix: Sequence[float]) -> Image.Image:
    """Return an image of `size` (width, height) that shows `image` (mode L) on white.

    `matrix` (a, b, c, d, e, f) takes a point (x, y) of the result to (ax + by + c, dx + ey + f) of `image`.
    """
    a, b, c, d, e, f = matrix
    # OpenCV's pixels have their middle, ours their corner, at whole numbers.
    middles = np.array(((a, b, c + (a + b - 1) / 2), (d, e, f + (d + e - 1) / 2)))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpAffine(np.asarray(image), middles, size, flags=how, borderValue=255)
    return Image.fromarray(np.asarray(pixels, dtype=np.uint8))
