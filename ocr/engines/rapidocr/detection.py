"""Where pieces of text stand on an upright page, by PP-OCR's detector; what only shines through is left out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ...page_text import Box
from ...rasters import shades
from .models import Network

Pixels = NDArray[np.uint8]

_DPI = 96  # pieces are found as well on a coarse copy as on a fine one, at a fraction of the cost
_MOST_PIXELS = 2_400_000  # of the copy, whatever is said of its resolution
_STEP = 32  # the network wants sides that are multiples of this
_SEEN, _SURE = 0.3, 0.5  # PP-OCR's own thresholds: of a pixel, and of a piece
_GROW = 1.6  # the network marks the heart of a piece; PP-OCR's own measure of how much more belongs to it
_INK = 200  # of 255, on even paper; what is never darker is the back of the sheet


class Detector:
    """Finds pieces of text with a network that takes (1, 3, height, width) and answers (1, 1, height, width)."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, pixels: Pixels, dpi: int) -> list[Box]:
        """Return the boxes of pieces of text in `pixels` (rows × columns), in no order; only the inked part is seen."""
        left, top, right, bottom = _inked_part(pixels, dpi)
        if right - left < 8 or bottom - top < 8:
            return []
        part = pixels[top:bottom, left:right]
        scale = min(_DPI / dpi, (_MOST_PIXELS / part.size) ** 0.5)
        size = tuple(max(_STEP, round(side * scale / _STEP) * _STEP) for side in part.shape[::-1])
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        data = np.broadcast_to(small.astype(np.float32) / 127.5 - 1, (1, 3, *small.shape))
        heat = self._network(np.ascontiguousarray(data))[0, 0]
        across, down = part.shape[1] / size[0], part.shape[0] / size[1]
        boxes = [
            (left + int(x0 * across), top + int(y0 * down), left + round(x1 * across), top + round(y1 * down))
            for x0, y0, x1, y1 in _pieces(heat)
        ]
        return [box for box in boxes if _has_ink(pixels, box)]


def _inked_part(pixels: Pixels, dpi: int) -> Box:
    """The part of the page with ink in it, with a margin; all of the page costs more and shows nothing more."""
    step = max(1, dpi // 50)
    dark = pixels[::step, ::step] < _INK
    rows, columns = np.flatnonzero(dark.sum(axis=1) > 1), np.flatnonzero(dark.sum(axis=0) > 1)
    if not rows.size or not columns.size:
        return (0, 0, 0, 0)
    margin = dpi // 8
    return (
        max(0, int(columns[0]) * step - margin),
        max(0, int(rows[0]) * step - margin),
        min(pixels.shape[1], int(columns[-1]) * step + margin),
        min(pixels.shape[0], int(rows[-1]) * step + margin),
    )


def _pieces(heat: NDArray[np.float32]) -> list[tuple[float, float, float, float]]:
    """The boxes of what the network marked, grown to the size of the text, in pixels of its answer."""
    height, width = heat.shape
    mask = cv2.dilate((heat > _SEEN).astype(np.uint8), np.ones((2, 2), np.uint8))
    count, labels, stats, _middles = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for number in range(1, count):
        x, y, w, h = (int(value) for value in stats[number][:4])
        own = labels[y : y + h, x : x + w] == number
        if min(w, h) < 3 or float(heat[y : y + h, x : x + w][own].mean()) < _SURE:
            continue
        more = w * h * _GROW / (2 * (w + h))
        found.append((max(0.0, x - more), max(0.0, y - more), min(width, x + w + more), min(height, y + h + more)))
    return found


def _has_ink(pixels: Pixels, box: Box) -> bool:
    x0, y0, x1, y1 = box
    part = pixels[y0:y1:2, x0:x1:2]
    return part.size > 0 and shades(part, 3)[0] < _INK
