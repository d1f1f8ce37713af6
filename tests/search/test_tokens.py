"""How text is cut: what counts as one unit, what ends a clause, and what the index stores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.tokens import CLAUSE_END, LONGEST_RUN, clauses, index_string

from .strategies import texts


def units(text: str) -> list[list[str]]:
    return [[unit.text for unit in clause] for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("租赁合同", [["租", "赁", "合", "同"]]),
        ("租赁\n合同", [["租", "赁", "合", "同"]]),
        ("张　三", [["张", "三"]]),
        ("甲方：张三，男", [["甲", "方"], ["张", "三"], ["男"]]),
        ("Lease\nAgreement", [["lease", "agreement"]]),
        ("第001号文件", [["第", "001", "号", "文", "件"]]),
        ("HT-2019-001", [["ht", "2019", "001"]]),
        ("HT-2019-\n001", [["ht", "2019", "001"]]),
        ("ＨＴ２０１９", [["ht2019"]]),
        ("租金1,234.50元", [["租", "金", "1", "234", "50", "元"]]),
        ("共2件,3页", [["共", "2", "件"], ["3", "页"]]),
        ("end. Next", [["end"], ["next"]]),
        ("京政发〔2019〕1号", [["京", "政", "发"], ["2019"], ["1", "号"]]),
        ("甲-乙", [["甲"], ["乙"]]),
        ("档-2019", [["档", "2019"]]),
        ("Cafe\u0301", [["café"]]),
        ("㎡①", [["m21"]]),
        ("", []),
        ("。，、", []),
    ],
)
def test_cuts_text_into_clauses_of_units(text: str, expected: list[list[str]]) -> None:
    assert units(text) == expected


def test_stores_bigrams_and_the_last_character_of_each_run() -> None:
    assert index_string("第001号文件") == "第 001 号文 文件 件"
    assert index_string("租金,元") == f"租金 金 {CLAUSE_END} 元"


def test_cuts_a_run_that_no_index_could_hold() -> None:
    assert units("a" * (LONGEST_RUN + 3)) == [["a" * LONGEST_RUN, "aaa"]]


@given(st.one_of(texts, st.text()))
def test_units_cover_the_text_in_order_and_hold_no_mark_of_ours(text: str) -> None:
    found = [unit for clause in clauses(text) for unit in clause]
    assert all(clauses(text))
    assert all(0 <= unit.start < unit.end <= len(text) for unit in found)
    assert [unit.start for unit in found] == sorted(unit.start for unit in found)
    assert not any(CLAUSE_END in unit.text or " " in unit.text or '"' in unit.text for unit in found)


@given(texts)
def test_one_token_stands_for_one_unit(text: str) -> None:
    tokens = [token for token in index_string(text).split(" ") if token and token != CLAUSE_END]
    flat = [unit for clause in units(text) for unit in clause]
    assert [token[: len(unit)] for token, unit in zip(tokens, flat, strict=True)] == flat
