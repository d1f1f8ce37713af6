"""Where a point of the image that was read lies on the capture. Arithmetic only."""

import math
from dataclasses import dataclass, replace

from PIL import Image

from . import rasters
from .page_text import Box, Char, Line, Word, around

_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image, turn: int) -> Image.Image:
    """Return `image` turned clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(_TURNS[turn]) if turn else image


@dataclass(frozen=True, slots=True)
class Placement:
    """The way from the capture (`width` × `height`) to the image read: turned, scaled, then straightened.

    `matrix` takes a point of the image read to the turned image in its scaled size, as `rasters.moved` wants it.
    """

    width: int
    height: int
    turn: int
    scale: float
    matrix: tuple[float, float, float, float, float, float] = (1, 0, 0, 0, 1, 0)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the capture that is shown at (x, y) of the image read."""
        a, b, c, d, e, f = self.matrix
        x, y = (a * x + b * y + c) / self.scale, (d * x + e * y + f) / self.scale
        if self.turn == 90:
            return y, self.height - x
        if self.turn == 180:
            return self.width - x, self.height - y
        if self.turn == 270:
            return self.width - y, x
        return x, y

    def box(self, box: Box) -> Box:
        """Return the upright box on the capture for `box` of the image read: same middle, same size, kept inside.

        The lean is at most a few degrees: a box around the leaning corners would only be too large.
        """
        x, y = self.point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        half_width, half_height = (box[2] - box[0]) / self.scale / 2, (box[3] - box[1]) / self.scale / 2
        if self.turn in (90, 270):
            half_width, half_height = half_height, half_width
        return (
            min(max(0, math.floor(x - half_width)), self.width),
            min(max(0, math.floor(y - half_height)), self.height),
            min(max(0, math.ceil(x + half_width)), self.width),
            min(max(0, math.ceil(y + half_height)), self.height),
        )

    def line(self, line: Line) -> Line | None:
        """Return `line` with every box taken back to the capture; None where all of it lies outside (an artefact)."""
        words = tuple(word for word in map(self._word, line.words) if _has_a_size(word.box))
        return Line(words, around(word.box for word in words), line.block) if words else None

    def _word(self, word: Word) -> Word:
        chars = tuple(Char(char.text, self.box(char.box), char.confidence) for char in word.chars)
        return replace(word, chars=chars)


def _has_a_size(box: Box) -> bool:
    return box[0] < box[2] and box[1] < box[3]


def straightened(image: Image.Image, placement: Placement, degrees: float) -> tuple[Image.Image, Placement]:
    """Return `image` (already turned and scaled) turned clockwise by a few `degrees` on white, and its placement."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    width = math.ceil(image.width * cos + image.height * abs(sin))
    height = math.ceil(image.height * cos + image.width * abs(sin))
    left = (image.width - cos * width - sin * height) / 2
    top = (image.height + sin * width - cos * height) / 2
    matrix = (cos, sin, left, -sin, cos, top)
    return rasters.moved(image, (width, height), matrix), replace(placement, matrix=matrix)
