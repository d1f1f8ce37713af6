"""Texts typed by hand over the boxes of what they correct."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.corrections import corrected
from ocr.page_text import Line, PageText, readable, typed_line

from .strategies import page_texts


def a_page(*texts: str) -> PageText:
    lines = [
        typed_line(text, (100, 100 * n, 100 + 20 * len(text), 100 * n + 40), 0, 60) for n, text in enumerate(texts, 1)
    ]
    return PageText(1000, 1400, 90, tuple(lines), "tesseract")


@pytest.mark.rule("A12")
def test_lines_that_stay_keep_boxes_and_confidence():
    page = a_page("物业服务合同", "甲方：海堂物业")
    after = corrected(page, ["物业服务合同", "甲方：海棠物业"])
    assert after.lines[0] == page.lines[0]
    assert (after.text, after.turn, after.engine) == ("物业服务合同\n甲方：海棠物业", 90, "")


@pytest.mark.rule("A12")
def test_a_changed_character_takes_the_room_of_the_one_it_replaces():
    before = a_page("甲方：海堂物业").lines[0]
    after = corrected(a_page("甲方：海堂物业"), ["甲方：海棠物业"]).lines[0]
    assert [char.box for char in after.chars] == [char.box for char in before.chars]
    assert {char.confidence for char in after.chars} == {100}


def test_an_added_character_stands_between_its_neighbours():
    after = corrected(a_page("甲方海物业"), ["甲方海棠物业"]).lines[0]
    left, added, right = after.chars[2:5]
    assert left.box[2] <= added.box[0] <= added.box[2] <= right.box[0]


def test_a_struck_out_line_keeps_its_place():
    page = a_page("印章", "正文")
    after = corrected(page, ["", "正文"])
    assert after.lines[0] == Line((), page.lines[0].box, 0)
    assert after.text == "\n正文"


def test_a_line_that_was_missed_lies_under_the_one_before():
    page = a_page("第一条", "第三条")
    after = corrected(page, ["第一条", "第二条", "第三条"])
    assert after.text == "第一条\n第二条\n第三条"
    assert after.lines[1].box == (100, 140, 160, 180)
    assert (after.lines[0], after.lines[2]) == (page.lines[0], page.lines[1])


def test_a_page_without_any_line_can_be_typed_whole():
    after = corrected(PageText(1200, 2400), ["作废", "2019年"])
    assert after.text == "作废\n2019年"
    assert [line.box for line in after.lines] == [(100, 200, 1100, 260), (100, 260, 1100, 320)]


def test_spaces_that_were_typed_stay():
    assert corrected(a_page("张三李四"), ["张三  李四"]).text == "张三 李四"


def bare(*texts: str) -> str:
    return "".join("".join(text.split()) for text in texts)


@given(page_texts, st.lists(st.text(max_size=8), max_size=6))
def test_the_text_is_what_was_typed(page: PageText, typed: list[str]):
    after = corrected(page, typed)
    assert bare(*(line.text for line in after.lines)) == bare(*(readable(text) for text in typed))
