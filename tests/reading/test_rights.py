"""Every address of the reading room as every kind of person: exact status codes (C2 C3 D1 D5)."""

import pytest
from django.test import Client
from django.urls import reverse

from dms.core import clock
from dms.holdings.models import Dossier
from dms.holdings.services import change_dossier, withdraw_item
from tests.factories import security_classes

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C2"), pytest.mark.rule("D1")]

ADDRESSES = ("page", "page_image", "page_thumbnail", "item_hits", "item_readers", "item_pdf", "item_print")
PEOPLE = ("archivist", "staff1", "staff2", "head1", "head2", "director", "gm", "auditor", "admin", "anonymous")
READ = ("page", "page_image", "page_thumbnail", "item_hits")
EVERYTHING = dict.fromkeys(ADDRESSES, 200)
NOTHING = dict.fromkeys(ADDRESSES, 404)
SIGN_IN = dict.fromkeys(ADDRESSES, 302)
READS_ONLY = dict.fromkeys(READ, 200) | {"item_readers": 403, "item_pdf": 403, "item_print": 403}
KNOWS_ONLY = dict.fromkeys(ADDRESSES, 403)


def address(desk, name):
    thing = desk.item if name.startswith("item") else desk.pages[0]
    return reverse(f"reading:{name}", args=[thing.public_id]) + ("?q=押金" if name == "item_hits" else "")


def answers(desk, who):
    return {name: desk.client(who).get(address(desk, name)).status_code for name in ADDRESSES}


def everybody(desk):
    return {who: answers(desk, who) for who in PEOPLE}


def test_a_confidential_dossier_is_read_by_archivist_responsible_person_and_head_alone(desk):
    readers = {"archivist": EVERYTHING, "staff1": READS_ONLY, "head1": READS_ONLY | {"item_print": 200}}
    assert everybody(desk) == dict.fromkeys(PEOPLE, NOTHING) | {"anonymous": SIGN_IN} | readers


def test_leaders_read_a_company_level_dossier_but_copy_nothing(desk):
    change_dossier(dossier=desk.dossier, changes={"level": "company"}, acting_user=desk.house.archivist)
    expected = {"director": READS_ONLY, "gm": READS_ONLY, "staff2": NOTHING}
    assert {who: answers(desk, who) for who in expected} == expected


@pytest.mark.rule("D5")
def test_nobody_reads_a_sealed_dossier_and_only_those_who_know_of_it_are_told_why(desk):
    Dossier.objects.filter(pk=desk.dossier.pk).update(sealed_at=clock.now())
    told = {"archivist": KNOWS_ONLY, "staff1": KNOWS_ONLY, "head1": KNOWS_ONLY, "anonymous": SIGN_IN}
    assert everybody(desk) == dict.fromkeys(PEOPLE, NOTHING) | told


def test_a_withdrawn_item_is_nowhere(desk):
    withdraw_item(item=desk.item, reason="wrong customer", acting_user=desk.house.archivist)
    assert everybody(desk) == dict.fromkeys(PEOPLE, NOTHING) | {"anonymous": SIGN_IN}


def test_an_item_above_its_dossiers_class_is_hidden_from_the_archivist(desk):
    desk.item.classification = security_classes()[2]
    desk.item.save()
    assert answers(desk, "archivist") == NOTHING


def test_hidden_and_absent_give_the_same_answer(desk):
    hidden = desk.client("staff2").get(address(desk, "page"))
    absent = desk.client("staff2").get(reverse("reading:page", args=["23456789abcdef"]))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    said = [
        response.content.decode().replace(desk.pages[0].public_id, "23456789abcdef") for response in (hidden, absent)
    ]
    assert said[0].split("<main")[1] == said[1].split("<main")[1]


def test_nothing_is_changed_or_fetched_by_another_method(desk):
    for name in ADDRESSES:
        for method in ("post", "put", "delete", "head"):
            assert getattr(desk.client("archivist"), method)(address(desk, name)).status_code == 405


def test_only_those_who_work_on_a_dossier_turn_its_pages_for_everybody(desk):
    """Each turns by a quarter in this order; the turn that stands after it says whose counted."""
    expected = {
        "archivist": (302, 90), "head1": (403, 90), "staff2": (404, 90), "anonymous": (302, 90), "staff1": (302, 180)
    }  # fmt: skip
    found = {}
    for who in expected:
        response = desk.client(who).post(reverse("reading:turn", args=[desk.pages[0].public_id]), {"degrees": "90"})
        found[who] = (response.status_code, desk.pages[0].captures.get(is_current=True).turn)
    assert found == expected


def test_turning_asks_for_the_forms_token(desk):
    client = Client(enforce_csrf_checks=True)
    client.force_login(desk.house.archivist)
    response = client.post(reverse("reading:turn", args=[desk.pages[0].public_id]), {"degrees": "90"})
    assert response.status_code == 403
    assert desk.pages[0].captures.get(is_current=True).turn == 0
