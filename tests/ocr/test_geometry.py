"""The way of a point from the image that was read back to the capture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr.geometry import Placement, straightened, turned
from ocr.page_text import Char, Line, Word

WIDTH, HEIGHT = 400, 300


def spot_of(image: Image.Image) -> tuple[float, float]:
    x0, y0, x1, y1 = image.point([255 if value < 100 else 0 for value in range(256)]).getbbox()
    return (x0 + x1) / 2, (y0 + y1) / 2


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("lean", [0.0, 2.5, -4.0])
def test_a_spot_is_found_again_where_it_was(turn: int, lean: float):
    capture = Image.new("L", (WIDTH, HEIGHT), 255)
    capture.paste(0, (290, 60, 300, 70))
    image, placement = turned(capture, turn), Placement(WIDTH, HEIGHT, turn, 1.0)
    image, placement = straightened(image, placement, lean)
    assert placement.point(*spot_of(image)) == pytest.approx((295, 65), abs=1)


def test_scale_is_undone():
    assert Placement(WIDTH, HEIGHT, 0, 0.5).box((10, 20, 30, 40)) == (20, 40, 60, 80)


@given(
    st.sampled_from((0, 90, 180, 270)),
    st.floats(0.3, 2.5),
    st.tuples(*[st.integers(-200, 1200)] * 4),
)
def test_boxes_never_leave_the_capture(turn: int, scale: float, corners: tuple[int, int, int, int]):
    x0, x1 = sorted(corners[::2])
    y0, y1 = sorted(corners[1::2])
    left, top, right, bottom = Placement(WIDTH, HEIGHT, turn, scale).box((x0, y0, x1, y1))
    assert 0 <= left <= right <= WIDTH
    assert 0 <= top <= bottom <= HEIGHT


def test_words_outside_the_capture_are_dropped():
    inside, outside = Word((Char("内", (10, 10, 20, 20)),)), Word((Char("外", (900, 10, 910, 20)),))
    placement = Placement(WIDTH, HEIGHT, 0, 1.0)
    assert placement.line(Line((inside, outside), (10, 10, 910, 20))) == Line((inside,), (10, 10, 20, 20))
    assert placement.line(Line((outside,), (900, 10, 910, 20))) is None
