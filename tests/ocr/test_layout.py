"""Reading order: columns, rows of tables, signatures, and what stays on one line."""

import pytest

from ocr.layout import in_reading_order
from ocr.page_text import Line, typed_line
from ocr.ruling import Row, Table

EM = 30


def a_piece(text: str, x: int, y: int) -> Line:
    """A piece of text at `x`, `y`, each character `EM` wide and high."""
    return typed_line(text, (x, y, x + EM * len(text), y + EM))


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines]


def running(letter: str, x: int, count: int = 8, top: int = 200, length: int = 14) -> list[Line]:
    """A column of `count` full lines, told apart by what they begin with."""
    return [a_piece(f"{letter}{number}" + "字" * length, x, top + 45 * number) for number in range(count)]


def test_columns_of_running_text_are_read_one_after_the_other_below_their_title():
    left, right = running("左", 100), running("右", 700)
    title, foot = a_piece("物业服务通讯" + "题" * 20, 250, 100), a_piece("第" + "一" * 20 + "页", 300, 700)
    ordered = in_reading_order([foot, *right, title, *left])
    assert texts(ordered) == texts((title, *left, *right, foot))


def test_lines_of_two_columns_need_not_stand_at_the_same_height():
    left, right = running("左", 100), running("右", 700, top=215, count=7)
    assert texts(in_reading_order([*right, *left])) == texts((*left, *right))


def test_three_columns_are_three():
    columns = [running(letter, 100 + 600 * number) for number, letter in enumerate("甲乙丙")]
    mixed = [piece for row in zip(*columns, strict=True) for piece in row]
    assert texts(in_reading_order(mixed)) == texts(tuple(piece for column in columns for piece in column))


def test_signatures_side_by_side_are_read_row_by_row():
    body = running("文", 100, length=30)
    signed = [
        a_piece("乙方（盖章）：", 700, 802),
        a_piece("甲方（盖章）：", 100, 800),
        a_piece("代表人：林华", 100, 860),
        a_piece("代表人：黄勇", 700, 856),
    ]
    ordered = texts(in_reading_order([*signed, *body]))
    assert ordered[-2:] == ["甲方（盖章）： 乙方（盖章）：", "代表人：林华 代表人：黄勇"]


def test_numbers_before_clauses_are_no_column_of_their_own():
    numbers = [a_piece(str(number), 100, 200 + 45 * number) for number in range(8)]
    clauses = running("条", 200, length=25)
    assert texts(in_reading_order([*clauses, *numbers])) == [
        f"{number.text} {clause.text}" for number, clause in zip(numbers, clauses, strict=True)
    ]


@pytest.mark.rule("B1")
def test_a_field_and_its_value_are_one_line_of_one_block_and_each_cell_is_marked():
    table = Table((90, 190, 1000, 400), (Row(190, 290, (90, 300, 600, 1000)), Row(290, 400, (90, 300, 600, 1000))))
    pieces = [
        a_piece("张建国", 320, 300),
        a_piece("联系人", 100, 300),
        a_piece("海棠物业", 320, 230),
        a_piece("客户名称", 100, 200),
        a_piece("管理有限公司", 320, 262),
        a_piece("登记表", 400, 100),
        a_piece("备注", 100, 500),
        a_piece("甲", 620, 210),
    ]
    lines = in_reading_order(pieces, [table])
    # A cell of two lines keeps them together; the cell after it begins a line of its own.
    assert texts(lines) == ["登记表", "客户名称 海棠物业", "管理有限公司", "甲", "联系人 张建国", "备注"]
    assert [line.block for line in lines] == [0, 1, 1, 1, 2, 3]
    cells = [[word.text for word in line.words if word.cell] for line in lines]
    assert cells == [[], ["客户名称", "海棠物业"], [], ["甲"], ["联系人", "张建国"], []]


def test_a_wide_gap_begins_a_new_block():
    lines = in_reading_order([a_piece("一", 100, 100), a_piece("二", 100, 140), a_piece("三", 100, 260)])
    assert [line.block for line in lines] == [0, 0, 1]


def test_nothing_is_nothing():
    assert in_reading_order([]) == ()
