"""Items, pages and texts through the API."""

import pytest

from dms.holdings.models import Item, Page
from dms.journal.models import JournalEntry
from tests.factories import a_dossier

from .conftest import WORDS, Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def actions() -> list[str]:
    """Return what the journal says was done."""
    return list(JournalEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.rule("A6")
def test_enters_changes_files_an_item(world: World, archivist: Program) -> None:
    made = archivist("post", f"/dossiers/{world.dossier.public_id}/items", {"title": "收据", "section": "payments"})
    assert (made.status_code, made.json()["entry_number"], made["ETag"]) == (201, 2, '"v1"')
    address = f"/items/{made.json()['id']}"
    body = {"document_date": "2024-02-29", "section": "", "copies": 2}
    changed = archivist("patch", address, body, If_Match=made["ETag"]).json()
    assert (changed["document_date"], changed["section"], changed["copies"]) == ("2024-02-29", None, 2)
    late = archivist("patch", address, {"title": "x"}, If_Match='"v1"')
    assert (late.status_code, late.json()["changes"][0]["changed"]) == (412, ["section", "document_date", "copies"])
    assert archivist("post", f"{address}/file").json()["state"] == "filed"
    refused = archivist("post", f"{address}/withdraw", {"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "filed")


def test_items_go_on_by_cursor_and_narrow(world: World, archivist: Program) -> None:
    address = f"/dossiers/{world.dossier.public_id}/items"
    for number in range(3):
        archivist("post", address, {"title": f"收据 {number}", "section": "payments"})
    first = archivist("get", f"{address}?limit=3").json()
    assert [one["entry_number"] for one in first["items"]] == [1, 2, 3]
    assert [one["entry_number"] for one in archivist("get", f"{address}?after={first['next']}").json()["items"]] == [4]
    assert len(archivist("get", f"{address}?section=unit").json()["items"]) == 1
    assert first["items"][0]["pages"] == 1


@pytest.mark.rule("A12")
def test_moves_an_item_to_a_dossier_one_may_work_on(world: World, archivist: Program) -> None:
    house = world.house
    other = a_dossier(house.archivist, house.finance, name="甲公司", rank=0)
    address = f"/items/{world.item.public_id}/move"
    hidden = world.program("staff1")("post", address, {"dossier": other.public_id, "reason": "x"})
    assert hidden.status_code == 404
    moved = archivist("post", address, {"dossier": other.public_id, "reason": "装错"})
    assert (moved.json()["dossier"], moved.json()["version"]) == (other.public_id, 2)


@pytest.mark.rule("A12")
def test_withdraws_a_wrong_upload_for_good(world: World, archivist: Program) -> None:
    address = f"/items/{world.item.public_id}"
    assert archivist("post", f"{address}/withdraw", {"reason": "重复"}).status_code == 204
    assert archivist("get", address).status_code == 404
    assert archivist("get", f"/pages/{world.page.public_id}/image").status_code == 404
    assert Item.objects.get(pk=world.item.pk).state == "withdrawn"


@pytest.mark.rule("C6")
def test_image_text_and_copy_of_a_page_are_journalled(world: World, archivist: Program) -> None:
    page = f"/pages/{world.page.public_id}"
    image = archivist("get", f"{page}/image")
    assert b"".join(image.streaming_content).startswith(b"\xff\xd8")
    text = archivist("get", f"{page}/text")
    assert (text.json()["text"], text["ETag"]) == (WORDS, '"v1"')
    assert text.json()["lines"][0]["box"] == [120, 160, 120 + 40 * len(WORDS), 200]
    assert b"<alto" in archivist("get", f"{page}/alto").content
    pdf = archivist("get", f"/items/{world.item.public_id}/pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-1.7")
    assert actions()[-4:] == ["page.read", "page.text_read", "page.text_read", "item.downloaded"]
    readers = archivist("get", f"/items/{world.item.public_id}/readers").json()["items"]
    assert [one["action"] for one in readers] == ["item.downloaded", "page.text_read", "page.read"]
    assert archivist("get", f"{page}/image?capture=2").status_code == 404
    assert archivist("get", f"{page}/text?version=7").status_code == 404


@pytest.mark.rule("A12")
def test_corrects_a_text_and_says_so_where_it_moved_on(world: World, archivist: Program) -> None:
    address = f"/pages/{world.page.public_id}/text"
    assert archivist("put", address, {"lines": ["x"]}).status_code == 428
    done = archivist("put", address, {"lines": ["物业服务协议 押金五千元"]}, If_Match='"v1"')
    assert (done.json()["changed"], done["ETag"]) == (True, '"v2"')
    late = archivist("put", address, {"lines": ["x"]}, If_Match='"v1"')
    assert (late.status_code, late.json()["changes"]) == (412, [{"text_version": 2}])
    assert archivist("get", address).json()["text"] == "物业服务协议 押金五千元"
    assert archivist("get", f"{address}?version=1").json()["text"] == WORDS
    same = archivist("put", address, {"lines": ["物业服务协议 押金五千元"]}, If_Match='"v2"')
    assert (same.json()["changed"], same.json()["text_version"]) == (False, 2)


@pytest.mark.rule("B1")
def test_lists_what_should_be_checked_and_notes_that_it_was(world: World, archivist: Program) -> None:
    Page.objects.filter(pk=world.page.pk).update(confidence=40)
    assert [one["page"] for one in archivist("get", "/to-check").json()["items"]] == [world.page.public_id]
    assert archivist("post", f"/pages/{world.page.public_id}/checked").status_code == 204
    assert archivist("get", "/to-check").json()["items"] == []
    Page.objects.filter(pk=world.page.pk).update(state="failed", failure="x")
    assert len(archivist("get", "/to-check?show=failed").json()["items"]) == 1
    assert archivist("post", f"/pages/{world.page.public_id}/read-again").status_code == 204
    assert Page.objects.get(pk=world.page.pk).state == "waiting"


def test_turns_a_page_by_quarters(world: World, archivist: Program) -> None:
    address = f"/pages/{world.page.public_id}/turn"
    assert archivist("post", address, {"degrees": 90}).json()["captures"][0]["turn"] == 90
    assert archivist("post", address, {"degrees": 45}).status_code == 422


def test_hits_in_an_item_come_with_boxes(world: World, archivist: Program) -> None:
    found = archivist("get", f"/items/{world.item.public_id}/hits?q=押金").json()
    assert [(one["position"], one["hits"]) for one in found["items"]] == [(1, [[[400, 160, 480, 200]]])]
    assert archivist("get", f"/items/{world.item.public_id}/hits?q=(").json()["code"] == "query"
