"""API tokens: made by oneself, shown once, kept as a hash, revoked by oneself or an administrator."""

from datetime import timedelta

import pytest
from django.test import Client

from dms.core import clock
from dms.core.errors import NotAllowed, Refusal
from dms.journal.models import JournalEntry
from dms.organisation.models import ApiToken, User
from dms.organisation.services import close_person
from dms.organisation.tokens import digest_of, make_token, recognise_token, revoke_token
from tests.factories import House, a_house

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D1")]


@pytest.fixture
def house(db: None) -> House:
    return a_house()


def day(days: int) -> object:
    return clock.today() + timedelta(days=days)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_only_a_hash_is_kept_and_the_token_opens_until_its_last_day_is_over(house: House) -> None:
    token, secret = make_token(person=house.staff1, name=" 扫描仪 ", last_day=day(1))
    assert (token.name, token.digest, token.may_write) == ("扫描仪", digest_of(secret), False)
    row = " ".join(str(value) for value in ApiToken.objects.values_list().get())
    assert secret not in row and secret.startswith(token.hint)
    assert recognise_token(secret) == token
    with clock.at(token.expires_at - timedelta(seconds=1)):
        assert recognise_token(secret) == token
    with clock.at(token.expires_at):
        assert recognise_token(secret) is None
    assert JournalEntry.objects.get(action="token.made").thing_label == f"{house.staff1.username} {token.hint}"


@pytest.mark.parametrize("days", [-1, 367])
def test_no_token_is_made_for_too_long_or_for_yesterday(house: House, days: int) -> None:
    with pytest.raises(NotAllowed) as refused:
        make_token(person=house.staff1, name="x", last_day=day(days))
    assert refused.value.code == "too_long"
    with pytest.raises(Refusal):
        make_token(person=house.staff1, name=" ", last_day=day(1))
    assert not ApiToken.objects.exists()


def test_a_revoked_token_and_those_of_a_closed_person_are_none(house: House) -> None:
    token, secret = make_token(person=house.staff1, name="x", last_day=day(1))
    other, other_secret = make_token(person=house.staff1, name="y", last_day=day(1))
    revoke_token(token=token, acting_user=house.staff1)
    revoke_token(token=token, acting_user=house.admin)
    assert recognise_token(secret) is None
    assert JournalEntry.objects.filter(action="token.revoked").count() == 1
    close_person(person=house.staff1, acting_user=house.admin)
    assert recognise_token(other_secret) is None
    other.refresh_from_db()
    assert (other.state, other.revoked_by) == ("revoked", house.admin)


def test_use_is_noted_once_a_minute(house: House) -> None:
    token, secret = make_token(person=house.staff1, name="x", last_day=day(1))
    moment = clock.now()
    for seconds, noted in ((0, 0), (30, 0), (90, 90)):
        with clock.at(moment + timedelta(seconds=seconds)):
            recognise_token(secret)
        token.refresh_from_db()
        assert token.last_used_at == moment + timedelta(seconds=noted)


def test_the_screen_shows_a_new_token_once(house: House) -> None:
    client = browser(house.staff1)
    made = client.post("/people/tokens/", {"name": "扫描仪", "last_day": str(day(30)), "may_write": "on"})
    token = ApiToken.objects.get()
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    text = made.content.decode()
    secret = text.split('id="new-token"')[1].split(">")[1].split("<")[0]
    assert recognise_token(secret) == token and token.may_write
    assert secret not in client.get("/people/tokens/").content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(house: House) -> None:
    refused = browser(house.staff1).post("/people/tokens/", {"name": "", "last_day": str(day(4000))})
    assert refused.status_code == 422
    assert not ApiToken.objects.exists()


def test_one_revokes_ones_own_and_an_administrator_anybodys(house: House) -> None:
    token, _secret = make_token(person=house.staff1, name="x", last_day=day(1))
    address = f"/people/tokens/{token.public_id}/revoke/"
    assert browser(house.staff2).post(address).status_code == 404
    token.refresh_from_db()
    assert token.state == "valid"
    done = browser(house.admin).post(address)
    assert (done.status_code, done["Location"]) == (302, "/people/tokens/everybody/")
    token.refresh_from_db()
    assert (token.state, token.revoked_by) == ("revoked", house.admin)


def test_administrators_see_whose_tokens_there_are(house: House) -> None:
    make_token(person=house.staff1, name="扫描仪", last_day=day(1))
    assert "扫描仪" in browser(house.admin).get("/people/tokens/everybody/?q=扫描").content.decode()
    assert "扫描仪" not in browser(house.admin).get("/people/tokens/everybody/?q=没有").content.decode()
    assert browser(house.staff2).get("/people/tokens/everybody/").status_code == 403
