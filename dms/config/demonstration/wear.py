"""Draws composed sides as a scanner would see them: paper, light, skew, noise, seals. Knows no paper's content."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .fonts import font
from .sheets import Rule, Side, Stamp, Text

RED = (196, 38, 42)


@dataclass(frozen=True, slots=True)
class Wear:
    """How a side came out of the scanner. `skew` in degrees, `shade` and `noise` in grey levels."""

    dpi: int = 200
    skew: float = 0.0
    shade: float = 10.0
    noise: float = 3.0
    blur: float = 0.5
    ink: int = 40
    paper: tuple[int, int, int] = (244, 243, 240)
    colour: bool = False
    through: float = 0.0


# How the scans of an office usually look, and some that are hard to read.
CLEAN = Wear()
COPY = Wear(skew=0.6, shade=14, noise=5, ink=58, paper=(238, 238, 238))
ASKEW = Wear(skew=-1.8, shade=12, noise=4)
LAMP = Wear(skew=0.4, shade=48, noise=5, paper=(232, 228, 218), colour=True)
CARBON = Wear(skew=0.9, shade=12, noise=5, ink=66, paper=(246, 226, 222), colour=True)
TIRED = Wear(skew=1.1, shade=32, noise=12, blur=1.0, ink=100, paper=(222, 220, 212), colour=True)
FINE = Wear(dpi=300, skew=0.3, shade=8, noise=2)


def draw(side: Side, wear: Wear) -> Image.Image:
    """Return the side as drawn, before the scanner: RGB, white paper, `wear.dpi`."""
    scale = wear.dpi / 72
    image = Image.new("RGB", (round(side.size[0] * scale), round(side.size[1] * scale)), "white")
    pen = ImageDraw.Draw(image)
    ink = (wear.ink, wear.ink, wear.ink + 6)
    for mark in side.marks:
        if isinstance(mark, Text):
            face = font(mark.face, round(mark.size * scale))
            pen.text((mark.x * scale, mark.y * scale), mark.string, font=face, fill=ink)
        elif isinstance(mark, Rule):
            box = [mark.x0 * scale, mark.y0 * scale, mark.x1 * scale, mark.y1 * scale]
            pen.line(box, fill=ink, width=max(1, round(mark.width * scale)))
    for mark in side.marks:
        if isinstance(mark, Stamp):
            _press(image, mark, scale)
    return image


def _press(image: Image.Image, stamp: Stamp, scale: float) -> None:
    """Multiply a round seal onto the image, as ink on ink does."""
    radius = round(stamp.radius * scale)
    seal = Image.new("RGB", (2 * radius, 2 * radius), "white")
    pen = ImageDraw.Draw(seal)
    pen.ellipse((4, 4, 2 * radius - 5, 2 * radius - 5), outline=RED, width=max(3, radius // 18))
    _rim(seal, stamp.rim, radius)
    points = [
        (radius + math.sin(turn) * reach, radius - math.cos(turn) * reach)
        for step in range(10)
        for turn, reach in [(step * math.pi / 5, radius * (0.30 if step % 2 == 0 else 0.12))]
    ]
    pen.polygon(points, fill=RED)
    if stamp.middle:
        face = font("song", max(8, radius // 6))
        pen.text((radius - face.getlength(stamp.middle) / 2, radius * 1.42), stamp.middle, font=face, fill=RED)
    left, top = round(stamp.x * scale) - radius, round(stamp.y * scale) - radius
    under = np.asarray(image.crop((left, top, left + 2 * radius, top + 2 * radius)), dtype=np.uint16)
    pressed = (under * (np.asarray(seal, dtype=np.uint16) + 30).clip(0, 255) // 255).astype(np.uint8)
    image.paste(Image.fromarray(pressed), (left, top))


def _rim(seal: Image.Image, words: str, radius: int) -> None:
    face = font("song", max(10, radius // 4))
    spread = math.radians(250)
    for number, character in enumerate(words):
        turn = (number / max(1, len(words) - 1) - 0.5) * spread
        tile = Image.new("L", (radius // 2, radius // 2), 0)
        ImageDraw.Draw(tile).text((radius // 4, radius // 4), character, font=face, fill=255, anchor="mm")
        tile = tile.rotate(-math.degrees(turn), resample=Image.Resampling.BILINEAR)
        x = radius + math.sin(turn) * radius * 0.74 - tile.width / 2
        y = radius - math.cos(turn) * radius * 0.74 - tile.height / 2
        seal.paste(RED, (round(x), round(y)), tile)


def scan(side: Side, wear: Wear, rng: np.random.Generator, *, back: Side | None = None) -> Image.Image:
    """Return the side as a scanner delivers it: grey, or RGB where `wear.colour` or a seal asks for it.

    `back` is the sheet's other side; with `wear.through` (0..1) it shines through, mirrored.
    """
    stamped = any(isinstance(mark, Stamp) for mark in side.marks)
    image = draw(side, wear)
    if not (wear.colour or stamped):
        image = image.convert("L")
    if wear.skew:
        white = 255 if image.mode == "L" else (255, 255, 255)
        image = image.rotate(wear.skew, resample=Image.Resampling.BILINEAR, fillcolor=white)
    if wear.blur:
        image = image.filter(ImageFilter.BoxBlur(wear.blur))
    tone = np.asarray(image, dtype=np.float32) / 255
    if back is not None and wear.through:
        other = draw(back, replace(wear, ink=0)).convert("L").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        shine = np.asarray(other.filter(ImageFilter.BoxBlur(3)), dtype=np.float32) / 255
        shine = 1 - wear.through * (1 - shine)
        tone = tone * (shine if tone.ndim == 2 else shine[..., None])
    return Image.fromarray(_light(tone, wear, rng))


def _light(tone: Any, wear: Wear, rng: np.random.Generator) -> Any:
    """Lay the drawing on paper under an uneven lamp, add the sensor's noise; return bytes."""
    height, width = tone.shape[:2]
    across, down = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    slope = np.float32(math.cos(angle)) * across[None, :] + np.float32(math.sin(angle)) * down[:, None]
    fall = (slope * -0.5 - 0.5) * np.float32(wear.shade)
    tile = rng.standard_normal((512, 512), dtype=np.float32) * np.float32(wear.noise)
    grain = np.tile(tile, (height // 512 + 1, width // 512 + 1))[:height, :width]
    paper = np.asarray(wear.paper, dtype=np.float32)
    lit = tone * paper.mean() if tone.ndim == 2 else tone * paper
    change = fall + grain
    lit += change if tone.ndim == 2 else change[..., None]
    return lit.clip(0, 255).astype(np.uint8)
