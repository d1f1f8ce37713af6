"""Volumes for programs: the same services, the same refusals, nothing of what is hidden."""

import pytest

from dms.arrangement.models import Volume
from dms.holdings.models import Item
from dms.journal.models import JournalEntry
from tests.arrangement.conftest import made_ready
from tests.factories import an_item, security_classes

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A7"), pytest.mark.rule("A11")]
LIST = "key,title,type,issue_no,date,pages,relation,related_key\nQ1,请示,request,Q-1,2022,2,,\nR1,批复,reply,R-1,2024-01-05,1,replies_to,Q1\n"


def test_a_list_is_imported_and_comes_back_as_a_catalogue(world, archivist):
    address = f"/dossiers/{world.dossier.public_id}"
    tried = archivist.upload(f"{address}/items/import?dry_run=true", ("list.csv", LIST.encode()))
    assert (tried.status_code, tried.json()["imported"], Item.objects.count()) == (200, 0, 1)
    done = archivist.upload(f"{address}/items/import", ("list.csv", LIST.encode())).json()
    assert done == {"rows": 2, "imported": 2, "relations": 1, "volumes": 2, "errors": []}
    (first, second) = archivist("get", f"{address}/catalogue").json()
    assert (first["year"], second["year"]) == (2023, 2024)
    assert [(row["no"], row["key"], row["first_page"], row["last_page"]) for row in second["items"]] == [
        (1, "R1", 1, 1),
        (2, "Q1", 2, 3),
    ]
    assert second["items"][1]["filing_year_reason"] == "bound under 2024: year of the reply R-1"
    assert archivist("get", f"{address}/catalogue?year=2024").json() == [second]
    again = archivist.upload(f"{address}/items/import", ("list.csv", LIST.encode()))
    assert (again.status_code, again.json()["code"]) == (409, "rows_refused")
    assert [(row["row"], row["column"]) for row in again.json()["rows"]] == [(2, "key"), (3, "key")]
    assert Item.objects.count() == 3


