"""Makes what screens show of a page: a JPEG of bounded size and a thumbnail. Pixels in, bytes out."""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image

LONG_SIDE = 2200
THUMBNAIL_SIDE = 240
MAX_BYTES = 350_000
_QUALITIES = (80, 70, 60, 48)
_COLOUR_SIDE = 640
_COLOUR_DISTANCE = 20  # in Cb/Cr steps from the paper's own tint
_COLOUR_SHARE = 0.0004  # a seal on A4 is about 1 %, a signature in blue ink 0.1 %


class Derivatives(NamedTuple):
    """JPEG of the page and JPEG thumbnail."""

    image: bytes
    thumbnail: bytes


def make_derivatives(page: Image.Image) -> Derivatives:
    """Return the JPEG (long side ≤ 2,200 px, ≤ 350 kB, grey where the paper is colourless) and the thumbnail (240 px).

    `page` is upright, mode L or RGB.
    """
    shown = _fitted(page, LONG_SIDE)
    if shown.mode == "RGB" and is_colourless(shown):
        shown = shown.convert("L")
    return Derivatives(_jpeg_within(shown, MAX_BYTES), _jpeg(_fitted(shown, THUMBNAIL_SIDE), 72))


def is_colourless(page: Image.Image) -> bool:
    """Return whether an RGB page shows nothing but its paper (yellowed or not) and grey ink."""
    small = _fitted(page, _COLOUR_SIDE).convert("YCbCr")
    tint = np.asarray(small)[..., 1:].reshape(-1, 2).astype(np.int16)
    away = np.abs(tint - np.median(tint, axis=0)).max(axis=1) > _COLOUR_DISTANCE
    # A page coloured through and through (a photograph on coloured ground) has no paper tint to compare with.
    paper_is_pale = bool(np.abs(np.median(tint, axis=0) - 128).max() <= _COLOUR_DISTANCE)
    return paper_is_pale and float(away.mean()) <= _COLOUR_SHARE


def _fitted(page: Image.Image, side: int) -> Image.Image:
    longest = max(page.size)
    if longest <= side:
        return page
    size = (max(1, round(page.width * side / longest)), max(1, round(page.height * side / longest)))
    return page.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _jpeg_within(page: Image.Image, most: int) -> bytes:
    while True:
        for quality in _QUALITIES:
            data = _jpeg(page, quality)
            if len(data) <= most:
                return data
        page = _fitted(page, max(page.size) * 4 // 5)


def _jpeg(page: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
