"""Ruled tables: found where there are rules, and pieces of text cut at them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr import ruling

from . import papers

XS, YS = (200, 500, 900, 1450), (300, 362, 424, 486)


def a_form(dpi: int = 200) -> Image.Image:
    """A letter's paper with a ruled table of three rows and three columns, nothing in it."""
    image = Image.new("L", papers.SIZE, 245)
    draw = ImageDraw.Draw(image)
    for x in XS:
        draw.line((x, YS[0], x, YS[-1]), fill=40, width=2)
    for y in YS:
        draw.line((XS[0], y, XS[-1], y), fill=40, width=2)
    return image if dpi == 200 else image.resize((image.width * dpi // 200, image.height * dpi // 200))


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_rows_and_rules_of_a_table_are_found_in_pixels_of_the_page(dpi):
    (table,) = ruling.tables(np.asarray(a_form(dpi)), dpi)
    scale = dpi / 200
    assert len(table.rows) == 3
    assert [row.top for row in table.rows] == pytest.approx([y * scale for y in YS[:3]], abs=4 * scale + 2)
    for row in table.rows:
        assert list(row.edges) == pytest.approx([x * scale for x in XS], abs=4 * scale + 2)


def test_text_is_no_table():
    assert ruling.tables(np.asarray(papers.a_letter()), 200) == ()


def test_the_dark_edge_of_the_paper_beside_a_table_is_no_part_of_it():
    image = a_form()
    ImageDraw.Draw(image).line((1640, 0, 1600, 2338), fill=30, width=6)
    (table,) = ruling.tables(np.asarray(image), 200)
    assert [len(row.edges) for row in table.rows] == [4, 4, 4]


def test_a_piece_across_a_rule_is_cut_there_and_freed_of_rules_at_its_ends():
    table = ruling.Table((200, 300, 1450, 486), (ruling.Row(300, 362, XS), ruling.Row(362, 424, XS)))
    assert ruling.cut_at_rules((210, 310, 700, 350), [table]) == [(210, 310, 497, 350), (504, 310, 700, 350)]
    assert ruling.cut_at_rules((498, 310, 700, 350), [table]) == [(504, 310, 700, 350)]
    assert ruling.cut_at_rules((210, 310, 498, 350), [table]) == [(210, 310, 497, 350)]
    assert ruling.cut_at_rules((210, 800, 700, 840), [table]) == [(210, 800, 700, 840)]
