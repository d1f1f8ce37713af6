"""Every look leaves its line, and nothing else does (C6)."""

import pytest
from django.urls import reverse

from dms.vault.services import destroy

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C6")]


def get(desk, who, name, thing, query=""):
    return desk.client(who).get(reverse(f"reading:{name}", args=[thing.public_id]) + query)


def test_each_opening_of_an_image_is_one_line(desk, looks):
    for _time in range(2):
        assert get(desk, "staff1", "page_image", desk.pages[0]).status_code == 200
    line = ("page.read", desk.house.staff1.pk, desk.pages[0].public_id, {"capture": 1})
    assert looks() == [line, line]


def test_the_text_of_a_page_that_was_shown_is_one_line(desk, looks):
    get(desk, "head1", "page", desk.pages[1])
    assert looks() == [("page.text_read", desk.house.head1.pk, desk.pages[1].public_id, {"text": 1})]


def test_thumbnails_hits_and_the_list_of_readers_leave_no_line(desk, looks):
    get(desk, "archivist", "page_thumbnail", desk.pages[0])
    get(desk, "archivist", "item_hits", desk.item, "?q=押金")
    get(desk, "archivist", "item_readers", desk.item)
    assert looks() == []


def test_a_copy_as_pdf_is_one_line_with_its_pages(desk, looks):
    get(desk, "archivist", "item_pdf", desk.item)
    assert looks() == [("item.downloaded", desk.house.archivist.pk, desk.item.public_id, {"pages": 2})]


def test_a_print_is_one_line_with_its_pages(desk, looks):
    get(desk, "head1", "item_print", desk.item)
    get(desk, "head1", "item_print", desk.item, "?page=2")
    head, item = desk.house.head1.pk, desk.item.public_id
    assert looks() == [("item.printed", head, item, {"pages": 2}), ("item.printed", head, item, {"pages": 1})]


@pytest.mark.parametrize(("who", "code"), [("staff2", "not_found"), ("admin", "not_found")])
def test_a_refused_look_is_one_line_and_shows_nothing(desk, looks, who, code):
    response = get(desk, who, "page_image", desk.pages[0])
    assert [(action, person) for action, person, _thing, _facts in looks()] == [
        ("look.refused", desk.house.people[who].pk)
    ]
    assert looks()[0][3]["code"] == code
    assert b"\xff\xd8" not in response.content


def test_a_refused_copy_is_one_line_and_makes_none(desk, looks):
    assert get(desk, "staff1", "item_pdf", desk.item).status_code == 403
    assert [(action, facts["code"]) for action, _person, _thing, facts in looks()] == [("look.refused", "not_granted")]


def test_a_destroyed_image_is_said_to_be_gone_and_was_not_read(desk, looks):
    destroy([desk.pages[0].captures.get().derivative], reason="test")
    response = get(desk, "archivist", "page_image", desk.pages[0])
    assert response.status_code == 410
    assert [line for line in looks() if line[0] == "page.read"] == []


def test_a_pdf_with_a_destroyed_page_is_not_made(desk, looks):
    destroy([desk.pages[1].captures.get().derivative], reason="test")
    assert get(desk, "archivist", "item_pdf", desk.item).status_code == 410
    assert [line for line in looks() if line[0] == "item.downloaded"] == []


def test_the_list_of_readers_names_who_saw_what_and_an_image_with_its_text_is_one_look(desk):
    get(desk, "staff1", "page", desk.pages[1])
    get(desk, "staff1", "page_image", desk.pages[1])
    get(desk, "head1", "item_print", desk.item)
    shown = get(desk, "archivist", "item_readers", desk.item)
    assert [(look.action, look.actor_name) for look in shown.context["looks"]] == [
        ("item.printed", desk.house.head1.display_name),
        ("page.read", desk.house.staff1.display_name),
    ]


def test_turning_for_everybody_is_one_line(desk, looks):
    desk.client("staff1").post(reverse("reading:turn", args=[desk.pages[0].public_id]), {"degrees": "270"})
    assert looks() == [("page.turned", desk.house.staff1.pk, desk.pages[0].public_id, {"turn": 270})]
