"""Arithmetic on pixels: shades, strokes, gaps, cells, and an image moved by a matrix."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ocr import rasters

masks = arrays(np.bool_, st.tuples(st.integers(1, 30), st.integers(1, 40)))


@given(arrays(np.uint8, st.integers(1, 200)), st.floats(0.1, 100))
def test_a_shade_has_as_many_pixels_no_lighter_than_it_as_asked_for_and_no_darker_shade_has(pixels, percent: float):
    (shade,) = rasters.shades(pixels, percent)
    wanted = pixels.size * percent / 100
    assert np.count_nonzero(pixels <= shade) >= wanted
    assert shade == 0 or np.count_nonzero(pixels <= shade - 1) < wanted


def test_several_shades_at_once_come_in_the_order_asked_for():
    assert rasters.shades(np.arange(100, dtype=np.uint8).reshape(10, 10), 90, 3) == [89, 2]


def runs_filled(row: np.ndarray, narrower_than: int) -> np.ndarray:
    filled, inked = row.copy(), np.flatnonzero(row)
    for before, after in pairwise(inked):
        if after - before - 1 < narrower_than:
            filled[before:after] = True
    return filled


@given(masks)
def test_closing_fills_narrow_gaps_in_rows_and_nothing_at_the_edge(mask):
    expected = np.array([runs_filled(row, 8) for row in mask])
    assert (rasters.closed(mask.view(np.uint8), 8, 1).astype(bool) == expected).all()
    turned = np.ascontiguousarray(mask.T)
    assert (rasters.closed(turned.view(np.uint8), 1, 8).astype(bool) == expected.T).all()


def test_strokes_are_what_runs_on_for_long_enough():
    mask = np.zeros((20, 60), np.uint8)
    mask[5, 10:40] = 1
    mask[8, 10:39] = 1
    assert np.argwhere(rasters.strokes(mask, 30, 1)).tolist() == [[5, x] for x in range(10, 40)]
    assert not rasters.strokes(mask, 1, 3).any()


def test_growing_reaches_half_the_size_each_way():
    mask = np.zeros((7, 9), np.uint8)
    mask[3, 4] = 1
    assert np.argwhere(rasters.thick(mask, 5, 3)).tolist() == [[y, x] for y in (2, 3, 4) for x in range(2, 7)]


@given(masks)
def test_set_pixels_are_counted_by_cells(mask):
    rows, columns = mask.shape[0] // 4, mask.shape[1] // 4
    expected = mask[: rows * 4, : columns * 4].reshape(rows, 4, columns, 4).sum(axis=(1, 3))
    assert rasters.counted(mask, 4).tolist() == expected.tolist()


@pytest.mark.parametrize(("matrix", "corner"), [((1, 0, 0, 0, 1, 0), (10, 6)), ((1, 0, 4, 0, 1, -2), (6, 8))])
def test_an_image_is_moved_as_the_matrix_says_on_white(matrix, corner: tuple[int, int]):
    image = Image.new("L", (40, 30), 200)
    image.paste(0, (10, 6, 14, 12))
    moved = rasters.moved(image, (40, 30), matrix)
    dark = moved.point([255 if value < 100 else 0 for value in range(256)]).getbbox()
    assert dark == (*corner, corner[0] + 4, corner[1] + 6)
    assert moved.getpixel((39, 0)) == (200 if matrix[2] == 0 else 255)
