"""Search, journal and status through the API."""

from typing import Any

import pytest

from dms.journal.models import JournalEntry
from search import indexing
from tests.factories import a_page, an_item, read_as

from .conftest import Program, World, a_world

pytestmark = [pytest.mark.usefixtures("in_english")]


@pytest.fixture
def found(transactional_db: None) -> World:
    """A world whose page can be found."""
    world = a_world()
    index_everything()
    return world


def index_everything() -> None:
    """Do the worker's step until nothing waits."""
    indexing._sweeper.__init__()  # type: ignore[misc]
    while indexing.index_next("tests"):
        pass


def plain(pieces: list[dict[str, Any]]) -> str:
    """Return the pieces with brackets around what is marked."""
    return "".join(f"[{one['text']}]" if one["marked"] else one["text"] for one in pieces)


@pytest.mark.rule("B2")
def test_finds_words_with_snippet_boxes_and_facets(found: World) -> None:
    archivist = found.program("archivist")
    answer = archivist("get", "/search?q=押金&boxes=true").json()
    (hit,) = answer["hits"]
    assert (answer["total"], answer["capped"], answer["next"], answer["not_indexed"]) == (1, False, None, 0)
    assert (hit["page"], hit["dossier_number"], hit["entry_number"]) == (
        found.page.public_id,
        found.dossier.number,
        1,
    )
    assert (plain(hit["snippet"]), hit["boxes"]) == ("物业服务合同 [押金]五千元", [[400, 160, 480, 200]])
    facets = answer["facets"]
    assert facets["year"] == [{"key": "2023", "name": "2023", "count": 1}]
    assert facets["section"][0]["key"] == f"{found.dossier.kind.public_id}/unit"
    for name in ("series", "kind", "section", "department", "classification", "year"):
        narrowed = archivist("get", f"/search?q=押金&{name}={facets[name][0]['key']}").json()
        assert narrowed["total"] == 1, name
    assert archivist("get", "/search?q=押金&year=2020").json()["total"] == 0
    assert archivist("get", "/search?q=押金&section=x/y").status_code == 422


def test_hits_go_on_by_cursor(found: World) -> None:
    archivist = found.program("archivist")
    read_as(a_page(an_item(found.house.archivist, found.dossier, "收据")), "押金收据")
    index_everything()
    met = []
    after: str | None = ""
    while after is not None:
        answer = archivist("get", f"/search?q=押金&sort=volume&limit=1&after={after}").json()
        met += [(answer["total"], hit["entry_number"]) for hit in answer["hits"]]
        after = answer["next"]
    assert met == [(2, 1), (2, 2)]
    assert archivist("get", "/search?q=押金&after=x").json()["code"] == "bad_cursor"


def test_words_that_are_no_query_say_where(found: World) -> None:
    refused = found.program("archivist")("get", "/search?q=押金 (合同")
    assert (refused.status_code, refused.json()["code"], refused.json()["position"]) == (400, "query", 3)


@pytest.mark.rule("D1")
def test_others_find_nothing_of_it(found: World) -> None:
    answer = found.program("staff2")("get", "/search?q=押金").json()
    assert (answer["total"], answer["hits"], answer["not_indexed"]) == (0, [], 0)
    assert all(values == [] for values in answer["facets"].values())


def test_hits_come_as_a_file(found: World) -> None:
    answer = found.program("archivist")("get", "/search/export/csv?q=押金")
    assert "物业服务合同" in answer.content.decode("utf-8-sig")


@pytest.mark.rule("C6")
@pytest.mark.django_db
def test_the_journal_is_read_by_auditors_and_says_that_it_was(world: World) -> None:
    auditor = world.program("auditor")
    first = auditor("get", "/journal?action=dossier.created&limit=1").json()["items"][0]
    assert (first["thing_id"], first["action_name"]) == (world.dossier.public_id, "Dossier created")
    assert JournalEntry.objects.filter(action="journal.read", actor_id=world.house.auditor.pk).count() == 1
    whole = auditor("get", "/journal?limit=200").json()
    part = auditor("get", "/journal?limit=2").json()
    assert part["next"]
    assert len(whole["items"]) > 10
    rest = auditor("get", f"/journal?limit=2&after={part['next']}").json()
    assert [one["number"] for one in part["items"] + rest["items"]] == sorted(
        (one["number"] for one in part["items"] + rest["items"]), reverse=True
    )
    entry = auditor("get", f"/journal/{first['number']}").json()
    assert entry["seal"] is None
    assert auditor("get", "/journal?since=2026-02-01&until=2026-01-01").status_code == 422
    assert auditor("get", "/journal/999999999999999999999").status_code == 404
    state = auditor("get", "/journal/state").json()
    assert (state["entries"], state["waiting"]) == (JournalEntry.objects.count(),) * 2


@pytest.mark.rule("D1")
@pytest.mark.django_db
def test_sealed_particulars_open_to_auditors_alone(world: World) -> None:
    entry = JournalEntry.objects.filter(action="file.received").get()
    opened = world.program("auditor")("post", f"/journal/{entry.pk}/particulars")
    assert opened.json() == {"number": entry.pk, "particulars": "扫描件.jpg"}
    refused = world.program("admin")("post", f"/journal/{entry.pk}/particulars")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_auditor")


@pytest.mark.django_db
def test_the_journal_comes_as_a_file(world: World) -> None:
    auditor = world.program("auditor")
    lines = b"".join(auditor("get", "/journal/export/csv?action=dossier.created").streaming_content)
    assert lines.decode("utf-8-sig").count("\r\n") == 2
    assert auditor("get", "/journal/export/xlsx").content.startswith(b"PK")


@pytest.mark.django_db
def test_status_tells_administrators_what_waits(world: World) -> None:
    answer = world.program("admin")("get", "/status").json()
    assert answer["waiting"]["intake.split"] == {"received": 1}
    assert any("manage.py serve" in alarm for alarm in answer["alarms"])


@pytest.mark.django_db
def test_me_says_who_calls_by_which_token(world: World, archivist: Program) -> None:
    me = archivist("get", "/me").json()
    assert (me["id"], me["posts"][0]["kind"], me["opens_dossiers_of"], me["token"]["name"]) == (
        world.house.archivist.public_id,
        "archivist",
        [world.house.fonds.code],
        "tests",
    )
    listed = archivist("get", "/me/tokens").json()["items"]
    assert [one["state"] for one in listed] == ["valid"]
    assert archivist("delete", f"/me/tokens/{listed[0]['id']}").status_code == 204
    assert archivist("get", "/me").status_code == 401
