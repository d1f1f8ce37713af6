"""What is done to an image before it is read: is there ink, which way up, how askew, what is paper and what is ink.

Nothing here reads text. Judgements are made on a small copy (about 100 dpi), so that they cost
a few hundredths of a second whatever the scanner's resolution.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .page_text import Box
from .rasters import Bools, Floats, closed, counted, strokes, thick
from .seals import without_seals

SURVEY_DPI = 100
READING_DPI = 200

_INK = 0.80  # darker than this share of the paper around it is ink; what shines through from the back stays above
_PALE, _PALEST, _DARK = 0.72, 0.92, 0.6  # shares of the paper: the back of the sheet lies between, ink below
_MUCH = 0.25  # so much that is pale and alone, as a share of the words' ink, is no dust
_TILE = 24  # survey pixels; about two lines of text: some paper shows in each
_CELL = 8  # survey pixels; about half a character
_CELL_INK = 0.06  # share of a cell that a stroke covers, and a speck of dust does not
_FEWEST_CELLS = 4
_MOST_POINTS = 30_000  # of ink to tell the lean by; a third of them misjudges columns
_GAP = 8  # survey pixels; signs of a line stand closer, lines do not


@dataclass(frozen=True)
class Survey:
    """The small copy of a page: `light` as share of the paper around it (1 = paper), and the `paper` in tiles (0..255).

    `ink` is where there is ink, the scanner's black borders left out; `words` the same without the rules of forms.
    """

    light: Floats
    paper: Floats
    ink: Bools
    words: Bools

    def turned(self, turn: int) -> "Survey":
        """Return the survey of the same page turned clockwise by `turn` degrees."""
        if not turn:
            return self
        return Survey(*(_quarters(part, turn) for part in (self.light, self.paper, self.ink, self.words)))

    @cached_property
    def lean(self) -> float:
        """By how many degrees clockwise the lines of an upright page must be turned to be level (-6 … 6)."""
        return _lean(self.ink)


def _quarters(part: NDArray[Any], turn: int) -> NDArray[Any]:
    return np.ascontiguousarray(np.rot90(part, -turn // 90))


def as_grey(image: Image.Image, dpi: int) -> Image.Image:
    """Return `image` in mode L on white: transparency filled, 16 bits scaled down, red seals taken off the words."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float32)
        top = max(float(values.max(initial=0)), 255.0)
        return Image.fromarray((values * (255.0 / top)).clip(0, 255).astype(np.uint8))
    if image.mode in ("1", "L"):
        return image.convert("L")
    return without_seals(image.convert("RGB"), dpi)


def survey(grey: Image.Image, dpi: int) -> Survey:
    """Return the small copy of `grey` (mode L) with its paper made even."""
    small = grey.reduce(max(1, round(dpi / SURVEY_DPI)))
    values = np.asarray(small, dtype=np.float32)
    paper = _paper(values)
    spread = np.asarray(Image.fromarray(paper).resize(small.size, Image.Resampling.BILINEAR))
    light = values / spread
    ink = _without_rims(light < _INK)
    return Survey(light, paper, ink, _without_rules(ink))


def has_text(page: Survey) -> bool:
    """Say whether there is ink enough for three or four strokes, rules and the scanner's black borders left out.

    Cells are counted, not pixels: dust is everywhere and little in each place, a lone page number is the reverse.
    """
    counts = counted(page.words, _CELL)
    return int(np.count_nonzero(counts > _CELL_INK * _CELL * _CELL)) >= _FEWEST_CELLS


def is_pale(page: Survey) -> bool:
    """Say whether none of the ink is as dark as ink usually is: very faint writing, or the back of the sheet alone."""
    return int(np.count_nonzero(page.light[page.words] < _PALE)) < _FEWEST_CELLS


def lies_sideways(page: Survey) -> bool:
    """Say whether the lines of text run up and down the image.

    Signs of a line stand closer together than lines do, so closing small gaps fills far more along the lines than
    across them (1.4 to 5 times on all sorts of Chinese pages, faint and leaning ones too).
    """
    return _filled(page.words, 1, _GAP) > _filled(page.words, _GAP, 1)


def may_stand_on_its_head(page: Survey) -> bool:
    """Say whether far more lines end in line than begin in line, as upside down; only a reason to look closer.

    Lines begin at the margin or a fixed indent, and end where the words do.
    """
    slope = np.tan(np.radians(-page.lean))
    y, x = np.nonzero(page.words)
    rows = (y - x * slope).astype(np.int32)
    across = (x + y * slope).astype(np.int32)
    starts, ends = _line_ends(rows - rows.min(initial=0), across)
    if len(starts) < 6:
        return False
    em = SURVEY_DPI // 5
    begins = (starts < np.percentile(starts, 15) + em).sum()
    stops = (ends > np.percentile(ends, 85) - em).sum()
    return bool(stops > 1.5 * begins and stops > 0.6 * len(ends))


def densest_part(page: Survey, width: int, height: int) -> Box:
    """Return the part of the survey (its pixels) of at most `width` by `height` that holds the most text."""
    ink = page.words.astype(np.int32)
    y = _densest(ink.sum(axis=1), height)
    x = _densest(ink[y : y + height].sum(axis=0), width)
    return (x, y, min(x + width, ink.shape[1]), min(y + height, ink.shape[0]))


