"""Uploading, watching and filing a batch through the API."""

import hashlib
from typing import Any

import pytest
from django.http import HttpResponse

from dms.intake.files.refused import FileRefused
from dms.intake.models import ReceivedFile, ScanBatch
from dms.intake.services import keep_unplaced, split_next
from dms.vault.services import store
from tests.factories import jpeg_of, paper, read_as

from .conftest import Program, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.mark.rule("A6")
def test_a_batch_is_opened_filled_watched_and_filed(world: World, archivist: Program) -> None:
    batch = archivist("post", "/batches", {"dossier": world.dossier.public_id, "section": "unit"}).json()
    address = f"/batches/{batch['id']}"
    scan = jpeg_of(paper("海棠花园"))
    sent = archivist.upload(f"{address}/files", ("合同.jpg", scan), ("说明.txt", "只是文字".encode()))
    assert sent.status_code == 201
    assert [(one["name"], one["state"], one["reason"]) for one in sent.json()["files"]] == [
        ("合同.jpg", "received", ""),
        ("说明.txt", "refused", "text"),
    ]
    assert archivist("post", f"{address}/file").json()["code"] == "unfinished"
    while split_next("tests"):
        pass
    for file in ReceivedFile.objects.filter(batch__public_id=batch["id"], state="split"):
        for source in file.sources.all():
            read_as(source.page, "海棠花园")
    now = archivist("get", address).json()
    assert (now["progress"]["settled"], now["progress"]["read"], now["may_file"]) == (True, 1, True)
    (first, second) = archivist("get", f"{address}/files").json()["items"]
    assert (first["pages_read"], first["acts"], second["acts"]) == (1, ["withdraw"], ["withdraw"])
    item = archivist("get", f"/items/{first['item']}").json()
    assert (item["title"], item["section"]["code"]) == ("合同", "unit")
    filed = archivist("post", f"{address}/file")
    assert (filed.status_code, filed.json()["state"]) == (200, "closed")
    assert archivist("get", f"/items/{first['item']}").json()["state"] == "filed"
    refused = archivist.upload(f"{address}/files", ("x.jpg", scan))
    assert refused.json()["code"] == "batch_filed"


@pytest.mark.rule("A10")
def test_a_file_received_before_asks_and_is_kept_or_dropped(world: World, archivist: Program) -> None:
    address = f"/batches/{world.batch.public_id}/files"
    (one, two) = archivist.upload(address, ("a.jpg", world.scan), ("b.jpg", world.scan)).json()["files"]
    assert (one["state"], one["same_as"], one["acts"]) == ("duplicate", world.dossier.number, ["keep", "drop"])
    assert archivist("post", f"/files/{one['id']}/keep").json()["state"] == "received"
    assert archivist("post", f"/files/{two['id']}/drop").json()["state"] == "withdrawn"
    again = archivist("post", f"/files/{two['id']}/keep")
    assert (again.status_code, again.json()["code"]) == (409, "answered")


def test_a_wrong_upload_is_withdrawn(world: World, archivist: Program) -> None:
    gone = archivist("post", f"/files/{world.file.public_id}/withdraw", {"reason": "x"})
    assert gone.json()["state"] == "withdrawn"
    assert archivist("get", f"/files/{world.file.public_id}").json()["acts"] == []


