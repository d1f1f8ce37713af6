"""Who gets in: tokens, sessions, limits, and what is answered to everybody else."""

from datetime import date, timedelta

import pytest
from django.test import Client

from dms.core import clock
from dms.organisation.services import close_person
from dms.organisation.tokens import make_token, revoke_token

from .conftest import Program, World, program_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_a_session_reads_and_changes_with_its_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.house.archivist)
    assert client.get("/api/v1/me").json()["token"] is None
    body = {"data": '{"degrees": 90}', "content_type": "application/json"}
    address = f"/api/v1/pages/{world.page.public_id}/turn"
    refused = client.post(address, **body)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    client.get("/people/tokens/")
    csrf = client.cookies["csrftoken"].value
    assert client.post(address, **body, headers={"X-CSRFToken": csrf}).status_code == 200


def test_a_wrong_token_is_not_saved_by_a_session(client: Client, world: World) -> None:
    client.force_login(world.house.archivist)
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer juanzong_nothing"})
    assert answer.status_code == 401


@pytest.mark.rule("C7")
def test_tokens_die_with_their_day_by_revoking_and_with_their_person(world: World) -> None:
    archivist = world.program("archivist")
    with clock.at(clock.now() + timedelta(days=32)):
        assert archivist("get", "/me").status_code == 401
    assert archivist("get", "/me").status_code == 200
    token, secret = make_token(person=world.house.staff1, name="x", last_day=clock.today())
    staff = Program(Client(), secret)
    assert staff("get", "/me").status_code == 200
    revoke_token(token=token, acting_user=world.house.staff1)
    assert staff("get", "/me").status_code == 401
    close_person(person=world.house.archivist, acting_user=world.house.admin)
    assert archivist("get", "/me").status_code == 401


def test_who_must_choose_a_password_gets_in_by_no_way(world: World) -> None:
    archivist = world.program("archivist")
    world.house.archivist.must_change_password = True
    world.house.archivist.save()
    assert archivist("get", "/me").json()["code"] == "password_to_choose"
    client = Client()
    client.force_login(world.house.archivist)
    assert client.get("/api/v1/me").json()["code"] == "password_to_choose"


def test_too_many_requests_wait_and_others_go_on(world: World, settings: object) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    archivist, staff = world.program("archivist"), world.program("staff1")
    assert [archivist("get", "/me").status_code for _call in range(4)] == [200, 200, 200, 429]
    refused = archivist("get", "/me")
    assert (refused.json()["code"], 0 < int(refused["Retry-After"]) <= 60) == ("too_many_requests", True)
    assert staff("get", "/me").status_code == 200
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert archivist("get", "/me").status_code == 200


def test_guessing_tokens_is_stopped(world: World) -> None:
    guesser = Program(Client(), "juanzong_guess")
    codes = [guesser("get", "/me").status_code for _guess in range(61)]
    assert codes == [401] * 60 + [429]


def test_a_body_that_is_too_large_is_not_read(world: World, settings: object, archivist: Program) -> None:
    settings.API_MOST_BODY_BYTES = 1 << 10  # type: ignore[attr-defined]
    refused = archivist("post", f"/dossiers/{world.dossier.public_id}/items", {"title": "x" * 2000})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_what_cannot_be_read_is_a_problem(world: World, archivist: Program) -> None:
    sent = archivist.client.post(
        "/api/v1/dossiers",
        data="{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {archivist.secret}"},
    )
    assert (sent.status_code, sent["Content-Type"], sent.json()["code"]) == (
        400,
        "application/problem+json",
        "unreadable",
    )


def test_addresses_and_methods_that_are_none_are_problems(archivist: Program) -> None:
    nothing = archivist("get", "/nothing/at/all")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "no_such_address")
    method = archivist("delete", "/dossiers")
    assert (method.status_code, method["Allow"], method.json()["code"]) == (405, "GET, POST", "no_such_method")


def test_refusals_speak_the_language_asked_for(world: World, archivist: Program) -> None:
    chinese = archivist("get", "/journal", Accept_Language="zh-hans")
    english = archivist("get", "/journal", Accept_Language="en")
    assert english.json()["detail"] == "The journal is for auditors and administrators."
    assert chinese.json()["detail"] != english.json()["detail"]
    assert chinese.json()["code"] == english.json()["code"]


def test_nothing_is_kept_by_anybody(world: World, archivist: Program) -> None:
    for address in ("/me", f"/pages/{world.page.public_id}/image", "/nothing", "/journal"):
        answer = archivist("get", address)
        assert answer["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


def test_a_program_made_for_a_day_lasts_that_day(world: World) -> None:
    program = program_of(world.house.archivist)
    assert program("get", "/me").json()["token"]["expires_at"] > date.today().isoformat()
