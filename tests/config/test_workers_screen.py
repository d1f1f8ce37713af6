"""The screen *Workers*: how the work stands, for administrators and archivists, without a word of what is on paper."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dms.core import clock
from dms.core.errors import NotFound
from dms.core.models import Worker
from dms.core.tally import Tally
from dms.holdings.models import Item, Page, PageState
from dms.journal.models import JournalEntry
from ocr.errors import EngineTimedOut
from ocr.services import retry_failed_pages
from tests.factories import House, a_dossier, a_fonds, a_house, a_page, a_person, an_item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
SECRETS = ("钱学敏", "隐藏的合同")


@pytest.fixture
def house(db) -> House:
    return a_house()


@pytest.fixture
def item(house) -> Item:
    dossier = a_dossier(house.archivist, house.service, name=SECRETS[0])
    return an_item(house.archivist, dossier, title=SECRETS[1])


def failed(item: Item, words: str = EngineTimedOut.words) -> Page:
    page = a_page(item)
    Page.objects.filter(pk=page.pk).update(state=PageState.FAILED, failure=words, attempt=10)
    return page


def shown(client, person, name: str = "config:workers") -> str:
    person.preferred_language = "en"
    client.force_login(person)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse(name), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def a_process(seconds_ago: int = 3, **values: str) -> Worker:
    seen = clock.now() - timedelta(seconds=seconds_ago)
    row = {"name": "w:41", "pid": 41, "host": "reading-room", "started_at": seen, "seen_at": seen} | values
    return Worker.objects.create(**row)


def test_says_so_where_nothing_waits(client, house):
    body = shown(client, house.archivist)
    assert "Nothing waits" in body
    assert "Every page could be read." in body


def test_shows_what_waits_how_fast_it_goes_and_how_long_it_takes(client, house, item):
    for _number in range(4):
        a_page(item)
    tally = Tally()
    tally.add("ocr.recognise", 10)
    tally.write_down()
    body = " ".join(shown(client, house.archivist).split())
    row = body.split("Reading pages")[1].split("</tr>")[0]
    assert [part.split("</td>")[0].split(">")[-1].strip() for part in row.split("<td")[1:]] == [
        "4", "0", "10", "10", "about 2 min",
    ]  # fmt: skip
    assert '<strong class="figure">4</strong> up to a minute' in body


def test_shows_an_administrator_the_processes_and_what_troubles_them(client, house):
    a_process(doing="ocr.recognise", trouble="ocr.recognise: EngineUnavailable at sandbox.py:12")
    a_process(300, name="w:42", pid=42)
    body = shown(client, house.admin)
    assert "reading-room" in body and "EngineUnavailable at sandbox.py:12" in body
    assert "in trouble" in body and "not seen" in body
    assert "reading-room" not in shown(client, house.archivist)


def test_says_so_where_papers_wait_and_nobody_works(client, house, item):
    a_page(item)
    assert "nobody works on them" in shown(client, house.archivist)
    a_process()
    assert "nobody works on them" not in shown(client, house.archivist)


@pytest.mark.rule("D1")
@pytest.mark.parametrize("name", ["config:workers", "config:workers_state"])
def test_an_administrator_sees_numbers_and_reasons_and_no_content(client, house, item, name):
    page = failed(item)
    body = shown(client, house.admin, name)
    assert f"{item.entry_number}/{page.position}" in body
    assert "took too long" in body
    assert not any(secret in body for secret in (*SECRETS, item.dossier.number))
    assert reverse("ocr:correct", args=[page.public_id]) not in body


def test_an_archivist_gets_to_the_page_from_here(client, house, item):
    page = failed(item)
    assert reverse("ocr:correct", args=[page.public_id]) in shown(client, house.archivist)


@pytest.mark.rule("D1")
def test_failures_of_what_one_may_not_know_of_are_not_counted(client, house):
    top_secret = a_dossier(house.archivist, house.service, rank=1)
    page = failed(an_item(house.archivist, top_secret))
    Page.objects.filter(pk=page.pk).update(failure=EngineTimedOut.words)
    house.archivist.clearance.delete()
    stranger = a_person("administrator", a_fonds())
    for person in (house.archivist, stranger):
        assert "Every page could be read." in shown(client, person)
    with pytest.raises(NotFound):
        retry_failed_pages(public_id=page.public_id, acting_user=stranger)
    page.refresh_from_db()
    assert page.state == PageState.FAILED


@pytest.mark.rule("B1")
@pytest.mark.parametrize("role", ["admin", "archivist"])
def test_one_page_or_all_are_read_again(client, house, item, role):
    pages = [failed(item) for _number in range(3)]
    person = house.people[role]
    client.force_login(person)
    client.post(reverse("config:workers_retry"), {"page": pages[1].public_id})
    assert [page.state for page in Page.objects.order_by("pk")] == ["failed", "waiting", "failed"]
    client.post(reverse("config:workers_retry"))
    assert set(Page.objects.values_list("state", "failure", "attempt")) == {("waiting", "", 20)}
    assert JournalEntry.objects.filter(action="page.read_again", actor_id=person.pk).count() == 3


@pytest.mark.parametrize("role", ["staff1", "head1", "director", "gm", "auditor"])
def test_nobody_else_gets_in_or_has_anything_read_again(client, house, item, role):
    page = failed(item)
    client.force_login(house.people[role])
    assert client.get(reverse("config:workers")).status_code == 403
    assert client.post(reverse("config:workers_retry")).status_code == 403
    page.refresh_from_db()
    assert page.state == PageState.FAILED


def test_asks_the_database_as_often_for_many_failures_as_for_one(client, house, item):
    client.force_login(house.admin)
    counts = []
    for number in (1, 12):
        for _page in range(number):
            failed(item)
            a_page(item)
        client.get(reverse("config:workers_state"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("config:workers_state"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
