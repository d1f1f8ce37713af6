"""The rule and its queryset twins answer alike, for every person, act and dossier of a generated world."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.clearance.policy import Act
from dms.holdings.models import Dossier, DossierGrant
from dms.holdings.selectors import (
    decide_dossier,
    decide_item,
    dossiers_visible_to,
    items_of_dossier,
    items_visible_to,
    visible_among,
)
from tests.factories import a_dossier, a_kind, an_item, security_classes

ROLES = ("archivist", "staff1", "staff2", "head1", "head2", "director", "gm", "auditor", "admin")
DOSSIERS = st.fixed_dictionaries(
    {
        "department": st.sampled_from(["service", "finance"]),
        "rank": st.integers(0, 2),
        "level": st.sampled_from(["company", "department", "personal"]),
        "responsible": st.sampled_from([None, "staff1", "staff2"]),
        "sealed": st.booleans(),
        "granted_to": st.sampled_from([None, "staff2", "auditor"]),
        "grant": st.sampled_from([{"may_read": True}, {"may_read": False, "may_print": True}, {"may_download": True}]),
        "item_rank": st.sampled_from([None, 0, 1, 2]),
    }
)


@pytest.mark.rule("C2")
@pytest.mark.rule("D1")
@pytest.mark.rule("D5")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds=st.lists(DOSSIERS, min_size=1, max_size=4))
def test_what_is_decided_for_one_is_what_is_listed_for_all(house, worlds):
    with transaction.atomic():
        made = [build(house, facts) for facts in worlds]
        for role in ROLES:
            person = house.people[role]
            person.__dict__.pop("_user_facts", None)
            for act in Act:
                listed = set(dossiers_visible_to(person, act))
                few = set(visible_among(person, act, Dossier.objects.filter(pk__in=[d.pk for d, _ in made])))
                decided = {dossier for dossier, _item in made if decide_dossier(person, act, dossier)}
                assert listed == few == decided, (role, act)
                items = set(items_visible_to(person, act))
                assert items == {item for _dossier, item in made if decide_item(person, act, item)}, (role, act)
                for dossier, _item in made:
                    own = {item for item in items if item.dossier_id == dossier.pk}
                    assert set(items_of_dossier(person, act, dossier)) == own
        transaction.set_rollback(True)


def build(house, facts):
    """Make a dossier and its item of these facts, through the services as far as they go."""
    kind = a_kind(house.fonds, personal=False)
    dossier = a_dossier(
        house.archivist,
        getattr(house, facts["department"]),
        kind=kind,
        rank=0,
        level=facts["level"],
        responsible=facts["responsible"] and house.people[facts["responsible"]],
    )
    item = an_item(house.archivist, dossier)
    classes = security_classes()
    if facts["item_rank"] is not None:
        item.classification = classes[facts["item_rank"]]
        item.save()
    dossier.classification = classes[facts["rank"]]
    dossier.sealed_at = datetime.now(UTC) if facts["sealed"] else None
    dossier.save()
    item.dossier = dossier
    if facts["granted_to"]:
        DossierGrant.objects.create(
            dossier=dossier,
            reader=house.people[facts["granted_to"]],
            begins_at=datetime.now(UTC) - timedelta(days=1),
            ends_at=datetime.now(UTC) + timedelta(days=1),
            purpose="p",
            **facts["grant"],
        )
    return dossier, item