def test_a_volume_is_arranged_looked_at_closed_and_opened_again(world, archivist):
    made_ready(world.house, [world.item])
    told = archivist("post", f"/dossiers/{world.dossier.public_id}/arrange").json()
    assert told == {"volumes": 1, "changed": 1}
    (volume,) = archivist("get", f"/dossiers/{world.dossier.public_id}/volumes").json()["items"]
    address = f"/volumes/{volume['id']}"
    assert archivist("get", address).json() == volume
    (row,) = archivist("get", f"{address}/items").json()["items"]
    assert (row["number"], row["first_page"], row["last_page"], row["because"]) == (1, 1, 2, "date")
    checks = archivist("get", f"{address}/checks").json()["checks"]
    assert [line["check"] for line in checks if not line["passed"]] == [
        "in_order", "metal_removed", "bound", "note_sheet",
    ]  # fmt: skip
    refused = archivist("post", f"{address}/close", {"confirmed": ["bound"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    by_hand = ["in_order", "metal_removed", "bound", "note_sheet"]
    closed = archivist("post", f"{address}/close", {"confirmed": by_hand, "remarks": "齐全"}).json()
    assert (closed["state"], closed["number"], closed["remarks"]) == ("closed", 1, "齐全")
    changed = archivist("patch", f"/items/{world.item.public_id}", {"title": "x"}, If_Match="*")
    assert (changed.status_code, changed.json()["code"]) == (403, "volume_closed")
    corrected = archivist("post", f"/items/{world.item.public_id}/correct", {"title": "合同", "reason": "错字"})
    assert corrected.status_code == 200
    opened = archivist("post", f"{address}/reopen", {"reason": "复文迟到"}).json()
    assert (opened["state"], opened["reference_code"]) == ("open", closed["reference_code"])


@pytest.mark.rule("A8")
def test_relations_are_made_listed_proposed_and_undone(world, archivist):
    request = an_item(world.house.archivist, world.dossier, "关于停车的请示")
    reply = an_item(world.house.archivist, world.dossier, "关于停车的批复")
    address = f"/dossiers/{world.dossier.public_id}"
    (proposal,) = archivist("post", f"{address}/propose-relations").json()["items"]
    assert (proposal["item"]["id"], proposal["kind"], proposal["ground"]) == (reply.public_id, "replies_to", "titles")
    assert archivist("get", f"{address}/proposed-relations").json()["items"] == [proposal]
    assert archivist("post", f"/proposed-relations/{proposal['id']}", {"holds": True}).status_code == 204
    (relation,) = archivist("get", f"/items/{request.public_id}/relations").json()["items"]
    back = archivist("post", f"/items/{request.public_id}/relations", {"kind": "replies_to", "other": reply.public_id})
    assert (back.status_code, back.json()["code"]) == (409, "contradiction")
    assert archivist("delete", f"/relations/{relation['id']}").status_code == 204
    made = archivist("post", f"/items/{request.public_id}/relations", {"kind": "copy_of", "other": reply.public_id})
    assert (made.status_code, made.json()["other"]["title"]) == (201, "关于停车的批复")


def test_years_and_positions_are_decided_with_a_reason(world, archivist):
    item = f"/items/{world.item.public_id}"
    asked = {"year": 2020, "approved_by": world.house.director.public_id, "reason": "事由属2020年"}
    assert archivist("post", f"{item}/filing-year", asked).json()["filing_year"] == 2020
    assert archivist("post", f"{item}/filing-year/reset", {"reason": "撤回"}).json()["filing_year"] == 2023
    assert archivist("post", f"{item}/position", {"reason": "在前"}).json()["number"] == 1
    assert archivist("post", f"{item}/position/reset", {"reason": "撤回"}).json()["number"] == 1
    unapproved = archivist("post", f"{item}/filing-year", {**asked, "approved_by": world.house.staff2.public_id})
    assert unapproved.status_code == 409


@pytest.mark.rule("D1")
def test_a_volume_with_a_higher_class_in_it_is_not_there_for_who_may_not_know(world, archivist):
    secret = an_item(world.house.archivist, world.dossier, "绝密件", document_date=world.item.document_date)
    Item.objects.filter(pk=secret.pk).update(classification=security_classes()[2])
    address = f"/dossiers/{world.dossier.public_id}"
    archivist("post", f"{address}/arrange")
    hidden = Volume.objects.get(rank=2)
    staff = world.program("staff1")
    for program, seen in ((archivist, 1), (staff, 2)):
        assert len(program("get", f"{address}/volumes").json()["items"]) == seen
        assert len(program("get", f"{address}/catalogue").json()) == seen
        assert (program("get", f"/volumes/{hidden.public_id}").status_code == 200) == (seen == 2)
    assert "绝密件" not in archivist("get", f"{address}/catalogue").content.decode()
    assert JournalEntry.objects.filter(action="catalogue.read").count() == 3


@pytest.mark.rule("A11")
def test_prints_come_as_pdf_named_by_code_and_are_journalled(world, archivist):
    archivist("post", f"/dossiers/{world.dossier.public_id}/arrange")
    volume = Volume.objects.get()
    before = JournalEntry.objects.filter(action__in=["volume.printed", "volumes.listed"]).count()
    for path in (
        f"/volumes/{volume.public_id}/prints/spine-10",
        f"/dossiers/{world.dossier.public_id}/volumes/print",
        f"/volumes/print/{volume.filing_year}",
    ):
        answer = archivist("get", path)
        assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert world.item.title not in answer["Content-Disposition"]
    assert archivist("get", f"/volumes/{volume.public_id}/prints/nothing").status_code == 422
    assert archivist("get", "/volumes/print/1234").status_code == 404
    assert JournalEntry.objects.filter(action__in=["volume.printed", "volumes.listed"]).count() == before + 3