def even_out(grey: Image.Image, page: Survey) -> Image.Image:
    """Return `grey` with uneven paper made white and faint ink made dark; good scans come back as they are."""
    ink = page.light[page.ink]
    darkest = float(np.percentile(ink, 20)) if ink.size else 0.0
    uneven = float(page.paper.max()) > 1.15 * float(page.paper.min())
    through = darkest < 0.45 and _shines_through(page)
    if not uneven and darkest < 0.5:
        return _without_shine(grey, float(np.median(page.paper))) if through else grey
    stretch = 1.0 if darkest < 0.45 else 0.8 / (1.0 - darkest)
    # Whole numbers in sixty-fourths: floats cost several times the time on a big scan, coarser steps would show.
    gain = np.clip(255.0 * 64.0 / page.paper, 64, 255).astype(np.uint8)
    gains = np.asarray(Image.fromarray(gain).resize(grey.size, Image.Resampling.BILINEAR))
    light = np.asarray(grey).astype(np.uint16)
    light *= gains
    light >>= 6
    even = Image.fromarray(np.minimum(light, 255, out=light).astype(np.uint8))
    if through:
        return _without_shine(even, 255.0)
    return even if stretch == 1.0 else even.point([max(0, round(255 - (255 - v) * stretch)) for v in range(256)])


def _lean(ink: Bools) -> float:
    y, x = np.nonzero(ink)
    if not y.size:
        return 0.0
    step = y.size // _MOST_POINTS + 1
    rows = y[::step].astype(np.float32) + ink.shape[1]
    columns = x[::step].astype(np.float32) - ink.shape[1] / 2

    def sharpness(angle: float) -> float:
        counts = np.bincount((rows - columns * float(np.tan(np.radians(angle)))).astype(np.int32))
        return float(np.square(np.diff(counts)).sum())

    coarse = max(np.arange(-6.0, 6.1, 0.5), key=sharpness)
    return -round(float(max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=sharpness)), 1)


def _shines_through(page: Survey) -> bool:
    """Say whether much that is pale has nothing dark beside it: the sheet's back, where the front is well inked."""
    pale = (page.light > _PALE) & (page.light < _PALEST)
    beside_dark = thick((page.light < _DARK).view(np.uint8), 7, 7)
    alone = pale & (beside_dark == 0)
    return int(np.count_nonzero(alone)) > _MUCH * int(np.count_nonzero(page.words))


def _without_shine(image: Image.Image, paper: float) -> Image.Image:
    """Return `image` with all that is paler than real ink made white; what is between it and the dark is stretched."""
    low, high = 0.5 * paper, _PALE * paper
    steepness = (255 - low) / (high - low)
    return image.point([round(v if v <= low else min(255.0, low + (v - low) * steepness)) for v in range(256)])


def _paper(values: Floats) -> Floats:
    """The paper's lightness in tiles: the fourth fifth of each, never less than a third of the page's own."""
    height, width = values.shape
    padded = np.pad(values, ((0, -height % _TILE), (0, -width % _TILE)), mode="edge")[::2, ::2]
    side = _TILE // 2  # a quarter of the pixels says as much
    rows, columns = padded.shape[0] // side, padded.shape[1] // side
    tiles = padded.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, -1)
    rank = side * side * 4 // 5
    paper = np.partition(tiles, rank, axis=2)[:, :, rank]
    floor = max(1.0, float(np.percentile(paper, 75)) * 0.35)
    return np.maximum(paper, floor).astype(np.float32)


def _without_rims(ink: Bools) -> Bools:
    """The ink without the scanner's black borders: mostly dark rows and columns at the edge, and 2 % in any case."""
    kept = ink.copy()
    for turned in (kept, kept[::-1], kept.T, kept.T[::-1]):
        rim = max(2, len(turned) // 50)
        dark = turned[: len(turned) // 8].mean(axis=1) > 0.5
        if dark.any():
            rim = max(rim, int(np.flatnonzero(dark).max()) + 4)
        turned[:rim] = False
    return kept


def _without_rules(ink: Bools, length: int = 30) -> Bools:
    """The ink without straight strokes longer than `length`: the rules of forms, which run both ways."""
    dark = ink.view(np.uint8)
    # With a pixel around, because what leans leaves crumbs along its edge.
    rules = thick(strokes(dark, length, 1) | strokes(dark, 1, length), 3, 3)
    return ink & (rules == 0)


def _filled(ink: Bools, across: int, down: int) -> int:
    """How many pixels closing the gaps narrower than `across`, or lower than `down`, would fill."""
    return int(np.count_nonzero(closed(ink.view(np.uint8), across, down))) - int(np.count_nonzero(ink))


def _line_ends(rows: NDArray[np.int32], across: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The first and the last ink of each line of text, lines being runs of rows with ink, at least five rows high."""
    if not rows.size:
        return rows, rows
    inked = np.bincount(rows) > 1
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.astype(np.int8), [0]))))
    starts, ends = [], []
    for top, bottom in edges.reshape(-1, 2):
        if bottom - top >= 5:
            line = across[(rows >= top) & (rows < bottom)]
            starts.append(int(line.min()))
            ends.append(int(line.max()))
    return np.array(starts, dtype=np.int32), np.array(ends, dtype=np.int32)


def _densest(counts: NDArray[np.int32], length: int) -> int:
    if len(counts) <= length:
        return 0
    sums = np.concatenate(([0], np.cumsum(counts)))
    return int(np.argmax(sums[length:] - sums[:-length]))
