"""The query grammar: what each way of typing means, and what a clerk is told who types something else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.query import And, Filter, Not, Or, Query, QueryError, Term, parse, positive_terms

from .strategies import queries


def word(text: str, prefix: bool = False) -> Term:
    return Term(tuple(text.split(" ")), prefix)


合同, 租金, 附件 = word("合 同"), word("租 金"), word("附 件")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("合同", 合同),
        ("合同 租金", And((合同, 租金))),
        ("合同 AND 租金", And((合同, 租金))),
        ("合同 OR 租金 附件", Or((合同, And((租金, 附件))))),
        ("(合同 OR 租金) 附件", And((Or((合同, 租金)), 附件))),
        ("（合同 OR 租金） 附件", And((Or((合同, 租金)), 附件))),
        ("合同 NOT 租金", And((合同, Not(租金)))),
        ("合同 -租金", And((合同, Not(租金)))),
        ("合同 AND NOT 租金", And((合同, Not(租金)))),
        ('"Lease Agreement"', word("lease agreement")),
        ("“合同 租金”", word("合 同 租 金")),
        ("HT-2019-001", word("ht 2019 001")),
        ("HT-2019*", word("ht 2019", True)),
        ('"lease agr"*', word("lease agr", True)),
        ("合同*", 合同),
        ("合同，租金", And((合同, 租金))),
        ("and or not", And((word("and"), word("or"), word("not")))),
        ("合同 。", 合同),
        ("10:30", word("10 30")),
        ('"AND"', word("and")),
    ],
)
def test_reads_words_phrases_and_operators(source: str, expected: object) -> None:
    assert parse(source).text == expected


def test_reads_fields_in_both_languages() -> None:
    assert parse("合同 档案:TEN-2019-0001 类目：权属 -kind:company").filters == (
        Filter("dossier", "TEN-2019-0001"),
        Filter("section", "权属"),
        Filter("kind", "company", excluded=True),
    )
    assert parse("年度:2019-2021") == Query("年度:2019-2021", None, (Filter("year", "2019-2021", years=(2019, 2021)),))
    assert parse('题名:"租金 附件"').filters == (Filter("title", "租金 附件", words=word("租 金 附 件")),)


def test_a_field_may_stand_beside_a_bracket_with_alternatives() -> None:
    assert parse("year:2019 (合同 OR 租金)").text == Or((合同, 租金))


@pytest.mark.parametrize(
    "source",
    [
        "", "   ", "。", "()", "合同 AND", "OR 合同", "合同 AND OR 租金", "NOT", "(合同", "合同)", '"合同', "“合同",
        "-合同", "NOT 合同", "合同 OR NOT 租金", "合同 -(-租金)", "合*同", "*", "year:", "year:去年", "year:2019 OR 合同",
        "(year:2019)", "title:。", "类型: 公司", "合" * 501, "合 " * 41, "(" * 25 + "合" + ")" * 25,
    ],
)  # fmt: skip
def test_says_in_words_what_is_wrong(source: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(source)
    assert str(refused.value.message)
    assert str(refused.value.remedy)


def test_points_at_the_place_where_it_went_wrong() -> None:
    with pytest.raises(QueryError) as refused:
        parse("合同 (租金")
    assert refused.value.position == 3


@given(st.one_of(st.text(), st.text('甲a1 "“”()（）-*:：ANDORT年度year\x00\ud800\n'), queries))
@example("\ud800:\x00")
def test_never_fails_otherwise_than_in_words(source: str) -> None:
    try:
        query = parse(source)
    except QueryError:
        return
    assert query.text is not None or query.filters
    assert query.text is None or positive_terms(query.text)
