"""Text of lines and pages: where spaces stand, how sure it is, how typed words get their boxes."""

import pytest

from ocr.page_text import Char, Line, PageText, Word, needs_space, readable, spread, typed_line

BOX = (0, 0, 10, 10)


def word(text: str, confidence: int = 100, *, spaced: bool = False) -> Word:
    return Word(tuple(Char(sign, BOX) for sign in text), confidence, spaced)


def test_chinese_words_stand_together_and_latin_words_apart():
    line = Line((word("合同"), word("编号"), word("HT"), word("2019", spaced=True)), BOX)
    assert line.text == "合同编号HT 2019"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("合同", "编号", False),
        ("Ltd", "Co", True),
        ("合同", "HT", False),
        ("2019", "年", False),
        ("：", "A", False),
        ("", "A", False),
    ],
)
def test_a_gap_is_a_space_only_between_latin_words(before: str, after: str, expected: bool):
    assert needs_space(before, after) is expected


def test_the_page_text_joins_lines_by_newlines():
    page = PageText(100, 100, lines=(Line((word("甲方"),), BOX), Line((), BOX), Line((word("乙方"),), BOX)))
    assert page.text == "甲方\n\n乙方"


def test_confidence_is_the_mean_over_characters_and_unknown_without_text():
    page = PageText(100, 100, lines=(Line((word("甲方乙", 90), word("丙", 50)), BOX),))
    assert (page.confidence, PageText(100, 100).confidence) == (80, None)


def test_blocks_are_numbered_without_gaps():
    page = PageText(10, 10, lines=tuple(Line((word("甲"),), BOX, block) for block in (4, 4, 7, 4)))
    assert [line.block for line in page.lines] == [0, 0, 1, 2]


def test_a_page_is_turned_by_quarters_only():
    with pytest.raises(ValueError, match="quarters"):
        PageText(10, 10, turn=45)


def test_characters_are_spread_by_their_width():
    assert [char.box for char in spread("档A1", (0, 5, 80, 20))] == [(0, 5, 40, 20), (40, 5, 60, 20), (60, 5, 80, 20)]


def test_typed_spaces_stay_spaces():
    line = typed_line("  张三  李四 A1 ", (0, 0, 100, 10))
    assert line.text == "张三 李四 A1"
    assert [word.text for word in line.words] == ["张三", "李四", "A1"]


def test_control_characters_are_not_readable():
    assert readable("合\x00同\x0b\ud800\uffff1\t") == "合同1\t"
