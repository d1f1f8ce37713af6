"""Sizes at which words fit, and how a title runs down a spine: nothing lost, nothing larger than its room."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dms.arrangement.prints.fitting import LEADING, ems, size_for, size_on_one_line, stacked

TITLES = st.text(alphabet="档案往来文件（）《》A9-. 〇", max_size=80)


def test_chinese_is_square_and_latin_narrow():
    assert ems("档案") == 2
    assert ems("ab") == 1.2
    assert ems("") == 0


def test_short_words_keep_the_largest_size_and_longer_ones_shrink_to_the_smallest():
    assert size_for("档案", width=100, height=20, largest=9, smallest=3) == 9
    assert 3 < size_for("档" * 60, width=100, height=20, largest=9, smallest=3) < 9
    assert size_for("档" * 5000, width=100, height=20, largest=9, smallest=3) == 3


def test_a_code_is_rather_small_on_one_line_than_broken():
    assert size_on_one_line("DF-ZH-2023-0007", width=27.6, height=20, largest=6, smallest=1.6) == 3.0
    assert size_on_one_line("DF-ZH-2023-0007", width=7.6, height=20, largest=6, smallest=1.6) <= 2.5
    assert size_on_one_line("", width=7.6, height=20, largest=2, smallest=1.6) == 2


def test_pieces_of_a_stack():
    stack = stacked("（2023）第12号 Ab Cd", width=10, height=200, largest=5, smallest=2)
    assert stack.columns == (("︵", "2", "0", "2", "3", "︶", "第", "12", "号", "A", "b", " ", "C", "d"),)
    assert stack.size == 5
    assert stacked("", width=10, height=200, largest=5, smallest=2).columns == ()


@settings(max_examples=60)
@given(TITLES, st.floats(7, 50), st.floats(20, 120))
def test_a_stack_fits_its_room_and_says_everything_or_says_that_it_does_not(title, width, height):
    stack = stacked(title, width=width, height=height, largest=min(7, width / 2.2), smallest=2)
    line = stack.size * LEADING
    assert all(len(column) * line <= height + 0.001 for column in stack.columns)
    assert len(stack.columns) * line <= width + 0.001
    told = "".join("".join(column) for column in stack.columns)
    plain = title.translate(str.maketrans("（）《》", "︵︶︽︾"))
    if told.endswith("︙"):
        assert plain.replace(" ", "").startswith(told[:-1].replace(" ", ""))
    else:
        assert told.replace(" ", "") == plain.replace(" ", "")
