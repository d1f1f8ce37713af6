"""The light table and the check sheet through the API: the screens' services, their refusals, and their undoing."""

from typing import Any

import pytest
from django.http import HttpResponse

from dms.holdings.models import Item, Page
from dms.intake.models import TableAct
from dms.intake.services import split_next
from tests.factories import a_page, an_item, jpeg_of, paper, read_as
from tests.intake.foreign import scan_pdf

from .conftest import Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english"), pytest.mark.rule("A10")]


@pytest.fixture
def item(world: World) -> Item:
    made = an_item(world.house.archivist, world.dossier, "合同")
    for number in range(5):
        a_page(made, str(number))
    return made


@pytest.fixture
def batch(world: World, archivist: Program) -> str:
    """The address of a batch of four pages, taken in and read."""
    opened = archivist("post", "/batches", {"dossier": world.dossier.public_id}).json()
    address = f"/batches/{opened['id']}"
    archivist.upload(f"{address}/files", ("一叠.pdf", scan_pdf(("一", "二", "三", "四"))))
    while split_next("tests"):
        pass
    for page in Page.objects.filter(source__received_file__batch__public_id=opened["id"]):
        read_as(page, "海棠花园")
    return address


def table(program: Program, item: Item) -> Any:
    return program("get", f"/items/{item.public_id}/light-table").json()


def seen(told: Any) -> dict[str, str]:
    return {one["id"]: one["token"] for one in told["items"]}


def order(told: Any) -> list[list[str]]:
    return [[page["id"] for page in one["pages"]] for one in told["items"]]


def do(program: Program, lying: Item, headers: dict[str, str] | None = None, **deed: Any) -> HttpResponse:
    """Do an act on the item's table with what lies there now as what was seen."""
    deed.setdefault("seen", seen(table(program, lying)))
    if deed["seen"] is None:
        del deed["seen"]
    return program("post", f"/items/{lying.public_id}/light-table/acts", deed, **(headers or {}))


def test_pages_are_moved_divided_merged_removed_and_brought_back(archivist: Program, item: Item) -> None:
    ((a, b, c, d, e),) = order(table(archivist, item))
    assert order(do(archivist, item, act="move", pages=[e, d], into=item.public_id, before=a).json()) == [
        [d, e, a, b, c]
    ]
    divided = do(archivist, item, act="divide", pages=[a]).json()
    assert order(divided) == [[d, e], [a, b, c]]
    first, second = (one["id"] for one in divided["items"])
    assert order(do(archivist, item, act="merge", item=second, into=first).json()) == [[d, e, a, b, c]]
    removed = do(archivist, item, act="remove", pages=[e]).json()
    assert order(removed) == [[d, a, b, c]]
    assert [(step["kind"], step["pages"]) for step in removed["steps"]] == [
        ("removed", 1),
        ("merged", 3),
        ("divided", 3),
        ("moved", 2),
    ]
    for lies in ([[d, e, a, b, c]], [[d, e], [a, b, c]], [[d, e, a, b, c]], [[a, b, c, d, e]]):
        assert order(do(archivist, item, act="undo", seen=None).json()) == lies
    nothing = do(archivist, item, act="undo", seen=None)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")


