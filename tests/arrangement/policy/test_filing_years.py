"""The year a paper is bound under, with its reason: every case that regulation 10 names, and their mixtures."""

from datetime import date

import pytest
from hypothesis import given, settings

from dms.arrangement.policy.filing_years import Because, FilingYear, filing_year_of, filing_years_of, own_year
from dms.arrangement.policy.papers import (
    Bound,
    Paper,
    Precision,
    RelationKind,
    Role,
    Rules,
    RuleSet,
    Tie,
    date_key_of,
)

from .worlds import dated, papers, rules, sharp, ties

pytestmark = pytest.mark.rule("A7")
REPLIES, ATTACHED, FORWARDS = RelationKind.REPLIES_TO, RelationKind.ATTACHMENT_OF, RelationKind.FORWARDS


@pytest.mark.parametrize(
    ("day", "precision", "key"),
    [
        (date(2023, 5, 1), Precision.DAY, (2023, 5, 1)),
        (date(2023, 5, 1), Precision.MONTH, (2023, 5, 0)),
        (date(1998, 1, 1), Precision.YEAR, (1998, 0, 0)),
        (date(1998, 1, 1), Precision.BEFORE, (1997, 13, 0)),
    ],
)
def test_an_uncertain_date_stands_first_in_its_year_and_before_a_year_last_in_the_one_before(day, precision, key):
    assert date_key_of(day, precision) == key


@pytest.mark.parametrize(
    ("paper", "r10", "dat22"),
    [
        (dated(1, 2023, 5, 1), (2023, "date"), (2023, "date")),
        (dated(1, 2023, 5, 1, role=Role.REQUEST), (2023, "no_reply"), (2023, "no_reply")),
        (Paper(1, received=(2024, 3, 1)), (2024, "undated"), (2024, "undated")),
        (dated(1, 2020, 12, 1, role=Role.PLAN, period_from=2021, period_to=2025), (2021, "plan"), (2020, "date")),
        (dated(1, 2020, 12, 1, role=Role.PLAN, period_to=2025), (2025, "plan"), (2020, "date")),
        (dated(1, 2020, 12, 1, role=Role.PLAN), (2020, "date"), (2020, "date")),
        (dated(1, 2024, 2, 1, role=Role.SUMMARY, period_from=2021, period_to=2023), (2023, "summary"), (2024, "date")),
        (
            dated(1, 2024, 1, 9, role=Role.MEETING, opened=2023, period_to=2024),
            (2023, "meeting_opened"),
            (2024, "meeting_closed"),
        ),
        (dated(1, 2024, 1, 9, role=Role.MEETING), (2024, "date"), (2024, "date")),
        (dated(1, 1997, 13), (1997, "date"), (1997, "date")),
        (dated(1, 2023, bound=Bound(7, 2019)), (2019, "bound"), (2019, "bound")),
    ],
)
def test_a_paper_by_itself_has_the_year_of_its_kind_under_either_rule_set(paper, r10, dat22):
    for rule_set, (year, because) in ((RuleSet.R10, r10), (RuleSet.DAT22, dat22)):
        assert own_year(paper, rule_set) == FilingYear(year, Because(because))


def years(some: list[Paper], tied: list[Tie]) -> dict[int, tuple[int, str, int | None]]:
    """Return year, reason and the paper it names of each."""
    found = filing_years_of(some, tied, Rules())
    return {key: (one.year, str(one.because), one.of) for key, one in found.items()}


def test_a_request_goes_to_the_year_of_its_reply_whatever_type_the_papers_are_of():
    assert years([dated(1, 2022, 3), dated(2, 2023, 2)], [Tie(2, REPLIES, 1)]) == {
        1: (2023, "reply", 2),
        2: (2023, "date", None),
    }


