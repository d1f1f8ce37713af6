"""What the viewer shows: text, hits, versions, facts, and only the acts one has a right to."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dms.holdings.models import Page
from dms.vault.services import destroy
from tests.factories import a_page

from .conftest import FIRST, read_page

pytestmark = pytest.mark.django_db


def view(desk, who="staff1", query="", page=0, **headers):
    return desk.client(who).get(reverse("reading:page", args=[desk.pages[page].public_id]) + query, headers=headers)


def test_the_lines_stand_beside_the_image_with_their_boxes(desk):
    shown = view(desk).context["text"]
    assert ["".join(piece for piece, _hit in line.pieces) for line in shown.lines] == list(FIRST)
    assert shown.boxes == [(120, 160, 320, 200), (120, 240, 120 + 40 * len(FIRST[1]), 280), shown.boxes[2]]


def test_every_hit_has_its_box_on_the_image_and_its_mark_in_the_text(desk):
    shown = view(desk, query="?q=押金").context["text"]
    assert shown.lines[2].pieces == [("押金", True), (" 5000 元，", False), ("押金", True), ("收据", False)]
    assert len(shown.hits) == 2
    ((x0, y0, x1, y1),) = shown.hits[0]
    assert (x0, y0, y1) == (120, 320, 360)
    assert x0 < x1 < shown.hits[1][0][0]


def test_a_hit_over_the_end_of_a_line_is_one_hit_with_two_boxes(desk):
    shown = view(desk, query="?q=测试页合同").context["text"]
    assert [[box[1] for box in hit] for hit in shown.hits] == [[160, 240]]


def test_a_broken_query_is_explained_and_the_page_still_shown(desk):
    response = view(desk, query="?q=“押金")
    assert response.status_code == 200
    assert str(response.context["query_problem"])
    assert response.context["text"].hits == []


def test_what_is_typed_or_read_is_never_markup(desk):
    read_page(desk.pages[0], ("<script>alert(1)</script>",))
    html = view(desk, query="?q=</script><script>alert(2)</script>").content.decode()
    assert "<script>alert" not in html


def test_hits_of_the_item_come_with_page_position_and_boxes(desk):
    address = reverse("reading:item_hits", args=[desk.item.public_id])
    answer = desk.client("staff1").get(address, {"q": "押金"}).json()
    assert [(page["page"], page["position"], len(page["hits"])) for page in answer["pages"]] == [
        (desk.pages[0].public_id, 1, 2),
        (desk.pages[1].public_id, 2, 1),
    ]
    assert answer["next"] is None
    assert desk.client("staff1").get(address, {"q": "押金", "after": "1"}).json()["pages"][0]["position"] == 2


def test_hits_of_a_long_item_come_in_portions(desk, monkeypatch):
    monkeypatch.setattr("dms.reading.selectors.PAGES_A_PORTION", 1)
    address = reverse("reading:item_hits", args=[desk.item.public_id])
    first = desk.client("staff1").get(address, {"q": "押金"}).json()
    second = desk.client("staff1").get(address, {"q": "押金", "after": first["next"]}).json()
    assert ([page["position"] for page in first["pages"]], first["next"]) == ([1], 1)
    assert ([page["position"] for page in second["pages"]], second["next"]) == ([2], None)


@pytest.mark.parametrize("query", ["?q=“押金", "?q=" + "字" * 600])
def test_hits_of_what_is_no_query_are_refused_in_words(desk, query):
    address = reverse("reading:item_hits", args=[desk.item.public_id])
    response = desk.client("staff1").get(address + query, headers={"accept": "application/json"})
    assert response.status_code == 400
    assert response.json()["title"]


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("who", "buttons"),
    [("archivist", {"item_pdf", "item_print", "turn"}), ("head1", {"item_print"}), ("staff1", {"turn"})],
)
def test_acts_without_a_right_have_no_button(desk, who, buttons):
    html = view(desk, who).content.decode()
    addresses = {
        "item_pdf": reverse("reading:item_pdf", args=[desk.item.public_id]),
        "item_print": reverse("reading:item_print", args=[desk.item.public_id]),
    }
    found = {name for name, address in addresses.items() if address in html}
    if "reader-turn-form" in html:
        found.add("turn")
    assert found == buttons


@pytest.mark.rule("C6")
@pytest.mark.parametrize(("who", "seen"), [("archivist", True), ("staff1", False), ("head1", False)])
def test_only_archivists_and_auditors_are_offered_the_list_of_readers(desk, who, seen):
    assert ("tab-readers" in view(desk, who).content.decode()) is seen


@pytest.mark.rule("A12")
def test_an_older_text_stays_readable_and_says_that_it_is_old(desk):
    read_page(desk.pages[0], ("改正后的文字",), made_by=desk.house.archivist)
    assert [line.pieces for line in view(desk).context["text"].lines] == [[("改正后的文字", False)]]
    older = view(desk, query="?text=1").context["text"]
    assert ("".join(older.lines[0].pieces[0][0]), older.is_current) == (FIRST[0], False)


def test_a_text_that_was_destroyed_is_said_to_be_gone_and_the_viewer_stays(desk):
    destroy([desk.pages[0].captures.get().readings.get().alto], reason="test")
    response = view(desk, query="?q=押金")
    assert response.status_code == 200
    assert (response.context["text"].lines, bool(response.context["text"].problem)) == ([], True)
    hits = desk.client("staff1").get(reverse("reading:item_hits", args=[desk.item.public_id]), {"q": "押金"}).json()
    assert [page["position"] for page in hits["pages"]] == [2]


@pytest.mark.parametrize("state", ["waiting", "blank", "failed"])
def test_a_page_without_text_says_why(desk, state):
    page = desk.pages[0]
    page.captures.get().readings.update(is_current=False)
    Page.objects.filter(pk=page.pk).update(state=state)
    shown = view(desk).context["text"]
    assert (shown.lines, bool(shown.problem)) == ([], True)


def test_the_way_up_names_fonds_series_dossier_item_and_page(desk):
    labels = [crumb["label"] for crumb in view(desk).context["breadcrumbs"]]
    dossier = desk.dossier
    assert labels[:4] == [str(dossier.fonds), str(dossier.series), str(dossier), desk.item.title]
    assert len(labels) == 5


def test_the_parts_of_the_next_page_come_without_the_shell(desk):
    html = view(desk, page=1, **{"x-reading-part": "1"}).content.decode()
    assert "<html" not in html
    assert 'id="reader-state"' in html
    assert "物业费与押金" in html


def test_the_higher_classification_is_the_one_shown(desk):
    assert view(desk).context["classification"] == desk.dossier.classification


def test_opening_a_page_asks_the_database_the_same_whatever_the_number_of_pages(desk):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            view(desk, query="?q=押金")
        return len(queries)

    view(desk)
    before = count()
    for _number in range(3):
        a_page(desk.item)
    assert count() == before
