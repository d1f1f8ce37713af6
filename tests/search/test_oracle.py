"""What a query means: examples of the rule both engines are held to."""

import pytest
from hypothesis import given

from search.oracle import Span, matches, occurrences
from search.query import QueryError, parse
from search.tokens import clauses

from .strategies import queries, texts

PAGE = "房屋租赁合\n同，编号：HT-2019-001。\n甲方：张　三\n第001号文件 Lease Agreement"


@pytest.mark.parametrize(
    "query",
    ["租赁合同", "租", "同", "HT-2019-001", "ht", "2019-001", "HT-20*", "张三", "第001号", "第001号文件", "001号", "001",
     '"lease agreement"', "lease -house", "租赁 AND 张三", "李四 OR 张三", "租赁 NOT 李四", "号文件Lease"],
)  # fmt: skip
def test_is_a_hit(query: str) -> None:
    assert matches(query, PAGE)


@pytest.mark.parametrize(
    "query",
    ["合同编号", "00", "HT2019", "leas", "agree", "租赁 李四", "租赁 NOT 张三", "一第", "第01号", "HT-2019-00"],
)
def test_is_no_hit(query: str) -> None:
    assert not matches(query, PAGE)


def test_finds_where_the_words_stand() -> None:
    assert [PAGE[span.start : span.end] for span in occurrences("合同 001 lea* -李四", PAGE)] == [
        "合\n同", "001", "001", "Lease",
    ]  # fmt: skip


def test_joins_occurrences_that_overlap() -> None:
    assert occurrences("甲乙 OR 乙丙", "甲乙丙") == [Span(0, 3)]


@given(queries, texts)
def test_every_hit_has_a_place_and_every_place_a_unit(source: str, text: str) -> None:
    try:
        query = parse(source)
    except QueryError:
        return
    spans = occurrences(query, text)
    starts = {unit.start for clause in clauses(text) for unit in clause}
    assert all(span.start in starts for span in spans)
    if matches(query, text):
        assert spans
