"""The order in a volume: what belongs together unbroken, groups by date, what was set by hand where it was set."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.arrangement.policy.groups import Fault, gathered
from dms.arrangement.policy.issue_numbers import issue_number_key
from dms.arrangement.policy.papers import OrderRule, Paper, RelationKind, Rules, Tie
from dms.arrangement.policy.volume_order import in_volume_order

from .worlds import dated, papers, rules, sharp, ties

pytestmark = pytest.mark.rule("A8")
REPLIES, ATTACHED, FORWARDS = RelationKind.REPLIES_TO, RelationKind.ATTACHMENT_OF, RelationKind.FORWARDS
DRAFT, COPY, TRANSLATION = RelationKind.DRAFT_OF, RelationKind.COPY_OF, RelationKind.TRANSLATION_OF


def order(some: list[Paper], tied: list[Tie] = [], chosen: Rules = Rules()) -> list[int]:  # noqa: B006, B008
    """Return the keys in volume order."""
    by_key = {paper.key: paper for paper in some}
    groups = in_volume_order(gathered(by_key, tied).groups, by_key, chosen)
    return [row.key for group in groups for row in group.rows]


def test_the_reply_stands_before_the_request_and_the_main_paper_before_its_attachments_in_their_order():
    some = [dated(1, 2022), dated(2, 2023), dated(3, 2023, 9), dated(4, 2023, 1)]
    assert order(some, [Tie(2, REPLIES, 1), Tie(3, ATTACHED, 2), Tie(4, ATTACHED, 2)]) == [2, 3, 4, 1]


def test_rows_below_a_main_paper_stand_as_attachments_draft_copies_translations_each_with_its_own_attachments():
    some = [dated(key, 2023) for key in range(1, 8)]
    tied = [
        Tie(2, TRANSLATION, 1),
        Tie(3, COPY, 1),
        Tie(4, DRAFT, 1),
        Tie(5, ATTACHED, 1),
        Tie(6, ATTACHED, 4),
        Tie(7, ATTACHED, 5),
    ]
    assert order(some, tied) == [1, 5, 7, 4, 6, 3, 2]


def test_the_forwarding_letter_stands_before_what_it_forwards_and_that_before_the_request():
    some = [dated(1, 2021), dated(2, 2022), dated(3, 2023), dated(4, 2023)]
    assert order(some, [Tie(3, REPLIES, 1), Tie(3, FORWARDS, 2), Tie(4, ATTACHED, 3)]) == [3, 4, 2, 1]


def test_the_last_of_several_replies_leads():
    some = [dated(1, 2020), dated(2, 2021), dated(3, 2023), dated(4, 2022)]
    assert order(some, [Tie(2, REPLIES, 1), Tie(3, REPLIES, 1), Tie(4, REPLIES, 1)]) == [3, 4, 2, 1]


def test_groups_stand_by_the_date_of_their_leading_paper_oldest_or_newest_first():
    some = [dated(1, 2023, 1), dated(2, 2023, 4), dated(3, 2023, 3), dated(4, 2023), dated(5, 2023, 13)]
    tied = [Tie(2, REPLIES, 1)]
    assert order(some, tied) == [4, 3, 2, 1, 5]
    assert order(some, tied, Rules(order=OrderRule.NEWEST_FIRST)) == [5, 2, 1, 3, 4]


def test_ties_are_broken_by_the_issue_number_as_numbers_then_by_entry():
    numbers = ("客字〔2023〕10号", "客字〔2023〕9号", "客字〔2023〕９号", "")
    some = [dated(key, 2023, 5, 1, issue_number=number) for key, number in enumerate(numbers, 1)]
    assert order(some) == [4, 2, 3, 1]
    assert order(some, [], Rules(order=OrderRule.NEWEST_FIRST)) == [4, 2, 3, 1]


def test_a_section_may_have_an_order_of_its_own_and_a_check_list_comes_before_the_date():
    newest = {"section": 2, "section_order": OrderRule.NEWEST_FIRST}
    some = [dated(1, 2023, 2, section=1), dated(2, 2023, 1, section=1), dated(3, 2023, 1, **newest)]
    some.append(dated(4, 2023, 2, **newest))
    assert order(some, [], Rules(by_section=True)) == [2, 1, 4, 3]
    listed = [dated(1, 2023, 1, section=2, place=1), dated(2, 2023, 2, section=1, place=2)]
    listed.append(dated(3, 2023, 3, section=1, place=1))
    assert order(listed, [], Rules(order=OrderRule.CHECK_LIST)) == [3, 2, 1]


def test_a_group_set_by_hand_stands_behind_its_anchor_with_all_its_papers():
    some = [dated(1, 2023, 1), dated(2, 2023, 2), dated(3, 2023, 3), dated(4, 2023, 4, after=1), dated(5, 2023, 5)]
    assert order(some, [Tie(5, ATTACHED, 4)]) == [1, 4, 5, 2, 3]
    assert order([*some[:2], dated(3, 2023, 3, after=0)]) == [3, 1, 2]


def test_papers_set_behind_one_another_or_behind_one_of_another_volume_keep_the_rule_s_place():
    assert order([dated(1, 2023, 1, after=2), dated(2, 2023, 2, after=1), dated(3, 2023, 3, after=9)]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("tied", "fault", "keys"),
    [
        ([Tie(1, REPLIES, 1)], Fault.CIRCLE, (1,)),
        ([Tie(1, REPLIES, 2), Tie(2, REPLIES, 3), Tie(3, REPLIES, 1)], Fault.CIRCLE, (1, 3, 2)),
        ([Tie(1, ATTACHED, 2), Tie(2, COPY, 1)], Fault.CIRCLE, (1, 2)),
        ([Tie(1, ATTACHED, 2), Tie(1, ATTACHED, 3)], Fault.TWO_MAIN_PAPERS, (1, 2, 3)),
        ([Tie(1, ATTACHED, 2), Tie(1, REPLIES, 2)], Fault.BELOW_ITSELF, (1, 2)),
        ([Tie(1, FORWARDS, 2), Tie(2, REPLIES, 1)], Fault.CIRCLE, (1, 2)),
    ],
)
def test_ties_that_contradict_one_another_are_named_with_their_papers(tied, fault, keys):
    some = {key: dated(key, 2023) for key in (1, 2, 3)}
    (found,) = gathered(some, tied).contradictions
    assert (found.fault, found.keys) == (fault, keys)


def test_a_reply_that_encloses_the_request_contradicts_nothing():
    some = {key: dated(key, 2020 + key) for key in (1, 2)}
    grouping = gathered(some, [Tie(1, ATTACHED, 2), Tie(2, REPLIES, 1)])
    assert grouping.contradictions == []
    assert [row.key for row in grouping.groups[0].rows] == [2, 1]


@pytest.mark.parametrize(
    ("smaller", "greater"),
    [
        ("9号", "10号"),
        ("〔2022〕10号", "〔2023〕9号"),
        ("A-009", "A-10"),
        ("", "1"),
        ("1号", "1号附"),
        ("9" * 60, "1" + "0" * 60),
    ],
)
def test_figures_in_issue_numbers_are_compared_as_numbers(smaller, greater):
    assert issue_number_key(smaller) < issue_number_key(greater)


@given(st.text(max_size=30))
def test_any_issue_number_can_be_compared(text):
    assert issue_number_key(text) == issue_number_key(text)


@settings(sharp, max_examples=80)
@given(papers(by_hand=True, bound=True), ties(), rules, st.randoms(use_true_random=False))
def test_order_is_total_and_the_same_however_papers_and_ties_come_in(some, tied, chosen, chance):
    first = order(some, tied, chosen)
    assert sorted(first) == [paper.key for paper in some if paper.bound is None]
    chance.shuffle(some)
    chance.shuffle(tied)
    assert order(some, tied, chosen) == first


@settings(sharp, max_examples=80)
@given(papers(), ties(forwards_only=True), rules)
def test_leaders_stand_before_their_followers_wherever_ties_do_not_contradict(some, tied, chosen):
    known = {paper.key for paper in some}
    by_key = {paper.key: paper for paper in some}
    assert gathered(by_key, tied).contradictions == []
    places = {key: place for place, key in enumerate(order(some, tied, chosen))}
    for tie in tied:
        if tie.item in known and tie.other in known:
            assert places[tie.leader] < places[tie.follower]


@settings(sharp, max_examples=80)
@given(papers(), ties(), rules)
def test_a_paper_that_is_added_alone_moves_no_other(some, tied, chosen):
    added = dated(99, 2022, 1, 2)
    with_it = [key for key in order([*some, added], tied, chosen) if key != 99]
    assert with_it == order(some, tied, chosen)
