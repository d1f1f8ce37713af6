"""What people decide against the rule: reasoned, by the archivist, undone again; and proposals they confirm."""

import pytest

from dms.arrangement.models import (
    Binding,
    CrossReference,
    FilingYearOverride,
    HandSetPosition,
    RelationProposal,
    Volume,
)
from dms.arrangement.policy.proposals import Ground, Headed, proposals_for, subject_of
from dms.arrangement.services import (
    confirm_proposal,
    cross_reference_items,
    decline_proposal,
    join_class,
    leave_class,
    override_filing_year,
    propose_relations,
    relate_items,
    reset_filing_year,
    reset_position,
    set_position,
)
from dms.core.errors import NotAllowed, Refusal
from dms.organisation.models import PostKind
from tests.factories import security_classes
from tests.factories.organisation import a_person

from .conftest import titles

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A7")]


def test_a_year_by_decision_moves_the_whole_group_and_can_be_taken_back(house, dossier, enter, arrange):
    request, reply = enter("request", 2021), enter("reply", 2022)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    arrange()
    override_filing_year(
        item=request, year=2020, reason="meant for 2020", approved_by=house.director, acting_user=house.archivist
    )
    assert (
        list(Binding.objects.values_list("filing_year", "because", "because_of"))
        == [(2020, "override", request.pk)] * 2
    )
    with pytest.raises(Refusal):
        override_filing_year(item=reply, year=2019, reason="x", approved_by=house.director, acting_user=house.archivist)
    reset_filing_year(item=request, reason="was wrong", acting_user=house.archivist)
    assert Volume.objects.get().filing_year == 2022


@pytest.mark.parametrize(
    ("year", "reason", "approver", "by"),
    [
        (2020, " ", "director", "archivist"),
        (9999, "x", "director", "archivist"),
        (2020, "x", "archivist", "archivist"),
        (2020, "x", "staff2", "archivist"),
        (2020, "x", "director", "staff1"),
    ],
)
def test_a_year_is_not_set_without_reason_approval_or_right(house, enter, year, reason, approver, by):
    item = enter("a", 2023)
    with pytest.raises(Refusal):
        override_filing_year(
            item=item,
            year=year,
            reason=reason,
            approved_by=getattr(house, approver),
            acting_user=getattr(house, by),
        )
    assert FilingYearOverride.objects.count() == 0


@pytest.mark.rule("A8")
def test_a_position_by_hand_and_back(house, dossier, enter, arrange):
    enter("a", 2023, 1)
    last, b = enter("c", 2023, 3), enter("b", 2023, 2)
    arrange()
    set_position(item=last, behind=None, reason="asked for", acting_user=house.archivist)
    assert titles(dossier) == [["c", "a", "b"]]
    set_position(item=last, behind=b, reason="asked for", acting_user=house.archivist)
    assert titles(dossier) == [["a", "b", "c"]]
    with pytest.raises(Refusal):
        set_position(item=last, behind=last, reason="x", acting_user=house.archivist)
    reset_position(item=last, reason="no more", acting_user=house.archivist)
    assert HandSetPosition.objects.count() == 0


@pytest.mark.rule("A9")
def test_an_ordinary_item_joins_a_secret_volume_by_decision_of_who_is_cleared(house, dossier, enter, arrange):
    secret = security_classes()[2]
    item = enter("ordinary", 2023)
    enter("secret", 2023, classification=secret)
    arrange()
    with pytest.raises(Refusal):
        join_class(item=item, classification=secret, reason="closely tied", acting_user=house.archivist)
    cleared = a_person(PostKind.ARCHIVIST, house.fonds, rank=2)
    join_class(item=item, classification=secret, reason="closely tied", acting_user=cleared)
    assert titles(dossier) == [["ordinary", "secret"]]
    leave_class(item=item, reason="not so close", acting_user=cleared)
    assert len(titles(dossier)) == 2


def test_a_cross_reference_is_made_once(house, enter):
    one, two = enter("a", 2022), enter("b", 2023)
    for _again in range(2):
        cross_reference_items(item=one, other=two, reason="see there", acting_user=house.archivist)
    assert CrossReference.objects.get().other == two
    with pytest.raises(NotAllowed):
        cross_reference_items(item=two, other=one, reason="x", acting_user=house.staff1)


@pytest.mark.rule("A8")
@pytest.mark.parametrize(
    ("title", "subject", "replies"),
    [
        ("关于《关于装修工程的请示》的批复（第二次）", "装修工程", True),
        ("关于装修工程的请示", "装修工程", False),
        ("关于装修工程的批复", "装修工程", True),
        ("物业公司关于同意装修工程请示的批复", "装修工程", True),
        ("关于“装修 工程”的复函", "装修工程", True),
        ("装修合同", "", None),
    ],
)
def test_a_title_says_what_it_is_about_and_whether_it_replies(title, subject, replies):
    assert subject_of(title) == (subject, replies)


@pytest.mark.rule("A8")
def test_titles_and_numbers_speak_for_relations():
    papers = [
        Headed(1, 1, "关于装修的请示", "客字〔2023〕5号", "2023-01-01"),
        Headed(
            2, 2, "关于装修的批复", "物字〔2023〕9号", "2023-02-01", text="你处《关于装修的请示》(客字[2023]5号)收悉"
        ),
        Headed(3, 3, "装修批复定稿", "物字〔2023〕９号"),
        Headed(4, 4, "关于停车的批复", "", "2023-02-01"),
    ]
    found = [(one.tie.item, str(one.tie.kind), one.tie.other, one.ground) for one in proposals_for(papers)]
    assert found == [(3, "draft_of", 2, Ground.SAME_NUMBER), (2, "replies_to", 1, Ground.NUMBER_IN_TEXT)]


@pytest.mark.rule("A8")
def test_proposals_count_once_confirmed_and_are_not_made_twice(house, dossier, enter, arrange):
    enter("关于装修的请示", 2022)
    enter("关于装修的批复", 2023)
    enter("关于停车的请示", 2022)
    enter("关于停车的函", 2022)
    parking = enter("关于停车的批复", 2023)
    found = propose_relations(dossier=dossier, acting_user=house.archivist)
    assert (found[0].item.title, found[0].kind, found[0].other.title) == (
        "关于装修的批复",
        "replies_to",
        "关于装修的请示",
    )
    assert len(arrange()) == 2
    confirm_proposal(proposal=found[0], acting_user=house.archivist)
    for other in found[1:]:
        decline_proposal(proposal=other, acting_user=house.archivist)
    with pytest.raises(Refusal):
        confirm_proposal(proposal=found[0], acting_user=house.archivist)
    with pytest.raises(NotAllowed):
        decline_proposal(proposal=found[0], acting_user=house.staff1)
    assert parking.relations.count() == 0
    assert propose_relations(dossier=dossier, acting_user=house.archivist) == []
    assert RelationProposal.objects.count() == 3
