"""Papers and ties, by hand and at random."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dms.arrangement.policy.papers import (
    FOR_EVER,
    PERMANENT,
    Bound,
    DateKey,
    OrderRule,
    Paper,
    RelationKind,
    Retention,
    Role,
    Rules,
    RuleSet,
    Tie,
)

MOST = 8
# A busy machine draws slowly; that says nothing about the rules.
sharp = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG, SHORT = Retention(30, "long"), Retention(10, "short")
DATES = st.one_of(
    st.none(),
    st.tuples(st.sampled_from((2021, 2022, 2023)), st.sampled_from((0, 1, 2, 13)), st.sampled_from((0, 1, 2))),
)
YEARS = st.one_of(st.none(), st.sampled_from((2020, 2021, 2022, 2023)))


def dated(key: int, *date: int, **values: Any) -> Paper:
    """Return a paper of a day, month or year."""
    year, month, day = (*date, 0, 0, 0)[:3]
    stamp: DateKey = (year, month, day)
    return Paper(key, entry=values.pop("entry", key), dated=stamp if year else None, **values)


@st.composite
def papers(draw: st.DrawFn, *, by_hand: bool = False, bound: bool = False) -> list[Paper]:
    """A few papers; with positions set by hand, with some bound in closed volumes."""
    count = draw(st.integers(0, MOST))
    return [
        Paper(
            key,
            entry=key,
            dated=draw(DATES),
            received=(2023, 6, 1),
            issue_number=draw(st.sampled_from(("", "9号", "10号", "KH-2"))),
            role=draw(st.sampled_from(Role)),
            period_from=draw(YEARS),
            period_to=draw(YEARS),
            opened=draw(YEARS),
            section=draw(st.integers(0, 2)),
            section_order=draw(st.sampled_from((None, OrderRule.NEWEST_FIRST))),
            place=draw(st.integers(0, 2)),
            rank=draw(st.integers(0, 2)),
            retention=draw(st.sampled_from((PERMANENT, LONG, SHORT))),
            sheets=draw(st.integers(0, 3)),
            sides=draw(st.integers(0, 3)),
            override=draw(st.sampled_from((None, None, None, 2019))),
            bound=Bound(1, 2020) if bound and draw(st.integers(0, 3)) == 0 else None,
            after=draw(st.sampled_from((None, None, *range(count + 1)))) if by_hand else None,
        )
        for key in range(1, count + 1)
    ]


def ties(*, forwards_only: bool = False) -> st.SearchStrategy[list[Tie]]:
    """Any ties, contradictory ones too; with `forwards_only` each points at an earlier paper, and none contradicts."""
    ends = st.tuples(st.integers(1, MOST), st.sampled_from(RelationKind), st.integers(1, MOST))
    if not forwards_only:
        return st.lists(ends.map(lambda end: Tie(*end)), max_size=MOST)
    mains = (RelationKind.ATTACHMENT_OF, RelationKind.COPY_OF, RelationKind.REPLIES_TO)
    one = st.tuples(st.integers(2, MOST), st.sampled_from(mains), st.integers(1, MOST))
    earlier = one.filter(lambda end: end[2] < end[0]).map(lambda end: Tie(*end))
    return st.lists(earlier, max_size=MOST, unique_by=lambda tie: tie.item)


rules = st.builds(
    Rules,
    rule_set=st.sampled_from(RuleSet),
    order=st.sampled_from(OrderRule),
    by_section=st.booleans(),
    sheets_per_volume=st.sampled_from((0, 1, 4)),
    own_volume=st.sampled_from((frozenset(), frozenset({2}), frozenset({1, 2}))),
)

__all__ = ["FOR_EVER", "LONG", "PERMANENT", "SHORT", "dated", "papers", "rules", "sharp", "ties"]
