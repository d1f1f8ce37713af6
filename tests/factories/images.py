"""Pictures of paper for tests."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return an installed Chinese font at `size` pixels."""
    path = next(path for path in FONTS if Path(path).exists())
    return ImageFont.truetype(path, size)


def paper(words: str, *, size: tuple[int, int] = (1240, 1754), text_size: int = 40) -> Image.Image:
    """Return an A4 page at 150 dpi, grey, with `words` in black; a newline begins a new line."""
    image = Image.new("L", size, 250)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(words.split("\n")):
        draw.text((120, 160 + number * text_size * 2), line, font=font(text_size), fill=20)
    return image


def jpeg_of(image: Image.Image, quality: int = 85) -> bytes:
    """Return `image` as JPEG bytes at 200 dpi."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, dpi=(200, 200))
    return out.getvalue()