def test_pages_are_turned_marked_and_given_a_new_scan(archivist: Program, item: Item) -> None:
    (a, b, *_rest) = order(table(archivist, item))[0]
    turned = do(archivist, item, act="turn", pages=[a, b], degrees=90, turns={a: 0, b: 0}, seen=None).json()
    assert [page["turn"] for page in turned["items"][0]["pages"]] == [90, 90, 0, 0, 0]
    marked = do(archivist, item, act="mark", pages=[a], blank=True, seen=None).json()
    assert marked["items"][0]["pages"][0]["state"] == "blank"
    scan = ("重扫.jpg", jpeg_of(paper("重新扫描")))
    address = f"/items/{item.public_id}/light-table/pages/{b}/rescan"
    made = archivist.upload(address, scan, fields={"version": 1}, Idempotency_Key="rescan")
    assert (made.status_code, made.json()["items"][0]["pages"][1]["version"]) == (201, 2)
    again = archivist.upload(address, scan, fields={"version": 1}, Idempotency_Key="rescan")
    assert (again.content, again["Idempotent-Replayed"]) == (made.content, "true")
    late = archivist.upload(address, scan, fields={"version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    no_scan = archivist.upload(address, ("x.txt", b"words"), fields={"version": 2})
    assert (no_scan.status_code, no_scan.json()["code"]) == (409, "text")


def test_where_somebody_was_faster_nothing_is_changed(world: World, archivist: Program, item: Item) -> None:
    told = table(archivist, item)
    (a, b, *_rest) = order(told)[0]
    moved = do(world.program("staff1"), item, act="move", pages=[b], into=item.public_id, before=a)
    assert moved.status_code == 200
    lies = order(table(archivist, item))
    for deed in (
        {"act": "move", "pages": [a], "into": item.public_id, "seen": seen(told)},
        {"act": "divide", "pages": [a], "seen": seen(told)},
        {"act": "remove", "pages": [a], "seen": {}},
        {"act": "turn", "pages": [a], "degrees": 90, "turns": {a: 180}, "seen": None},
        {"act": "turn", "pages": [a], "degrees": 90, "turns": {}, "seen": None},
        {"act": "mark", "pages": [a, "nosuchpagehere"], "blank": True, "seen": None},
    ):
        refused = do(archivist, item, **deed)
        assert (refused.status_code, refused.json()["code"]) == (409, "changed_meanwhile"), deed
    assert order(table(archivist, item)) == lies
    assert TableAct.objects.count() == 1


def test_only_ones_own_last_step_is_undone_and_only_the_one_that_is_meant(
    world: World, archivist: Program, item: Item
) -> None:
    (a, *_rest) = order(table(archivist, item))[0]
    done = do(archivist, item, act="turn", pages=[a], degrees=90, turns={a: 0}, seen=None).json()
    other = do(world.program("staff1"), item, act="undo", seen=None)
    assert other.json()["code"] == "nothing_to_undo"
    meant = do(archivist, item, act="undo", step="anotherstephere", seen=None)
    assert meant.json()["code"] == "changed_meanwhile"
    undone = do(archivist, item, act="undo", step=done["steps"][0]["id"], seen=None)
    assert (undone.json()["steps"], undone.json()["items"][0]["pages"][0]["turn"]) == ([], 0)


def test_an_act_under_a_key_is_done_once(archivist: Program, item: Item) -> None:
    (a, *_rest) = order(table(archivist, item))[0]
    deed = {"act": "turn", "pages": [a], "degrees": 90, "turns": {a: 0}, "seen": None}
    one, two = (do(archivist, item, {"Idempotency_Key": "turn"}, **deed) for _number in range(2))
    assert (one.content, two["Idempotent-Replayed"]) == (two.content, "true")
    assert TableAct.objects.count() == 1


def test_what_is_no_act_is_named_at_its_field(archivist: Program, item: Item) -> None:
    for deed, field in (
        ({"act": "burn"}, "data"),
        ({"act": "turn", "pages": ["x"], "degrees": 45, "turns": {}}, "turn.degrees"),
        ({"act": "move", "pages": [], "into": "x", "seen": {}}, "move.pages"),
        ({"act": "undo", "pages": []}, "undo.pages"),
    ):
        refused = do(archivist, item, **{"seen": None, **deed})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.json()


def test_pages_stay_in_their_dossier_and_out_of_filed_items(world: World, archivist: Program, item: Item) -> None:
    (a, *_rest) = order(table(archivist, item))[0]
    hidden = do(world.program("staff1"), item, act="move", pages=[a], into="nosuchitemhere")
    assert hidden.status_code == 404
    assert archivist("post", f"/items/{item.public_id}/file").status_code == 200
    filed = do(archivist, item, act="remove", pages=[a])
    assert (filed.status_code, filed.json()["code"]) == (409, "filed")


@pytest.mark.rule("A17")
def test_scans_are_sampled_judged_listed_mended_and_filed(world: World, archivist: Program, batch: str) -> None:
    empty = archivist("get", f"{batch}/check-sheet").json()
    assert (empty["drawn"], empty["lines"], empty["counted"]["all"]) == (False, [], 0)
    drawn = archivist("post", f"{batch}/check-sheet/sample", {"percent": 100}).json()
    assert (drawn["percent"], drawn["drawn_by"], drawn["counted"]["open"]) == (
        100,
        world.house.archivist.username,
        4,
    )
    pages = [{"page": line["page"], "version": line["version"]} for line in drawn["lines"]]
    verdicts = f"{batch}/check-sheet/verdicts"
    speechless = archivist("post", verdicts, {"pages": pages[:1], "verdict": "rescan"})
    assert (speechless.status_code, speechless.json()["code"]) == (409, "reason")
    late = archivist("post", verdicts, {"pages": [{**pages[0], "version": 7}], "verdict": "good"})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    archivist("post", verdicts, {"pages": pages[1:], "verdict": "good"})
    judged = {"pages": pages[:1], "verdict": "rescan", "reasons": ["cut", "dark"], "note": "左边"}
    sheet = archivist("post", verdicts, judged).json()
    assert sheet["counted"] == {"all": 4, "open": 0, "good": 3, "rescan": 1, "mended": 0}
    (line,) = archivist("get", f"{batch}/rescans").json()["items"]
    assert (line["page"], [reason["code"] for reason in line["reasons"]], line["note"]) == (
        pages[0]["page"],
        ["cut", "dark"],
        "左边",
    )
    assert "左边" in archivist("get", f"{batch}/rescans/export/csv").content.decode("utf-8-sig")
    assert archivist("get", f"{batch}/rescans/export/exe").status_code == 404
    assert archivist("post", f"{batch}/file").json()["code"] == "to_rescan"
    address = f"{batch}/light-table/pages/{pages[0]['page']}/rescan"
    assert archivist.upload(address, ("新.jpg", jpeg_of(paper("新"))), fields={"version": 1}).status_code == 201
    sheet = archivist("get", f"{batch}/check-sheet").json()
    assert (sheet["counted"]["mended"], sheet["lets_file"]) == (1, True)
    assert archivist("post", f"{batch}/file").json()["state"] == "closed"


@pytest.mark.rule("A17")
def test_a_batch_with_findings_is_filed_with_a_reason(archivist: Program, batch: str) -> None:
    (first, *_rest) = archivist("get", f"{batch}/light-table").json()["items"][0]["pages"]
    judged = {"pages": [{"page": first["id"], "version": 1}], "verdict": "rescan", "reasons": ["other"]}
    archivist("post", f"{batch}/check-sheet/verdicts", judged)
    assert archivist("get", f"{batch}/check-sheet").json()["lets_file"] is False
    assert archivist("post", f"{batch}/file", {"because": "原件已破损"}).json()["state"] == "closed"
    sheet = archivist("get", f"{batch}/check-sheet").json()
    assert sheet["overridden_because"] == "原件已破损"


def test_files_keep_the_folders_they_came_in(world: World, archivist: Program) -> None:
    address = f"/batches/{world.batch.public_id}"
    names = []
    for folder, words in (("甲/合同", "甲"), ("乙\u202e\x07/../合同", "乙")):
        scan = ("0001.jpg", jpeg_of(paper(words)))
        (one,) = archivist.upload(f"{address}/files", scan, fields={"folder": folder}).json()["files"]
        names.append(one["name"])
    assert names == ["甲/合同/0001.jpg", "乙/合同/0001.jpg"]
