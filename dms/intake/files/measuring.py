"""Measures how well a page was scanned: lean, lightness, contrast, ink, black rims, cut edges. Judges nothing.

Works on a small copy (about 100 dpi) of the picture that lies open for its derivatives anyway, so that a page costs a
few hundredths of a second (A17). What the numbers mean is for dms.intake.scan_quality to say.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .pages import Measures

SURVEY_DPI = 100
MOST_LEAN = 8.0  # degrees; what leans more was laid in crosswise
_TILE = 24  # survey pixels, 6 mm: some paper shows in each
_INK = 0.82  # darker than this share of the paper around it; what shines through from the back stays above
_DARK = 0.5  # a rim is darker than this share of the page's paper
_FEWEST_INK = 300  # survey pixels; fewer have no direction
_MOST_POINTS = 15_000
_LONGEST_STROKE = 48  # survey pixels, 12 mm: what runs on longer along an edge is a rim or a rule, no cut sign
_SURE = 1.2  # how much sharper than the middling angle the best must be

Bools = NDArray[np.bool_]
Greys = NDArray[np.uint8]


def measure(page: Image.Image, dpi: int) -> Measures:
    """Return the measures of `page` (mode L or RGB), whose pixels lie at `dpi`."""
    grey = np.asarray(page.convert("L").reduce(max(1, round(dpi / SURVEY_DPI))))
    paper = _percentile(grey, 0.9)
    top, right, bottom, left = _rims(grey, paper)
    inner = grey[top : grey.shape[0] - bottom, left : grey.shape[1] - right]
    ink = _ink(inner, paper)
    count = int(ink.sum())
    return Measures(
        lean=_lean(ink) if count >= _FEWEST_INK else None,
        paper=paper,
        ink=_percentile(inner[ink], 0.2) if count else None,
        ink_share=round(10_000 * count / max(1, ink.size)),
        rim_share=round(1000 * (1 - inner.size / grey.size)),
        cut_top=_cut(ink),
        cut_right=_cut(ink.T[::-1]),
        cut_bottom=_cut(ink[::-1]),
        cut_left=_cut(ink.T),
    )


def _percentile(grey: Greys, share: float) -> int:
    counts = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    return int(np.searchsorted(counts, share * counts[-1]))


def _rims(grey: Greys, paper: int) -> tuple[int, int, int, int]:
    """Return how deep the scanner's black rims are at top, right, bottom, left: rows from the edge that are dark."""
    dark = grey < paper * _DARK
    rows, columns = dark.mean(axis=1) > 0.5, dark.mean(axis=0) > 0.5
    return _depth(rows), _depth(columns[::-1]), _depth(rows[::-1]), _depth(columns)


def _depth(dark: Bools) -> int:
    near = np.flatnonzero(dark[: len(dark) // 6])
    # Two more rows: the rim's own soft edge.
    return int(near.max()) + 3 if near.size and near.min() < 6 else 0


def _ink(grey: Greys, paper: int) -> Bools:
    """Return where it is darker than the paper around it; uneven light does not count."""
    height, width = grey.shape
    if not grey.size:
        return np.zeros(grey.shape, dtype=np.bool_)
    padded = np.pad(grey, ((0, -height % _TILE), (0, -width % _TILE)), mode="edge")
    rows, columns = padded.shape[0] // _TILE, padded.shape[1] // _TILE
    around = padded.reshape(rows, _TILE, columns, _TILE).max(axis=(1, 3))
    floor = np.maximum(around, int(paper * 0.35)).astype(np.float32)
    even = Image.fromarray(floor).resize((width, height), Image.Resampling.BILINEAR)
    ink: Bools = grey < np.asarray(even) * _INK
    return ink


def _lean(ink: Bools) -> int | None:
    """Return by how many tenths of a degree the lines fall to the right; the page may lie on its side."""
    rows, columns = np.nonzero(ink)
    step = len(rows) // _MOST_POINTS + 1
    y, x = rows[::step].astype(np.float32), columns[::step].astype(np.float32)
    across, along = _sharpest(y, x, ink.shape[1]), _sharpest(x, y, ink.shape[0])
    angle, peak, middling = max(across, along, key=lambda found: found[1])
    if peak < _SURE * middling:
        return None
    # Columns that lean to one side are lines that lean to the other.
    return round(10 * angle) if (angle, peak, middling) == across else -round(10 * angle)


def _sharpest(rows: NDArray[np.float32], columns: NDArray[np.float32], width: int) -> tuple[float, float, float]:
    """Return (the angle at which the rows' profile is sharpest, how sharp it is there, and at a middling angle)."""

    def sharpness(angle: float) -> float:
        shifted = (rows - (columns - width / 2) * np.float32(np.tan(np.radians(angle))) + width).astype(np.int32)
        return float(np.square(np.diff(np.bincount(shifted).astype(np.float32))).sum())

    coarse = {angle: sharpness(angle) for angle in np.arange(-MOST_LEAN, MOST_LEAN + 0.1, 0.5)}
    best = max(coarse, key=lambda angle: coarse[angle])
    fine = {angle: sharpness(angle) for angle in np.arange(best - 0.4, best + 0.41, 0.1)}
    angle = max(fine, key=lambda one: fine[one])
    return float(angle), fine[angle], float(np.median(list(coarse.values())))


def _cut(ink: Bools) -> int:
    """Return the thousandths of the first rows' width at which short strokes run out of the picture."""
    if ink.shape[0] < 3 or not ink.shape[1]:
        return 0
    touching = ink[:3].all(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], touching.astype(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    return round(1000 * int(runs[runs <= _LONGEST_STROKE].sum()) / ink.shape[1])
