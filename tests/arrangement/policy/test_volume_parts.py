"""Volumes: a year each, the longest retention, classes of their own, cut between groups and never within one."""

import pytest
from hypothesis import given, settings

from dms.arrangement.policy.groups import gathered
from dms.arrangement.policy.page_numbers import numbered_on, numbers_of_sides
from dms.arrangement.policy.papers import Bound, Paper, RelationKind, Rules, Tie
from dms.arrangement.policy.volume_parts import PlannedVolume, VolumeKey, arranged

from .worlds import LONG, PERMANENT, SHORT, dated, papers, rules, sharp, ties

pytestmark = pytest.mark.rule("A9")
REPLIES, ATTACHED = RelationKind.REPLIES_TO, RelationKind.ATTACHMENT_OF


def told(volumes: list[PlannedVolume]) -> list[tuple[VolumeKey, int, list[int]]]:
    """Return what distinguishes each volume, its part, and the keys in order."""
    return [(volume.key, volume.part, [row.key for row in volume.rows]) for volume in volumes]


def test_years_retention_periods_and_classes_that_demand_it_have_volumes_of_their_own():
    some = [
        dated(1, 2023, retention=LONG),
        dated(2, 2022, retention=LONG),
        dated(3, 2023, retention=SHORT),
        dated(4, 2023, rank=1, retention=LONG),
        dated(5, 2023, rank=2, retention=LONG),
    ]
    assert told(arranged(some, [], Rules(own_volume=frozenset({2}))).volumes) == [
        (VolumeKey(2022, LONG), 1, [2]),
        (VolumeKey(2023, SHORT), 1, [3]),
        (VolumeKey(2023, LONG), 1, [1, 4]),
        (VolumeKey(2023, LONG, 2), 1, [5]),
    ]


def test_a_group_takes_the_longest_retention_and_the_highest_class_of_its_members():
    some = [dated(1, 2023, retention=SHORT), dated(2, 2023, retention=PERMANENT), dated(3, 2023, rank=2)]
    tied = [Tie(2, ATTACHED, 1), Tie(3, ATTACHED, 1)]
    (volume,) = arranged(some, tied, Rules(own_volume=frozenset({2}))).volumes
    assert (volume.key, volume.rank) == (VolumeKey(2023, PERMANENT, 2), 2)


def test_an_ordinary_paper_joins_a_secret_volume_by_decision():
    some = [dated(1, 2023, joins=2), dated(2, 2023, rank=2)]
    (volume,) = arranged(some, [], Rules(own_volume=frozenset({2}))).volumes
    assert [row.key for row in volume.rows] == [1, 2]


def test_the_limit_cuts_between_groups_and_a_group_above_it_is_one_over_long_part():
    some = [dated(key, 2023, key, sheets=3) for key in range(1, 7)]
    tied = [Tie(4, ATTACHED, 3), Tie(5, ATTACHED, 3)]
    volumes = arranged(some, tied, Rules(sheets_per_volume=7)).volumes
    assert [(keys, part) for _key, part, keys in told(volumes)] == [([1, 2], 1), ([3, 4, 5], 2), ([6], 3)]
    assert [volume.over_long for volume in volumes] == [False, True, False]
    assert [volume.sheets for volume in volumes] == [6, 9, 3]


def test_closed_parts_are_never_cut_again_and_their_numbers_are_passed_over():
    some = [dated(1, 2023, bound=Bound(1, 2023)), dated(2, 2023, 2, sheets=5), dated(3, 2023, 3, sheets=5)]
    volumes = arranged(some, [], Rules(sheets_per_volume=5), {VolumeKey(2023, PERMANENT): [2]}).volumes
    assert [(part, keys) for _key, part, keys in told(volumes)] == [(1, [2]), (3, [3])]


def test_items_are_numbered_and_rows_below_a_main_paper_are_not():
    some = [dated(1, 2023, 1), dated(2, 2023, 2), dated(3, 2023, 3)]
    (volume,) = arranged(some, [Tie(2, ATTACHED, 1)], Rules()).volumes
    assert [(row.key, row.number, row.top) for row in volume.rows] == [(1, 1, 1), (2, None, 1), (3, 2, 3)]


@pytest.mark.rule("A10")
def test_pages_run_on_over_the_sides_with_writing():
    assert numbered_on([2, 0, 3, 1]) == [(1, 2), None, (3, 5), (6, 6)]
    assert numbers_of_sides(["recognised", "blank", "waiting"], 7) == [7, None, 8]
    some = [dated(1, 2023, 1, sides=3), dated(2, 2023, 2, sides=0), dated(3, 2023, 3, sides=2)]
    (volume,) = arranged(some, [], Rules()).volumes
    assert [row.pages for row in volume.rows] == [(1, 3), None, (4, 5)]


@settings(sharp, max_examples=100)
@given(papers(by_hand=True, bound=True), ties(), rules)
def test_every_open_paper_is_in_exactly_one_volume_of_one_year_and_no_group_is_broken(some, tied, chosen):
    volumes = arranged(some, tied, chosen).volumes
    keys = [row.key for volume in volumes for row in volume.rows]
    assert sorted(keys) == [paper.key for paper in some if paper.bound is None]
    for volume in volumes:
        assert {row.year.year for row in volume.rows} == {volume.key.year}
        assert [row.number for row in volume.rows if row.number] == list(
            range(1, 1 + sum(row.top == row.key for row in volume.rows))
        )
    assert len({(volume.key, volume.part) for volume in volumes}) == len(volumes)
    for group in gathered({paper.key: paper for paper in some}, tied).groups:
        start = keys.index(group.leading)
        assert keys[start : start + len(group.rows)] == [row.key for row in group.rows]
        assert sum(group.leading in {row.key for row in volume.rows} for volume in volumes) == 1


@settings(sharp, max_examples=100)
@given(papers(), ties(), rules)
def test_no_part_is_above_the_limit_unless_one_group_alone_is(some, tied, chosen):
    by_key = {paper.key: paper for paper in some}
    groups = {group.leading: len(group.rows) for group in gathered(by_key, tied).groups}
    for volume in arranged(some, tied, chosen).volumes:
        if chosen.sheets_per_volume and volume.sheets > chosen.sheets_per_volume:
            heavy = [row.key for row in volume.rows if by_key[row.key].sheets]
            holder = [key for key in groups if key in {row.key for row in volume.rows}]
            assert volume.over_long
            assert len(holder) == 1 or len({_group_of(key, by_key, tied) for key in heavy}) == 1


def _group_of(key: int, by_key: dict[int, Paper], tied: list[Tie]) -> int:
    return next(g.leading for g in gathered(by_key, tied).groups if key in {row.key for row in g.rows})


@settings(sharp, max_examples=60)
@given(papers(), ties(), rules)
def test_papers_one_by_one_or_all_at_once_give_the_same_open_volumes(some, tied, chosen):
    grown: list[Paper] = []
    known: list[Tie] = []
    last = arranged([], [], chosen)
    for paper in some:
        grown.append(paper)
        here = {one.key for one in grown}
        known = [tie for tie in tied if tie.item in here and tie.other in here]
        last = arranged(grown, known, chosen)
    assert last.volumes == arranged(list(reversed(some)), list(reversed(tied)), chosen).volumes
