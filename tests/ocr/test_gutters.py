"""Columns with a gutter of a few pixels, with captions across it, with lines read on across it; and what is none."""

import pytest

from ocr.gutters import columns
from ocr.layout import in_reading_order
from ocr.page_text import Char, Line, Word, around

EM, PITCH = 30, 42
LEFT, RIGHT, WIDTH = 100, 606, 500  # a gutter of six pixels


def a_piece(text: str, x0: int, y: int, x1: int, height: int = EM) -> Line:
    """`text` justified from `x0` to `x1`: words with the gaps a typesetter leaves, each character with its box."""
    signs = text.replace(" ", "")
    step = (x1 - x0 - (text.count(" ")) * 10) / len(signs)
    at, words = float(x0), []
    for number, part in enumerate(text.split()):
        chars = tuple(
            Char(sign, (round(at + n * step), y, round(at + (n + 1) * step), y + height)) for n, sign in enumerate(part)
        )
        words.append(Word(chars, 90, space_before=number > 0))
        at += len(part) * step + 10
    return Line(tuple(words), around(word.box for word in words))


def a_column(name: str, x: int, count: int, *, top: int = 200, width: int = WIDTH) -> list[Line]:
    """A column of justified lines; the fourth ends a paragraph, the fifth begins one."""
    lines = []
    for number in range(count):
        x0, x1 = (x + 40 if number == 4 else x), (x + width // 2 if number == 3 else x + width)
        lines.append(a_piece(f"{name}{number} lines of running text here", x0, top + PITCH * number, x1))
    return lines


def texts(lines: tuple[Line, ...] | list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.rule("B1")
def test_magazine_columns_with_a_gutter_of_six_pixels_are_read_one_after_the_other():
    left, right = a_column("a", LEFT, 12), a_column("b", RIGHT, 12)
    title = a_piece("The title of it all", 300, 90, 900, 60)
    mixed = [title, *(piece for row in zip(left, right, strict=True) for piece in row)]
    assert texts(in_reading_order(mixed)) == texts([title, *left, *right])


def test_a_line_read_on_across_the_gutter_is_cut_there():
    left, right = a_column("a", LEFT, 12), a_column("b", RIGHT, 12)
    joined = a_piece(f"{left[6].text} {right[6].text}", LEFT, left[6].box[1], RIGHT + WIDTH)
    pieces = [*left[:6], *left[7:], joined, *right[:6], *right[7:]]
    assert texts(in_reading_order(pieces)) == texts([*left, *right])


def test_a_caption_across_the_gutter_with_text_flowing_around_it_comes_after_the_columns():
    left = [*a_column("a", LEFT, 8), *a_column("c", LEFT, 3, top=200 + 8 * PITCH, width=300)]
    right = [*a_column("b", RIGHT, 8)]
    right += [a_piece(f"d{n} narrow lines", RIGHT + 200, 200 + (8 + n) * PITCH, RIGHT + WIDTH) for n in range(3)]
    left += a_column("e", LEFT, 7, top=200 + 11 * PITCH)
    right += a_column("f", RIGHT, 7, top=200 + 11 * PITCH)
    caption = a_piece("A picture", 480, 200 + 9 * PITCH, 720)
    foot = a_piece("93", 100, 1400, 160)
    assert texts(in_reading_order([caption, foot, *right, *left])) == texts([*left, *right, caption, foot])


def test_a_heading_across_the_gutter_parts_what_is_above_from_what_is_below():
    upper = [*a_column("a", LEFT, 8), *a_column("b", RIGHT, 8)]
    heading = a_piece("A heading of its own", 350, 600, 850, 50)
    lower = [*a_column("c", LEFT, 8, top=720), *a_column("d", RIGHT, 8, top=720)]
    assert texts(in_reading_order([*lower, heading, *upper])) == texts([*upper, heading, *lower])


def test_lines_of_one_column_have_no_gutter():
    assert columns(a_column("a", LEFT, 20, width=1100), EM) is None


def test_fields_and_values_in_two_columns_are_no_running_text():
    fields = [a_piece(f"field{n}:", LEFT, 200 + PITCH * n, LEFT + 120) for n in range(10)]
    values = [a_piece(f"a value{n} of some length", LEFT + 130, 200 + PITCH * n, LEFT + 600) for n in range(10)]
    assert columns([*fields, *values], EM) is None
    rows = [f"{field.text} {value.text}" for field, value in zip(fields, values, strict=True)]
    assert texts(in_reading_order([*values, *fields])) == rows


def test_close_lines_whose_boxes_overlap_are_still_two_lines():
    upper, lower = a_piece("the upper line", LEFT, 200, 600, 60), a_piece("the lower line", LEFT, 225, 600, 60)
    assert texts(in_reading_order([lower, upper])) == ["the upper line", "the lower line"]
