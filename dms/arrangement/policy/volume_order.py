"""A8: in what order groups stand in a volume. The order within a group is the group's own (groups.py)."""

from collections.abc import Iterable, Mapping
from typing import Any

from .groups import Group
from .issue_numbers import issue_number_key
from .papers import OrderRule, Paper, Rules


def in_volume_order(groups: Iterable[Group], papers: Mapping[int, Paper], rules: Rules) -> list[Group]:
    """A8, B4: return the groups of one volume in order: by their leading paper's date, then issue number, then entry.

    Oldest or newest first, by the section where it has a rule of its own; in the order of the check list where the
    kind has one (R15). A group that was set by hand stands behind the one it was set behind, 0: at the very front.
    """
    ordered = sorted(groups, key=lambda group: _place_of(papers[group.leading], rules))
    return _with_those_set_by_hand(ordered, papers)


def _place_of(paper: Paper, rules: Rules) -> tuple[Any, ...]:
    listed = rules.order is OrderRule.CHECK_LIST
    order = paper.section_order or rules.order
    section = paper.section if listed or rules.by_section else 0
    place = paper.place if listed else 0
    year, month, day = paper.date_key
    date = (-year, -month, -day) if order is OrderRule.NEWEST_FIRST else (year, month, day)
    return section, place, date, issue_number_key(paper.issue_number), paper.entry, paper.key


def _with_those_set_by_hand(ordered: list[Group], papers: Mapping[int, Paper]) -> list[Group]:
    """Return the groups with each hand-set one behind its anchor; where the anchor is elsewhere, the rule's place."""
    group_of = {row.key: group for group in ordered for row in group.rows}
    behind: dict[int, list[Group]] = {}
    moved: set[int] = set()
    for group in ordered:
        anchor = _anchor_of(group, papers)
        if anchor is None or _leads_back(group, group_of, papers):
            continue
        if anchor == 0:
            behind.setdefault(0, []).append(group)
        elif anchor in group_of and group_of[anchor] is not group:
            behind.setdefault(group_of[anchor].leading, []).append(group)
        else:
            continue
        moved.add(group.leading)
    if not moved:
        return ordered
    result: list[Group] = []
    stack = [group for group in reversed(ordered) if group.leading not in moved]
    stack += reversed(behind.get(0, []))
    while stack:
        group = stack.pop()
        result.append(group)
        stack += reversed(behind.get(group.leading, []))
    return result


def _anchor_of(group: Group, papers: Mapping[int, Paper]) -> int | None:
    return next((after for row in group.rows if (after := papers[row.key].after) is not None), None)


def _leads_back(group: Group, group_of: Mapping[int, Group], papers: Mapping[int, Paper]) -> bool:
    """Return whether groups were set behind one another in a circle that this one is part of."""
    seen = {group.leading}
    anchor = _anchor_of(group, papers)
    while anchor and (other := group_of.get(anchor)) is not None:
        if other.leading == group.leading:
            return True
        if other.leading in seen:
            return False
        seen.add(other.leading)
        anchor = _anchor_of(other, papers)
    return False
