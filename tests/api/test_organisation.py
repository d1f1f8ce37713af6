"""People, departments, posts and the state of the work through the API, for those who answer for them."""

from datetime import timedelta
from typing import Any

import pytest

from dms.core import clock
from dms.core.models import Worker
from dms.holdings.models import Page
from dms.journal.models import JournalEntry
from dms.organisation.services import close_person, end_holding
from tests.factories import a_page

from .conftest import Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english"), pytest.mark.rule("D1")]


@pytest.fixture
def admin(world: World) -> Program:
    return world.program("admin")


def test_everybody_is_listed_by_sign_in_name_and_found_by_part_of_it(world: World, admin: Program) -> None:
    names: list[str] = []
    after = ""
    while True:
        told = admin("get", f"/organisation/people?limit=2&after={after}").json()
        names += [one["username"] for one in told["items"]]
        if not (after := told["next"]):
            break
    assert names == sorted(person.username for person in world.house.people.values())
    staff = world.house.staff1
    (one,) = admin("get", f"/organisation/people?q={staff.username[1:]}").json()["items"]
    assert (one["id"], one["name"]) == (staff.public_id, str(staff))
    assert [(held["kind"], held["department"]["code"]) for held in one["posts"]] == [
        ("staff", world.house.service.code)
    ]


def test_a_person_is_told_with_every_post_ever_held(world: World, admin: Program) -> None:
    person = world.house.staff1
    holding = person.holdings.get()
    end_holding(holding=holding, last_day=clock.today(), acting_user=world.house.people["admin"])
    close_person(person=person, acting_user=world.house.people["admin"])
    with clock.at(clock.now() + timedelta(days=2)):
        told = admin("get", f"/organisation/people/{person.public_id}").json()
        assert [held["until_day"] for held in told["posts"]] == [holding.until_day.isoformat()]
        assert told["closed_at"] is not None
        (closed,) = admin("get", "/organisation/people?closed=true").json()["items"]
        assert (closed["id"], closed["posts"]) == (person.public_id, [])
    assert admin("get", "/organisation/people/nosuchpersonhe").json()["code"] == "not_found"


def test_departments_and_posts_are_told_with_who_holds_them(world: World, admin: Program) -> None:
    codes = [one["code"] for one in admin("get", "/organisation/departments").json()["items"]]
    assert world.house.service.code in codes
    fonds = world.house.fonds.code
    (post,) = admin("get", f"/organisation/posts?kind=archivist&fonds={fonds}").json()["items"]
    assert ([one["username"] for one in post["holders"]], post["department"]) == (
        [world.house.archivist.username],
        None,
    )
    assert admin("get", "/organisation/posts?fonds=none").json()["items"] == []
    assert admin("get", "/organisation/posts?kind=king").status_code == 422


def a_failed_page(world: World) -> Page:
    page = a_page(world.item)
    Page.objects.filter(pk=page.pk).update(state="failed", failure="The engine took too long.")
    return page


def test_the_work_is_told_in_numbers_and_processes_to_administrators_alone(
    world: World, admin: Program, archivist: Program
) -> None:
    page, now = a_failed_page(world), clock.now()
    Worker.objects.create(name="w:1", pid=1, host="reading-room", started_at=now, seen_at=now, doing="ocr.recognise")
    told = admin("get", "/workers").json()
    assert [(one["host"], one["alive"]) for one in told["workers"]] == [("reading-room", True)]
    (split,) = [step for step in told["steps"] if step["step"] == "intake.split"]
    assert (split["waiting"], split["in_work"]) == (1, 0)
    failed: dict[str, Any] = told["failed"][0]
    assert (told["failed_count"], failed["page"], failed["may_open"]) == (1, page.public_id, False)
    mine = archivist("get", "/workers").json()
    assert (mine["workers"], mine["failed"][0]["may_open"]) == (None, True)


@pytest.mark.rule("B1")
def test_failed_pages_are_read_again_one_or_all(world: World, archivist: Program) -> None:
    one, two, three = (a_failed_page(world) for _number in range(3))
    assert archivist("post", "/workers/retry", {"page": one.public_id}).json() == {"count": 1}
    assert archivist("post", "/workers/retry", {"page": world.page.public_id}).status_code == 404
    assert archivist("post", "/workers/retry", {}).json() == {"count": 2}
    assert {page.state for page in Page.objects.filter(pk__in=[one.pk, two.pk, three.pk])} == {"waiting"}
    assert JournalEntry.objects.filter(action="page.read_again").count() == 3