def test_of_several_replies_the_last_one_counts_and_they_stay_together():
    some = [dated(1, 2020), dated(2, 2021, 5), dated(3, 2023, 1), dated(4, 2022)]
    tied = [Tie(2, REPLIES, 1), Tie(3, REPLIES, 1), Tie(4, REPLIES, 1)]
    assert years(some, tied) == {
        1: (2023, "reply", 3),
        2: (2023, "together", 3),
        3: (2023, "date", None),
        4: (2023, "together", 3),
    }


def test_a_chain_of_replies_is_followed_to_its_end():
    some = [dated(1, 2020), dated(2, 2021), dated(3, 2022), dated(4, 2024)]
    tied = [Tie(2, REPLIES, 1), Tie(3, REPLIES, 2), Tie(4, REPLIES, 3)]
    assert {year for year, *_ in years(some, tied).values()} == {2024}


def test_a_reply_that_is_a_summary_counts_with_its_last_year():
    reply = dated(2, 2024, 1, role=Role.SUMMARY, period_from=2021, period_to=2023)
    assert years([dated(1, 2022), reply], [Tie(2, REPLIES, 1)])[1] == (2023, "reply", 2)


def test_attachments_drafts_copies_and_translations_go_with_their_main_paper_at_any_depth():
    some = [dated(1, 2023), dated(2, 2019), dated(3, 2020), dated(4, 2021), dated(5, 2022), dated(6, 2018)]
    kinds = (ATTACHED, RelationKind.DRAFT_OF, RelationKind.COPY_OF, RelationKind.TRANSLATION_OF)
    tied = [Tie(key, kind, 1) for key, kind in enumerate(kinds, 2)] + [Tie(6, ATTACHED, 2)]
    found = years(some, tied)
    assert found[1] == (2023, "date", None)
    assert [found[key] for key in (2, 3, 4, 5)] == [(2023, "main_paper", 1)] * 4
    assert found[6] == (2023, "main_paper", 2)


def test_a_forwarded_paper_goes_with_its_letter():
    assert years([dated(1, 2021), dated(2, 2023)], [Tie(2, FORWARDS, 1)])[1] == (2023, "forwarded", 2)


def test_a_reply_to_an_attachment_takes_the_main_paper_along():
    some = [dated(1, 2021), dated(2, 2021), dated(3, 2023)]
    found = years(some, [Tie(2, ATTACHED, 1), Tie(3, REPLIES, 2)])
    assert found == {1: (2023, "reply", 3), 2: (2023, "main_paper", 1), 3: (2023, "date", None)}


def test_an_override_moves_the_whole_group():
    some = [dated(1, 2021, override=2019), dated(2, 2023)]
    assert years(some, [Tie(2, REPLIES, 1)]) == {1: (2019, "override", 1), 2: (2019, "override", 1)}


def test_a_paper_bound_in_a_closed_volume_stays_and_its_late_reply_goes_to_its_own_year():
    closed = dated(1, 2021, bound=Bound(5, 2021))
    assert years([closed, dated(2, 2023)], [Tie(2, REPLIES, 1)]) == {
        1: (2021, "bound", None),
        2: (2023, "date", None),
    }


def test_what_comes_late_follows_a_main_paper_or_reply_that_is_bound_already():
    some = [dated(1, 2021, bound=Bound(5, 2021)), dated(2, 2023), dated(3, 2020)]
    assert years(some, [Tie(2, ATTACHED, 1), Tie(1, REPLIES, 3)]) == {
        1: (2021, "bound", None),
        2: (2021, "main_paper", 1),
        3: (2021, "reply", 1),
    }


def test_one_paper_may_be_asked_for_alone():
    some = [dated(1, 2022), dated(2, 2023)]
    assert filing_year_of(1, some, [Tie(2, REPLIES, 1)], Rules()) == FilingYear(2023, Because.REPLY, 2)


@settings(sharp, max_examples=60)
@given(papers(by_hand=True, bound=True), ties(), rules)
def test_every_paper_has_a_year_whatever_ties_there_are(some, tied, chosen):
    found = filing_years_of(some, tied, chosen)
    assert set(found) == {paper.key for paper in some}
    assert all(one.of is None or one.of in found for one in found.values())
