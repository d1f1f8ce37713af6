"""A7: the year a paper is bound under, always with its reason as data, so that it can be said in any language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .groups import Group, gathered
from .papers import SUB_ROWS, Paper, RelationKind, Role, Rules, RuleSet, Tie


class Because(StrEnum):
    """Why a paper is bound under its year."""

    DATE = "date"
    NO_REPLY = "no_reply"
    UNDATED = "undated"
    PLAN = "plan"
    SUMMARY = "summary"
    MEETING_OPENED = "meeting_opened"
    MEETING_CLOSED = "meeting_closed"
    REPLY = "reply"
    MAIN_PAPER = "main_paper"
    FORWARDED = "forwarded"
    TOGETHER = "together"
    OVERRIDE = "override"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class FilingYear:
    """A year with its reason; `of` is the paper that the reason names (the reply, the main paper …)."""

    year: int
    because: Because
    of: int | None = None


_BY_ROLE = frozenset({Role.PLAN, Role.SUMMARY, Role.MEETING})


@lru_cache(maxsize=4096)
def _by_itself(year: int, because: Because) -> FilingYear:
    """Return a year that no other paper decides; there are few of them among very many papers."""
    return FilingYear(year, because)


def own_year(paper: Paper, rule_set: RuleSet = RuleSet.R10) -> FilingYear:
    """A7: return the year a paper would have if nothing else belonged to it.

    R10: a plan goes to its first year, a summary to its last, a meeting to the year it opened. DA/T 22: plans and
    summaries go by their date, a meeting to the year it closed.
    """
    if paper.bound is not None:
        return _by_itself(paper.bound.year, Because.BOUND)
    if paper.role in _BY_ROLE:
        year, because = _by_role(paper, rule_set)
        if year is not None:
            return _by_itself(year, because)
    if paper.dated is None:
        return _by_itself(paper.received[0], Because.UNDATED)
    return _by_itself(paper.dated[0], Because.NO_REPLY if paper.role is Role.REQUEST else Because.DATE)


def _by_role(paper: Paper, rule_set: RuleSet) -> tuple[int | None, Because]:
    first = paper.period_to if paper.period_from is None else paper.period_from
    last = paper.period_from if paper.period_to is None else paper.period_to
    if rule_set is RuleSet.DAT22:
        closed = last if last is not None else paper.opened
        return (closed if paper.role is Role.MEETING else None), Because.MEETING_CLOSED
    match paper.role:
        case Role.PLAN:
            return first, Because.PLAN
        case Role.SUMMARY:
            return last, Because.SUMMARY
        case Role.MEETING:
            return (first if paper.opened is None else paper.opened), Because.MEETING_OPENED
    return None, Because.DATE


def year_of_group(group: Group, papers: Mapping[int, Paper], rules: Rules) -> FilingYear:
    """A7: return the year of a whole group: the deciding paper's own, or the one that was set with a reason."""
    for row in group.rows:
        override = papers[row.key].override
        if override is not None:
            return FilingYear(override, Because.OVERRIDE, row.key)
    return own_year(papers[group.deciding], rules.rule_set)


def years_in(group: Group, papers: Mapping[int, Paper], rules: Rules) -> dict[int, FilingYear]:
    """A7: return year and reason of every paper of a group; the year is one and the same."""
    whole = year_of_group(group, papers, rules)
    if whole.because is Because.OVERRIDE:
        return {row.key: whole for row in group.rows}
    if len(group.rows) == 1 and group.deciding == group.leading:
        return {group.leading: whole}
    reasons: dict[int, FilingYear] = {}
    for row in group.rows:
        if row.key == group.deciding:
            reasons[row.key] = whole
        elif row.follows in SUB_ROWS:
            reasons[row.key] = FilingYear(whole.year, Because.MAIN_PAPER, row.leader)
        elif row.follows is RelationKind.REPLIES_TO:
            reasons[row.key] = FilingYear(whole.year, Because.REPLY, group.deciding)
        elif row.follows is RelationKind.FORWARDS:
            reasons[row.key] = FilingYear(whole.year, Because.FORWARDED, row.leader)
        else:
            reasons[row.key] = FilingYear(whole.year, Because.TOGETHER, group.deciding)
    return reasons


def filing_years_of(papers: Iterable[Paper], ties: Iterable[Tie], rules: Rules) -> dict[int, FilingYear]:
    """A7: return year and reason of every paper; one that is bound in a closed volume has that volume's."""
    by_key = {paper.key: paper for paper in papers}
    years = {key: own_year(paper) for key, paper in by_key.items() if paper.bound is not None}
    for group in gathered(by_key, ties).groups:
        years |= years_in(group, by_key, rules)
    return years


def filing_year_of(key: int, papers: Iterable[Paper], ties: Iterable[Tie], rules: Rules) -> FilingYear:
    """A7: return year and reason of one paper among the papers of its dossier."""
    return filing_years_of(papers, ties, rules)[key]
