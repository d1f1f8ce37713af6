"""People, posts and who may administer them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from dms.core import clock
from dms.core.errors import Refusal
from dms.journal.models import JournalEntry
from dms.organisation.models import PostHolding, PostKind, User
from dms.organisation.services import appoint, close_person, create_person, end_holding
from tests.factories import a_department, a_fonds, a_house, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.rule("F3")]


def test_a_weak_password_creates_nobody():
    with pytest.raises(ValidationError):
        create_person(username="li", display_name="李", password="12345678", acting_user=None)
    assert not User.objects.exists() and not JournalEntry.objects.exists()


def test_a_post_counts_from_its_first_to_its_last_day():
    fonds = a_fonds()
    person = a_person()
    holding = appoint(
        person=person, kind=PostKind.ARCHIVIST, fonds=fonds,
        from_day=date(2026, 3, 1), until_day=date(2026, 3, 31), acting_user=None,
    )  # fmt: skip
    counted = [
        day
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
        if PostHolding.objects.in_force(day).filter(pk=holding.pk).exists()
    ]
    assert counted == [date(2026, 3, 1), date(2026, 3, 31)]


@pytest.mark.parametrize(("kind", "with_department"), [(PostKind.STAFF, False), (PostKind.DIRECTOR, True)])
def test_refuses_a_post_without_its_department_or_with_one_too_many(kind, with_department):
    fonds, person = a_fonds(), a_person()
    department = a_department(fonds) if with_department else None
    with pytest.raises(Refusal):
        appoint(person=person, kind=kind, fonds=fonds, department=department, acting_user=None)
    assert not PostHolding.objects.exists()


def test_refuses_to_end_a_post_before_it_began():
    fonds, person = a_fonds(), a_person()
    holding = appoint(person=person, kind=PostKind.AUDITOR, fonds=fonds, acting_user=None)
    with pytest.raises(Refusal):
        end_holding(holding=holding, last_day=clock.today() - timedelta(days=1), acting_user=None)
    holding.refresh_from_db()
    assert holding.until_day is None


@pytest.mark.rule("C7")
def test_a_closed_account_cannot_sign_in_and_keeps_its_row(client):
    house = a_house()
    close_person(person=house.staff1, acting_user=house.admin)
    house.staff1.refresh_from_db()
    assert (house.staff1.is_active, house.staff1.closed_at is None) == (False, False)
    assert not client.login(username=house.staff1.username, password="a long enough phrase 7")
    assert JournalEntry.objects.filter(action="person.closed", actor_id=house.admin.pk).count() == 1


def test_only_administrators_reach_the_people_screens(client):
    house = a_house()
    for name, person in house.people.items():
        client.force_login(person)
        expected = 200 if name == "admin" else 403
        assert client.get("/people/").status_code == expected, name
        assert client.get(f"/people/{house.staff1.public_id}/").status_code == expected, name
        assert client.get("/people/departments/").status_code == expected, name


def test_a_first_password_must_be_changed_before_anything_else(client):
    person = a_person()
    person.must_change_password = True
    person.save()
    client.force_login(person)
    assert client.get("/").url.startswith("/account/")
    answer = client.post(
        "/account/",
        {
            "password-old_password": "a long enough phrase 7",
            "password-new_password1": "quite another phrase 8",
            "password-new_password2": "quite another phrase 8",
            "locale-preferred_language": "",
            "theme-theme": "system",
            "theme-contrast": "system",
            "theme-density": "default",
        },
    )
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.must_change_password is False and person.check_password("quite another phrase 8")
