"""Characters' boxes fitted to the ink of their line."""

import numpy as np
from PIL import Image, ImageDraw

from ocr.fitting import fit_lines
from ocr.page_text import Char, Line, Word, spread
from tests.factories.images import font

WORDS = "合同编号：HT-2019，川小明"
SIZE = 40


def a_line(text: str, *, shift: int = 0) -> tuple[Image.Image, Line, list[tuple[int, int]]]:
    """Return an image of `text`, the line with boxes off by `shift`, and where each character truly stands."""
    image = Image.new("L", (900, 100), 250)
    draw, at, true = ImageDraw.Draw(image), 50, []
    for sign in text:
        draw.text((at, 20), sign, font=font(SIZE), fill=20)
        true.append((at, at + round(font(SIZE).getlength(sign))))
        at = true[-1][1]
    top, bottom = 22, 72
    chars = spread(text, (50 + shift, top, at + shift, bottom), 90)
    return image, Line((Word(chars, 90),), (40, top, at + 10, bottom)), true


def share_right(line: Line, true: list[tuple[int, int]]) -> float:
    places = zip((char.box for char in line.chars), true, strict=True)
    right = [start - 8 <= box[0] and box[2] <= end + 8 for box, (start, end) in places]
    return sum(right) / len(right)


def test_boxes_go_to_their_characters_where_the_engine_was_a_third_of_a_character_off():
    image, line, true = a_line(WORDS, shift=SIZE // 3)
    (fitted,) = fit_lines((line,), image)
    assert share_right(line, true) < 0.9
    assert share_right(fitted, true) == 1


def test_boxes_hold_the_ink_and_no_more_than_the_cell():
    image, line, true = a_line("物业服务合同")
    (fitted,) = fit_lines((line,), image)
    dark = np.asarray(image) < 128
    for char, (start, end) in zip(fitted.chars, true, strict=True):
        x0, y0, x1, y1 = char.box
        assert dark[:, start:end].sum() == dark[y0:y1, x0:x1].sum()
        assert x1 - x0 <= SIZE + 12


def test_nothing_but_boxes_changes():
    image, line, _true = a_line(WORDS, shift=7)
    (fitted,) = fit_lines((line,), image)
    assert (fitted.text, fitted.box, fitted.confidence, fitted.block) == (line.text, line.box, 90, 0)


def test_a_line_without_ink_or_too_small_stays_as_it_is():
    _image, line, _true = a_line("物业")
    tiny = Line((Word((Char("物", (0, 0, 3, 3)), Char("业", (3, 0, 6, 3)))),), (0, 0, 6, 3))
    assert fit_lines((line, tiny), Image.new("L", (900, 100), 250)) == (line, tiny)


def test_more_characters_than_pieces_of_ink_still_have_boxes_in_order():
    image = Image.new("L", (300, 60), 250)
    ImageDraw.Draw(image).rectangle((50, 10, 80, 50), fill=10)
    line = Line((Word(spread("甲乙丙丁", (20, 10, 280, 50))),), (20, 10, 280, 50))
    (fitted,) = fit_lines((line,), image)
    assert len(fitted.chars) == 4
    assert all(char.box[0] < char.box[2] and char.box[1] < char.box[3] for char in fitted.chars)
