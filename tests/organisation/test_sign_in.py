"""Signing in: what is journalled, and the lock after too many tries."""

import pytest

from dms.journal.models import JournalEntry
from tests.factories import a_person
from tests.factories.organisation import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C6")]


def sign_in(client, username: str, password: str):
    """Send the sign-in form."""
    return client.post("/login/", {"username": username, "password": password, "next": "/"})


def test_signing_in_and_failing_are_journalled(client):
    person = a_person()
    assert sign_in(client, person.username, "wrong").status_code == 200
    assert sign_in(client, person.username, PASSWORD).status_code == 302
    actions = JournalEntry.objects.filter(action__startswith="person.sign").order_by("pk")
    assert list(actions.values_list("action", "thing_label")) == [
        ("person.sign_in_failed", person.username),
        ("person.signed_in", person.username),
    ]


def test_eight_failed_tries_lock_the_name_in_words(client, settings):
    settings.AXES_ENABLED = True
    person = a_person()
    answers = [sign_in(client, person.username, "wrong").status_code for _try in range(8)]
    assert answers == [200] * 7 + [429]
    locked = sign_in(client, person.username, PASSWORD)
    assert locked.status_code == 429
    assert "登录失败次数过多" in locked.content.decode()
