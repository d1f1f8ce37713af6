"""The policy and its queryset twin are one rule: what decide() allows is what the lists show, and nothing else."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.clearance.models import Level
from dms.clearance.policy import Act, ThingFacts, UserFacts, branches, decide
from dms.core import clock
from dms.core.errors import NotFound, Refusal
from dms.core.refusals import Denied
from dms.holdings import selectors
from dms.holdings.models import Dossier, DossierGrant, Item
from dms.organisation.models import User
from tests.factories import a_dossier, a_house, a_kind, a_series, an_item, security_classes

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D1"), pytest.mark.rule("C2")]


@pytest.fixture
def house(db):
    return a_house()


def every_dossier(house):
    """One dossier for every combination of department, rank, level, responsible person and seal, with items of two ranks."""
    kind, series, classes = a_kind(house.fonds, personal=False), a_series(house.fonds), security_classes()
    combinations = product(
        (house.service, house.finance), classes, (Level.COMPANY, Level.PERSONAL), (house.staff1, None), (False, True)
    )
    now = clock.now()
    rows = [
        Dossier(
            fonds=house.fonds, kind=kind, series=series, number=f"N{n}", name="客户", name_sort="ke hu",
            department=department, classification=rank, level=level, responsible=responsible, opened_on=now.date(),
            sealed_at=now if sealed else None, sealing_key="00000000-0000-0000-0000-000000000000", changed_at=now,
        )
        for n, (department, rank, level, responsible, sealed) in enumerate(combinations)
    ]  # fmt: skip
    Dossier.objects.bulk_create(rows)
    dossiers = list(Dossier.objects.order_by("pk"))
    items = [
        Item(fonds=house.fonds, dossier=dossier, entry_number=n, title="件", classification=own, received_on=now.date())
        for n, (dossier, own) in enumerate(product(dossiers, (None, classes[0], classes[2])))
    ]
    Item.objects.bulk_create(items)
    for n, dossier in enumerate(dossiers[::5]):
        DossierGrant.objects.create(
            dossier=dossier, reader=house.staff2, may_read=n % 2 == 0, may_print=n % 3 == 0, may_download=n % 4 == 0,
            begins_at=now - timedelta(days=2), ends_at=now + timedelta(days=1 if n % 2 else -1), purpose="follow-up",
        )  # fmt: skip
    return dossiers


@pytest.mark.parametrize("act", list(Act))
def test_lists_show_exactly_what_the_policy_allows_to_every_kind_of_user(house, act):
    every_dossier(house)
    dossiers = list(Dossier.objects.select_related("classification"))
    items = list(Item.objects.select_related("dossier__classification", "classification"))
    for person in house.people.values():
        allowed = {d.pk for d in dossiers if selectors.decide_dossier(person, act, d)}
        assert set(selectors.dossiers_visible_to(person, act).values_list("pk", flat=True)) == allowed
        allowed_items = {i.pk for i in items if selectors.decide_item(person, act, i)}
        assert set(selectors.items_visible_to(person, act).values_list("pk", flat=True)) == allowed_items


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_twins_agree_over_generated_people(house, data):
    if not Dossier.objects.exists():
        every_dossier(house)
    departments = st.frozensets(st.sampled_from([house.service.pk, house.finance.pk, 99_999]), max_size=3)
    fonds = st.frozensets(st.sampled_from([house.fonds.pk, 99_999]), max_size=2)
    facts = data.draw(
        st.builds(
            UserFacts,
            user_id=st.sampled_from([house.staff1.pk, house.staff2.pk]),
            active=st.booleans() | st.just(True),
            member_of=departments,
            heads=departments,
            archivist_of=fonds,
            leads=fonds,
            clearance_rank=st.integers(0, 2),
        )
    )
    act, now = data.draw(st.sampled_from(list(Act))), clock.now()
    conditions = [selectors.branch_q(way, facts.user_id, now) for way in branches(facts, act)]
    shown = set(selectors._union(Dossier, conditions).values_list("pk", flat=True))
    for dossier in Dossier.objects.select_related("classification"):
        assert bool(decide(facts, act, selectors.facts_of_dossier(dossier, facts.user_id))) == (dossier.pk in shown)


THING = st.builds(
    ThingFacts,
    fonds_id=st.integers(1, 2),
    department_id=st.integers(1, 3),
    rank=st.integers(0, 3),
    level=st.sampled_from(list(Level)),
    responsible_id=st.none() | st.integers(1, 3),
    sealed=st.booleans(),
    # Any grant on a thing lets its reader know of it (see selectors).
    granted=st.frozensets(st.sampled_from([Act.READ, Act.PRINT])).map(lambda acts: acts | {Act.KNOW} if acts else acts),
)
IDS = st.frozensets(st.integers(1, 3))
USER = st.builds(
    UserFacts,
    user_id=st.integers(1, 3),
    active=st.booleans(),
    member_of=IDS,
    heads=IDS,
    archivist_of=IDS,
    leads=IDS,
    clearance_rank=st.integers(0, 3),
)


@given(user=USER, thing=THING, act=st.sampled_from(list(Act)))
def test_whoever_may_act_may_also_know(user, thing, act):
    if decide(user, act, thing):
        assert decide(user, Act.KNOW, thing)


@pytest.mark.rule("D5")
@given(user=USER, thing=THING, act=st.sampled_from([act for act in Act if act is not Act.KNOW]))
def test_a_seal_stops_everybody(user, thing, act):
    if thing.sealed:
        assert isinstance(decide(user, act, thing), Denied)


@given(user=USER, thing=THING)
def test_what_one_may_not_know_of_is_answered_like_what_does_not_exist(user, thing):
    if not decide(user, Act.KNOW, thing):
        assert all(decide(user, act, thing).code == "not_found" for act in Act)


@given(thing=THING, act=st.sampled_from(list(Act)))
def test_a_closed_account_may_nothing(thing, act):
    user = UserFacts(1, active=False, member_of=frozenset({1, 2, 3}), archivist_of=frozenset({1, 2}), clearance_rank=3)
    assert decide(user, act, thing).code == "not_found"


def test_the_kinds_of_user_see_what_the_ground_floor_rules(house):
    """Staff: own and ordinary of the department; heads: the department; archivist: up to the class; administrator: nothing."""
    every_dossier(house)
    open_dossiers = Dossier.objects.filter(sealed_at__isnull=True)
    reads = lambda person: set(selectors.dossiers_visible_to(person, Act.READ))  # noqa: E731
    ordinary = security_classes()[0]
    assert reads(house.staff1) == set(open_dossiers.filter(responsible=house.staff1)) | set(
        open_dossiers.filter(department=house.service, classification=ordinary)
    )
    assert reads(house.head1) == set(open_dossiers.filter(department=house.service))
    assert reads(house.archivist) == set(open_dossiers.filter(classification__rank__lte=1))
    assert reads(house.gm) == set(open_dossiers.filter(level=Level.COMPANY))
    assert reads(house.admin) == set()
    assert reads(house.auditor) == set()


def test_nobody_can_be_a_superuser(house):
    house.admin.is_superuser = True
    with pytest.raises(IntegrityError), transaction.atomic():
        house.admin.save()
    with pytest.raises(Refusal):
        User.objects.create_superuser("root", password="x")


def test_an_expired_clearance_is_none(house):
    every_dossier(house)
    clearance = house.archivist.clearance
    clearance.valid_until = clock.today() - timedelta(days=1)
    clearance.save()
    ranks = set(selectors.dossiers_visible_to(house.archivist, Act.READ).values_list("classification__rank", flat=True))
    assert ranks == {0}


def test_hidden_and_absent_are_one_answer(house):
    hidden = a_dossier(house.archivist, house.finance)
    for public_id in (hidden.public_id, "23456789abcdef"):
        with pytest.raises(NotFound) as refused:
            selectors.get_dossier_for(house.staff1, public_id, Act.READ)
        assert (refused.value.status, refused.value.code) == (404, "not_found")


def test_an_item_above_its_dossier_hides_alone(house):
    dossier = a_dossier(house.archivist, house.service, rank=0)
    plain = an_item(house.archivist, dossier)
    closer = an_item(house.archivist, dossier, classification=security_classes()[1])
    assert set(selectors.items_visible_to(house.staff1, Act.READ)) == {plain}
    assert set(selectors.items_visible_to(house.archivist, Act.READ)) == {plain, closer}
