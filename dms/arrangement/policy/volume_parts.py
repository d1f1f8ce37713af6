"""A9: which volumes there are: one for a year, a retention period and a class that demands its own, in parts by size.

What is closed is never cut again: closed volumes come in as the parts that are taken and the papers that are bound.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .filing_years import FilingYear, years_in
from .groups import Contradiction, Group, gathered
from .page_numbers import Span, numbered_on
from .papers import Paper, Retention, Rules, Tie
from .volume_order import in_volume_order


@dataclass(frozen=True, slots=True, order=True)
class VolumeKey:
    """What one volume has in common; `own_class` is the rank of a class that demands its own, -1 for all others."""

    year: int
    retention: Retention
    own_class: int = -1


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A paper at its place: `number` of the item, None for a row below another; `pages` (first, last) or None."""

    key: int
    number: int | None
    top: int
    pages: Span
    year: FilingYear


@dataclass(frozen=True, slots=True)
class PlannedVolume:
    """An open volume as the rules make it now. `over_long`: one group alone is beyond the limit."""

    key: VolumeKey
    part: int
    rows: tuple[BoundRow, ...]
    sheets: int
    rank: int
    over_long: bool


@dataclass(slots=True)
class Arrangement:
    """All open volumes of a dossier, in order, and the ties that contradict others."""

    volumes: list[PlannedVolume] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)


def key_of_group(group: Group, year: int, papers: Mapping[int, Paper], rules: Rules) -> VolumeKey:
    """A9: return where a group belongs: its year, the longest retention and the highest class of its members.

    Where any member's class demands a volume of its own the whole group goes there; an ordinary one joins by decision.
    """
    if len(group.rows) == 1 and (paper := papers[group.leading]).joins is None:
        return _shared_key(year, paper.retention, paper.rank if paper.rank in rules.own_volume else -1)
    members = [papers[row.key] for row in group.rows]
    ranks = {paper.rank for paper in members}
    ranks.update(paper.joins for paper in members if paper.joins is not None)
    retention = max(paper.retention for paper in members)
    return _shared_key(year, retention, -1 if rules.own_volume.isdisjoint(ranks) else max(ranks))


@lru_cache(maxsize=4096)
def _shared_key(year: int, retention: Retention, own_class: int) -> VolumeKey:
    """Return one and the same key for all groups that share a volume: there are few of them."""
    return VolumeKey(year, retention, own_class)


def arranged(
    papers: Iterable[Paper],
    ties: Iterable[Tie],
    rules: Rules,
    taken: Mapping[VolumeKey, Iterable[int]] | None = None,
) -> Arrangement:
    """A7 A8 A9 A10: return the open volumes of a dossier; each paper that is not bound already is in exactly one.

    `taken`: the parts that are closed, by what they have in common. The same papers and ties always give the same
    volumes, in whatever order they came.
    """
    by_key = {paper.key: paper for paper in papers}
    grouping = gathered(by_key, ties)
    belonging: dict[VolumeKey, list[Group]] = defaultdict(list)
    years: dict[int, FilingYear] = {}
    for group in grouping.groups:
        years.update(years_in(group, by_key, rules))
        belonging[key_of_group(group, years[group.leading].year, by_key, rules)].append(group)
    result = Arrangement(contradictions=grouping.contradictions)
    for key in sorted(belonging):
        ordered = in_volume_order(belonging[key], by_key, rules)
        closed = set(taken.get(key, ())) if taken else set()
        free = (number for number in range(1, len(ordered) + len(closed) + 2) if number not in closed)
        for part in in_parts(ordered, by_key, rules.sheets_per_volume):
            result.volumes.append(_planned(key, next(free), part, by_key, years, rules.sheets_per_volume))
    return result


def in_parts(ordered: Iterable[Group], papers: Mapping[int, Paper], limit: int) -> list[list[Group]]:
    """A9: cut a volume into parts of at most `limit` sheets (0: no limit) between groups, never within one."""
    parts: list[list[Group]] = []
    filled = 0
    for group in ordered:
        sheets = sheets_of(group, papers)
        if not parts or (limit and filled + sheets > limit and parts[-1]):
            parts.append([])
            filled = 0
        parts[-1].append(group)
        filled += sheets
    return parts


def sheets_of(group: Group, papers: Mapping[int, Paper]) -> int:
    """Return how many sheets a group has, of one copy of each paper."""
    return sum(max(papers[row.key].sheets, 0) for row in group.rows)


def _planned(
    key: VolumeKey,
    part: int,
    groups: list[Group],
    papers: Mapping[int, Paper],
    years: Mapping[int, FilingYear],
    limit: int,
) -> PlannedVolume:
    rows = [row for group in groups for row in group.rows]
    members = [papers[row.key] for row in rows]
    spans = numbered_on(paper.sides for paper in members)
    bound: list[BoundRow] = []
    number = 0
    for row, span in zip(rows, spans, strict=True):
        number += row.has_number
        bound.append(BoundRow(row.key, number if row.has_number else None, row.top, span, years[row.key]))
    sheets = sum(max(paper.sheets, 0) for paper in members)
    rank = max(paper.rank for paper in members)
    return PlannedVolume(key, part, tuple(bound), sheets, rank, bool(limit) and sheets > limit)