def test_an_upload_under_a_key_arrives_once(world: World, archivist: Program) -> None:
    address = f"/batches/{world.batch.public_id}/files"
    scan = jpeg_of(paper("另一页"))
    first = archivist.upload(address, ("a.jpg", scan), Idempotency_Key="upload-1")
    again = archivist.upload(address, ("a.jpg", scan), Idempotency_Key="upload-1")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert ReceivedFile.objects.filter(batch=world.batch).count() == 2
    other = archivist.upload(address, ("b.jpg", scan), Idempotency_Key="upload-1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_an_upload_without_a_file_is_refused(world: World, archivist: Program) -> None:
    empty = archivist.upload(f"/batches/{world.batch.public_id}/files")
    assert empty.status_code == 422
    assert archivist("post", "/batches", {}).json()["errors"][0]["field"] == "dossier"


def test_batches_go_on_by_cursor_and_narrow(world: World, archivist: Program) -> None:
    for _number in range(3):
        archivist("post", "/batches", {"dossier": world.dossier.public_id})
    first = archivist("get", "/batches?limit=3").json()
    rest = archivist("get", f"/batches?after={first['next']}").json()
    met = [one["id"] for one in first["items"] + rest["items"]]
    assert met == [one.public_id for one in ScanBatch.objects.order_by("-pk")]
    assert archivist("get", "/batches?state=closed").json()["items"] == []
    assert len(archivist("get", f"/batches?mine=true&dossier={world.dossier.public_id}").json()["items"]) == 4


@pytest.mark.rule("A10")
def test_a_large_file_comes_in_pieces_and_goes_on_where_it_stopped(
    world: World, archivist: Program, settings: Any
) -> None:
    settings.INTAKE_PIECE_BYTES = 1 << 14
    scan = jpeg_of(paper("大文件"))
    pieces = [scan[start : start + (1 << 14)] for start in range(0, len(scan), 1 << 14)]
    digests = [hashlib.sha256(piece).hexdigest() for piece in pieces]
    address = f"/batches/{world.batch.public_id}/uploads"
    begun = {"name": "大文件.jpg", "size": len(scan), "mark": "m"}
    upload = archivist("post", address, begun).json()
    assert (upload["pieces"], upload["have"]) == (len(pieces), [])
    here = f"{address}/{upload['id']}"
    wrong = send(archivist, f"{here}/pieces/0", pieces[0], digests[1])
    assert (wrong.status_code, wrong.json()["code"]) == (409, "broken_piece")
    assert send(archivist, f"{here}/pieces/0", pieces[0], digests[0]).status_code == 204
    assert archivist("post", address, begun).json() == {**upload, "have": [0]}
    missing = archivist("post", f"{here}/finish", {"digests": digests})
    assert (missing.status_code, missing.json()["code"], missing.json()["have"]) == (409, "pieces_missing", [0])
    for number in range(len(pieces)):
        assert send(archivist, f"{here}/pieces/{number}", pieces[number], digests[number]).status_code == 204
    made = archivist("post", f"{here}/finish", {"digests": digests})
    assert (made.status_code, made.json()["name"], made.json()["size"]) == (201, "大文件.jpg", len(scan))
    again = archivist("post", f"{here}/finish", {"digests": digests})
    assert again.json()["id"] == made.json()["id"]
    assert archivist("get", here).status_code == 404


def send(program: Program, address: str, piece: bytes, digest: str) -> HttpResponse:
    """Send one piece as it is."""
    answer: HttpResponse = program.client.put(
        f"/api/v1{address}",
        data=piece,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {program.secret}", "X-Piece-Digest": digest},
    )
    return answer


def test_an_unplaced_scan_is_placed_or_discarded(world: World, archivist: Program) -> None:
    house = world.house
    values = {"folder": "YZ-9999", "fonds_id": house.fonds.pk, "acting_user": house.archivist}
    scan = jpeg_of(paper("未归档"))
    for token, stored in (("one", store(scan, purpose="upload")), ("two", None)):
        keep_unplaced(token=token, name=f"{token}.jpg", size=9, stored=stored, refusal=FileRefused("unknown"), **values)
    (one, two) = archivist("get", "/unplaced").json()["items"]
    assert (one["name"], one["reason"], two["folder"]) == ("one.jpg", "unknown", "YZ-9999")
    placed = archivist("post", f"/unplaced/{one['id']}/place", {"dossier": world.dossier.public_id})
    assert (placed.status_code, placed.json()["name"]) == (200, "one.jpg")
    assert archivist("post", f"/unplaced/{two['id']}/place", {"dossier": world.dossier.public_id}).status_code == 409
    assert archivist("post", f"/unplaced/{two['id']}/discard", {"reason": "测试"}).status_code == 204
    assert archivist("get", "/unplaced").json()["items"] == []
    assert world.program("staff1")("get", "/unplaced").status_code == 404
