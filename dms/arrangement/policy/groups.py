"""A8: what belongs together: papers tied to one another form a group, whose order within is always the same.

A *top* is a paper with a number of its own; its attachments, draft, copies and translations are rows below it. Tops
that reply to or forward one another are one group. Total: whatever the ties, every open paper is in exactly one group;
ties that contradict others are left out of account and named.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .issue_numbers import issue_number_key
from .papers import SUB_ROWS, Paper, RelationKind, Tie


class Fault(StrEnum):
    """Why ties contradict one another."""

    CIRCLE = "circle"
    TWO_MAIN_PAPERS = "two_main_papers"
    BELOW_ITSELF = "below_itself"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Ties that cannot all be true, by the keys of the papers they name, in the order in which they follow."""

    fault: Fault
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A paper in its group. `top`: the numbered paper it stands under (itself, where it has a number of its own).

    `follows` and `leader`: by which tie it stands where it does, and the paper at the other end; None for a leader.
    """

    key: int
    top: int
    follows: RelationKind | None = None
    leader: int | None = None

    @property
    def has_number(self) -> bool:
        """Return whether it is an item with a number of its own, not a row below another one."""
        return self.top == self.key


@dataclass(frozen=True, slots=True)
class Group:
    """Papers that are never parted, in their order. `leading` stands first; `deciding` is the paper whose year counts.

    `deciding` may be a paper that is bound in a closed volume and therefore in no group.
    """

    rows: tuple[Row, ...]
    leading: int
    deciding: int


@dataclass(slots=True)
class Grouping:
    """All open papers in groups, with the ties that were left out because they contradict others."""

    groups: list[Group] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)


def recency(paper: Paper) -> tuple[Any, ...]:
    """Return the key that orders papers by date, then issue number, then entry."""
    return paper.date_key, issue_number_key(paper.issue_number), paper.entry, paper.key


def gathered(papers: Mapping[int, Paper], ties: Iterable[Tie]) -> Grouping:
    """A8: return the groups of the papers that are not bound in a closed volume; ties to unknown papers are ignored.

    The order of `ties` and of `papers` makes no difference.
    """
    known = [tie for tie in set(ties) if tie.item in papers and tie.other in papers]
    known.sort(key=lambda tie: (papers[tie.item].entry, tie.item, tie.kind, papers[tie.other].entry, tie.other))
    return _Gathering(papers, known).result()


class _Gathering:
    """One pass over the ties of a dossier."""

    def __init__(self, papers: Mapping[int, Paper], ties: list[Tie]) -> None:
        self.papers = papers
        self.contradictions: list[Contradiction] = []
        self.mains = self._mains([tie for tie in ties if tie.kind in SUB_ROWS])
        self.rows_below: dict[int, list[int]] = defaultdict(list)
        self.top_of: dict[int, int] = {}
        # A top's leaders: in the same group (open), or bound in a closed volume already.
        self.leaders: dict[int, dict[int, Tie]] = defaultdict(dict)
        self.followers: dict[int, dict[int, Tie]] = defaultdict(dict)
        self.bound_leaders: dict[int, list[Tie]] = defaultdict(list)
        self._find_tops()
        for tie in ties:
            if tie.kind not in SUB_ROWS:
                self._connect(tie)

    def result(self) -> Grouping:
        groups = []
        seen: set[int] = set()
        for top in self.papers:
            if self.top_of.get(top) != top:
                continue
            if self._stands_alone(top):
                groups.append(Group((Row(top, top),), top, top))
            elif top not in seen:
                members = self._connected(top)
                seen |= members
                groups.append(self._group(members))
        return Grouping(groups, self.contradictions)

    def _stands_alone(self, top: int) -> bool:
        tied = (self.leaders, self.followers, self.bound_leaders, self.rows_below)
        return not any(top in ties for ties in tied)

    # Rows below a top

    def _mains(self, ties: list[Tie]) -> dict[int, Tie]:
        """Return each row's tie to its main paper, without contradictions and circles."""
        mains: dict[int, Tie] = {}
        for tie in ties:
            if tie.item == tie.other:
                self.contradictions.append(Contradiction(Fault.CIRCLE, (tie.item,)))
            elif tie.item not in mains:
                mains[tie.item] = tie
            elif mains[tie.item].other != tie.other:
                named = (tie.item, mains[tie.item].other, tie.other)
                self.contradictions.append(Contradiction(Fault.TWO_MAIN_PAPERS, named))
        harmless: set[int] = set()
        for start in list(mains):
            path: dict[int, None] = {}
            key = start
            while key in mains and key not in harmless and key not in path:
                path[key] = None
                key = mains[key].other
            if key in path:
                circle = tuple(path)[list(path).index(key) :]
                self.contradictions.append(Contradiction(Fault.CIRCLE, circle))
                del mains[max(circle, key=lambda one: (self.papers[one].entry, one))]
            harmless.update(path)
        return mains

    def _find_tops(self) -> None:
        for key, paper in self.papers.items():
            if paper.bound is not None:
                continue
            path = [key]
            while path[-1] not in self.top_of and (main := self._open_main(path[-1])) is not None:
                path.append(main)
            top = self.top_of.get(path[-1], path[-1])
            for below in path:
                self.top_of[below] = top
            tie = self.mains.get(key)
            if tie is not None and self.papers[tie.other].bound is None:
                self.rows_below[tie.other].append(key)
            elif tie is not None:
                self.bound_leaders[key].append(tie)
        for rows in self.rows_below.values():
            rows.sort(key=lambda row: (SUB_ROWS[self.mains[row].kind], self.papers[row].entry, row))

    def _open_main(self, key: int) -> int | None:
        tie = self.mains.get(key)
        return None if tie is None or self.papers[tie.other].bound is not None else tie.other

    # Tops that reply to or forward one another

    def _connect(self, tie: Tie) -> None:
        if tie.leader == tie.follower:
            self.contradictions.append(Contradiction(Fault.CIRCLE, (tie.item,)))
            return
        if tie.follower not in self.top_of:
            return  # bound in a closed volume: it stays there, and is cross-referenced
        below = self.top_of[tie.follower]
        if tie.leader not in self.top_of:
            self.bound_leaders[below].append(tie)
            return
        above = self.top_of[tie.leader]
        if above != below:
            self.leaders[below].setdefault(above, tie)
            self.followers[above].setdefault(below, tie)
        elif self._stands_below(tie.leader, tie.follower):
            self.contradictions.append(Contradiction(Fault.BELOW_ITSELF, (tie.leader, tie.follower)))

    def _stands_below(self, row: int, above: int) -> bool:
        main = self._open_main(row)
        while main is not None and main != above:
            main = self._open_main(main)
        return main == above

    def _connected(self, start: int) -> set[int]:
        members, edge = {start}, [start]
        while edge:
            top = edge.pop()
            beside = [*self.leaders.get(top, ()), *self.followers.get(top, ())]
            edge += [one for one in beside if one not in members]
            members.update(beside)
        return members

    def _group(self, members: set[int]) -> Group:
        sequence = self._sequence(members) if len(members) > 1 else list(members)
        rows: list[Row] = []
        for top in sequence:
            self._write_rows(top, rows)
        return Group(tuple(rows), sequence[0], self._deciding(sequence))

    def _sequence(self, members: set[int]) -> list[int]:
        """Return the tops so that each stands behind all its leaders, as near to them as can be, the latest first."""
        placed: list[int] = []
        waiting = {top: len(self.leaders.get(top, ())) for top in members}
        latest_first = sorted(members, key=lambda top: recency(self.papers[top]), reverse=True)
        for top in latest_first:
            if waiting[top] == 0:
                self._place(top, waiting, placed)
        while len(placed) < len(members):
            left = set(members).difference(placed)
            circle = self._circle(left)
            self.contradictions.append(Contradiction(Fault.CIRCLE, circle))
            first = next(top for top in latest_first if top in circle)
            waiting[first] = 0
            self._place(first, waiting, placed)
        return placed

    def _place(self, start: int, waiting: dict[int, int], placed: list[int]) -> None:
        stack = [start]
        while stack:
            top = stack.pop()
            if waiting[top] != 0:
                continue
            waiting[top] = -1
            placed.append(top)
            ready = []
            for below in self.followers.get(top, ()):
                if waiting[below] > 0:
                    waiting[below] -= 1
                    if waiting[below] == 0:
                        ready.append(below)
            # What is forwarded stands next to its letter, then the requests, each the oldest first.
            ready.sort(
                key=lambda one: (
                    self.followers[top][one].kind != RelationKind.FORWARDS,
                    recency(self.papers[one]),
                ),
                reverse=True,
            )
            stack += ready

    def _circle(self, left: set[int]) -> tuple[int, ...]:
        """Return tops that follow one another in a circle; every one that is left has a leader that is left."""
        path: dict[int, None] = {}
        top = min(left, key=lambda one: (self.papers[one].entry, one))
        while top not in path:
            path[top] = None
            top = min((one for one in self.leaders[top] if one in left), key=lambda one: (self.papers[one].entry, one))
        return tuple(path)[list(path).index(top) :]

    def _deciding(self, sequence: list[int]) -> int:
        """A7: return the last of the papers that follow no other: the end of every chain, the last of many replies."""
        ends = [top for top in sequence if not self.leaders.get(top) and not self.bound_leaders.get(top)]
        ends += [tie.leader for top in sequence for tie in self.bound_leaders.get(top, ())]
        if not ends:
            return sequence[0]
        return ends[0] if len(ends) == 1 else max(ends, key=lambda key: recency(self.papers[key]))

    def _write_rows(self, top: int, rows: list[Row]) -> None:
        tie = self._tie_above(top)
        rows.append(Row(top, top, tie.kind if tie else None, tie.leader if tie else None))
        below = self.rows_below.get(top)
        stack = [*reversed(below)] if below else []
        while stack:
            key = stack.pop()
            main = self.mains[key]
            rows.append(Row(key, top, main.kind, main.other))
            stack += reversed(self.rows_below.get(key, ()))

    def _tie_above(self, top: int) -> Tie | None:
        """Return the tie by which a top follows another: replies before letters, the latest leader before others."""
        ties = [*self.leaders.get(top, {}).values(), *self.bound_leaders.get(top, ())]
        if len(ties) < 2:
            return ties[0] if ties else None
        return max(ties, key=lambda tie: (tie.kind == RelationKind.REPLIES_TO, recency(self.papers[tie.leader])))
