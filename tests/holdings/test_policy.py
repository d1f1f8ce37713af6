"""Rules of the holdings that need nothing but values, and what must hold of them for every value."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.holdings.policy import (
    folded_name,
    initial_of,
    masked,
    may_change_item,
    may_withdraw_item,
    name_periods_hold,
    sort_key_of,
)


@pytest.mark.rule("B3")
@pytest.mark.parametrize(
    ("name", "key", "initial"),
    [
        ("张三", "zhang san", "Z"),
        ("Acme 公司", "acme  gong si", "A"),
        ("68号商铺", "68 hao shang pu", "#"),
        ("（无名）", "（ wu ming ）", "#"),
        ("éclair", "éclair", "#"),
    ],
)
def test_names_are_sorted_and_looked_up_by_pinyin(name, key, initial):
    assert sort_key_of(name) == key
    assert initial_of(sort_key_of(name)) == initial


@given(st.text(max_size=200))
def test_every_name_has_a_sort_key_that_fits_and_one_initial(name):
    key = sort_key_of(name)
    assert len(key) <= 600
    assert initial_of(key) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ#"


@pytest.mark.rule("A1")
def test_the_same_company_is_recognised_however_it_is_punctuated():
    assert folded_name("北京大明（集团）公司") == folded_name("北京大明(集团) 公司")


@pytest.mark.rule("D1")
@given(st.text(min_size=1, max_size=40))
def test_a_masked_value_keeps_its_length_and_hides_most_of_it(value):
    shown = masked(value)
    assert len(shown) == len(value)
    if len(value) <= 4:
        assert set(shown) == {"*"}
    else:
        edge = 3 if len(value) > 8 else 1
        assert shown[:edge] + shown[-edge:] == value[:edge] + value[-edge:]
        assert set(shown[edge:-edge]) == {"*"}


def test_a_withdrawn_item_is_not_changed_and_a_filed_one_not_withdrawn():
    assert may_change_item("filed")
    assert may_change_item("withdrawn").code == "withdrawn"
    assert may_withdraw_item("intake")
    assert may_withdraw_item("filed").code == "filed"


@pytest.mark.rule("A13")
@given(st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_periods_that_follow_one_another_hold_and_overlapping_ones_do_not(lengths):
    day, periods = date(2020, 1, 1), []
    for length in lengths:
        periods.append((day, day + timedelta(days=length)))
        day += timedelta(days=length)
    periods[-1] = (periods[-1][0], None)
    assert name_periods_hold(periods)
    if len(periods) > 1:
        broken = [(periods[0][0], periods[0][1] + timedelta(days=1)), *periods[1:]]
        assert not name_periods_hold(broken)
