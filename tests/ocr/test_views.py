"""The screens: To check, and the text of a page beside its image."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from dms.holdings.models import Page
from ocr.errors import ImageUnreadable
from ocr.selectors import page_text
from ocr.services import recognise_page
from tests.factories import a_page

from .conftest import Desk, Told, text_of

pytestmark = pytest.mark.django_db


def without_chance(response: HttpResponse, public_id: str) -> str:
    """Return what the page says, without its address and the forms' tokens."""
    return re.sub(r"[A-Za-z0-9]{32,64}", "", response.content.decode().replace(public_id, ""))


@pytest.fixture
def staff(desk: Desk) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(desk.house.staff1)
    return client


def a_doubtful_page(desk: Desk, *lines: str, confidence: int = 40) -> Page:
    desk.page = a_page(desk.item)
    recognise_page(desk.leased(), Told(text_of(*(lines or ("物业服务合后", "编号HT-2019")), confidence=confidence)))
    return desk.now()


def correct(page: Page) -> str:
    return reverse("ocr:correct", args=[page.public_id])


@pytest.mark.rule("B1")
def test_the_list_shows_doubtful_pages_with_their_confidence(desk: Desk, staff: Client):
    page = a_doubtful_page(desk)
    shown = staff.get(reverse("ocr:to_check")).content.decode()
    assert correct(page) in shown
    assert "40 %" in shown
    assert desk.dossier.number in shown


def test_the_list_says_so_when_there_is_nothing_to_check(desk: Desk, staff: Client):
    a_doubtful_page(desk, confidence=95)
    response = staff.get(reverse("ocr:to_check"))
    assert list(response.context["rows"]) == []
    assert response.status_code == 200


@pytest.mark.parametrize(("confidence", "listed"), [(85, 1), (90, 0)])
def test_the_list_begins_below_what_the_engine_s_good_pages_reach(
    desk: Desk, staff: Client, settings, confidence: int, listed: int
):
    settings.OCR_CHECK_BELOW = 0  # by engine
    a_doubtful_page(desk, confidence=confidence)
    assert len(staff.get(reverse("ocr:to_check")).context["rows"]) == listed


def test_filters_stand_in_the_address(desk: Desk, staff: Client):
    a_doubtful_page(desk, confidence=40)
    for query, number in (("below=30", 0), ("below=60", 1), ("dossier=nobody", 0), ("show=failed", 0), ("below=x", 1)):
        assert len(staff.get(f"{reverse('ocr:to_check')}?{query}").context["rows"]) == number, query


def test_a_long_list_goes_on_on_the_next_page(desk: Desk, staff: Client, monkeypatch):
    monkeypatch.setattr("ocr.selectors.PAGE_SIZE", 2)
    pages = [a_doubtful_page(desk, confidence=confidence) for confidence in (10, 20, 30)]
    first = staff.get(reverse("ocr:to_check"))
    assert [page for page, _thumbnail in first.context["rows"]] == pages[:2]
    second = staff.get(first.context["next_url"])
    assert [page for page, _thumbnail in second.context["rows"]] == pages[2:]
    assert second.context["next_url"] == ""


def test_a_failed_page_says_why_and_can_be_read_again(desk: Desk, staff: Client):
    recognise_page(desk.leased(), Told(ImageUnreadable()))
    address = f"{reverse('ocr:to_check')}?show=failed"
    assert desk.page.public_id in staff.get(address).content.decode()
    response = staff.post(reverse("ocr:read_again", args=[desk.page.public_id]), {"then": "list"})
    assert response.headers["location"] == reverse("ocr:to_check")
    assert desk.now().state == "waiting"


@pytest.mark.rule("A12")
def test_a_text_is_corrected_line_by_line_and_both_versions_are_there(desk: Desk, staff: Client):
    page = a_doubtful_page(desk)
    shown = staff.get(correct(page))
    assert shown.context["state"]["width"] == 1240
    assert [line["text"] for line in shown.context["lines"]] == ["物业服务合后", "编号HT-2019"]
    response = staff.post(correct(page), {"seen": 1, "line": ["物业服务合同", "编号HT-2019"], "new": ["签字盖章", ""]})
    assert response.headers["location"] == correct(page)
    assert page_text(desk.now()).text == "物业服务合同\n编号HT-2019\n签字盖章"
    assert [reading.version for reading in staff.get(correct(page)).context["readings"]] == [2, 1]
    old = staff.get(reverse("ocr:old_text", args=[page.public_id, 1])).content.decode()
    assert "物业服务合后" in old


def test_what_was_typed_is_not_lost_where_the_text_has_moved_on(desk: Desk, staff: Client):
    page = a_doubtful_page(desk)
    response = staff.post(correct(page), {"seen": 0, "line": ["我打的字", "编号HT-2019"], "new": [""]})
    assert response.status_code == 409
    assert "我打的字" in response.content.decode()
    assert desk.now().text_version == 1


def test_saving_can_lead_to_the_next_doubtful_page(desk: Desk, staff: Client):
    following, page = a_doubtful_page(desk, confidence=50), a_doubtful_page(desk, confidence=30)
    response = staff.post(correct(page), {"seen": 1, "line": ["甲", "乙"], "then": "next"})
    assert response.headers["location"] == correct(following)
    response = staff.post(correct(following), {"seen": 1, "line": ["甲", "乙"], "then": "next"})
    assert response.headers["location"] == reverse("ocr:to_check")


def test_a_page_found_good_leaves_the_list(desk: Desk, staff: Client):
    page = a_doubtful_page(desk)
    staff.post(reverse("ocr:checked", args=[page.public_id]), {"then": "list"})
    assert list(staff.get(reverse("ocr:to_check")).context["rows"]) == []


def test_a_page_that_waits_says_so_and_offers_no_lines(desk: Desk, staff: Client):
    response = staff.get(correct(desk.page))
    assert response.status_code == 200
    assert 'name="line"' not in response.content.decode()


@pytest.mark.rule("D1")
def test_hidden_and_absent_pages_are_one_answer(desk: Desk):
    page = a_doubtful_page(desk)
    client = Client()
    client.force_login(desk.house.staff2)
    hidden = client.get(correct(page))
    absent = client.get(reverse("ocr:correct", args=["22222222222222"]))
    assert hidden.status_code == absent.status_code
    assert without_chance(hidden, page.public_id) == without_chance(absent, "22222222222222")


def test_the_menu_offers_it_only_to_those_who_may_correct(desk: Desk, staff: Client):
    address = reverse("ocr:to_check")
    assert address in staff.get(reverse("wagtailadmin_home")).content.decode()
    auditor = Client()
    auditor.force_login(desk.house.auditor)
    assert address not in auditor.get(reverse("wagtailadmin_home")).content.decode()


def test_the_list_asks_as_often_however_long_it_is(desk: Desk, staff: Client, django_assert_max_num_queries):
    a_doubtful_page(desk)
    with django_assert_max_num_queries(60) as few:
        staff.get(reverse("ocr:to_check"))
    for _number in range(4):
        a_doubtful_page(desk)
    with django_assert_max_num_queries(len(few)):
        staff.get(reverse("ocr:to_check"))
