"""Draws pages for the recogniser's tests: business words on paper, then what scanners do to them."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.factories.images import font

LINES = (
    "海棠花园物业服务合同",
    "合同编号：HT-2019-0042",
    "甲方：海棠物业管理有限公司",
    "乙方：张建国，电话13800138000",
    "一、乙方所购房屋位于三号楼二单元，建筑面积一百二十平方米。",
    "二、物业服务费按月缴纳，每月五日以前缴清。",
    "三、客户档案由档案室保管，未经批准不得查阅、复制。",
    "四、本合同一式两份，双方签字盖章后生效。",
    "签订日期：2019年3月8日",
)
SIZE = (1654, 2339)


def a_letter(lines: tuple[str, ...] = LINES, *, ink: int = 25, paper: int = 247) -> Image.Image:
    """Return an A4 page at 200 dpi with `lines` in 12 pt, black on white, in mode L."""
    image = Image.new("L", SIZE, paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((200, 240 + number * 66), line, font=font(34), fill=ink)
    return image


def a_blank(paper: int = 247) -> Image.Image:
    """Return an empty sheet with the grain every scan has."""
    grain = np.random.default_rng(7).normal(paper, 3, (SIZE[1], SIZE[0]))
    return Image.fromarray(grain.clip(0, 255).astype(np.uint8))


def with_back_shining_through(image: Image.Image) -> Image.Image:
    """Return `image` with the mirrored back of the sheet faintly visible."""
    back = a_letter().transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(2))
    faint = back.point([247 - (247 - value) // 9 for value in range(256)])
    return Image.fromarray(np.minimum(np.asarray(image), np.asarray(faint)))


def with_black_border(image: Image.Image) -> Image.Image:
    """Return `image` leaning in the scanner's black."""
    return image.rotate(1.2, Image.Resampling.BICUBIC, expand=True, fillcolor=12).resize(SIZE)


def under_a_lamp(image: Image.Image) -> Image.Image:
    """Return `image` lit from the right, dark on the left."""
    light = np.linspace(0.45, 1.0, image.width)[None, :]
    return Image.fromarray((np.asarray(image) * light).astype(np.uint8))


def leaning(image: Image.Image, degrees: float) -> Image.Image:
    """Return `image` turned clockwise by some degrees."""
    return image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=247)


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    """Return `image` as a file of `form`."""
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
