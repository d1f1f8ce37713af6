"""The addresses of large uploads and the screen of unplaced scans: rights, answers, and what nobody else learns."""

import hashlib
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dms.intake.models import FileState, ReceivedFile, UnfinishedUpload, UnplacedFile, UnplacedState
from dms.intake.services import watched
from dms.intake.services.watched import Found
from tests.factories import jpeg_of, paper

from .conftest import split_all
from .foreign import DOCX, packed, scan_pdf
from .test_views import SCRIPT, signed_in, state

pytestmark = pytest.mark.django_db
PIECE = 100_000


@pytest.fixture(autouse=True)
def small_pieces(settings) -> None:
    settings.INTAKE_PIECE_BYTES = PIECE


@pytest.fixture
def data() -> bytes:
    return jpeg_of(paper("大")) + b"\0" * (2 * PIECE)


def begin(client: Client, batch, data: bytes, name: str = "大.jpg"):
    values = {"name": name, "size": len(data), "mark": f"{name}|{len(data)}"}
    return client.post(reverse("intake:uploads", args=[batch.public_id]), values, **SCRIPT)


def send_piece(client: Client, batch, upload_id: str, number: int, data: bytes, digest: str = ""):
    part = data[number * PIECE : (number + 1) * PIECE]
    return client.post(
        reverse("intake:piece", args=[batch.public_id, upload_id, number]), part,
        content_type="application/octet-stream",
        HTTP_X_PIECE_DIGEST=digest or hashlib.sha256(part).hexdigest(), **SCRIPT,
    )  # fmt: skip


def finish(client: Client, batch, upload_id: str, data: bytes):
    parts = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    digests = ",".join(hashlib.sha256(part).hexdigest() for part in parts)
    url = reverse("intake:finish_upload", args=[batch.public_id, upload_id])
    return client.post(url, {"digests": digests}, **SCRIPT)


class TestLargeUploads:
    def test_begin_pieces_and_end(self, house, batch, data):
        client = signed_in(house.archivist)
        begun = begin(client, batch, data).json()
        assert (begun["pieceBytes"], begun["have"]) == (PIECE, [])
        assert send_piece(client, batch, begun["id"], 0, data).status_code == 204
        assert begin(client, batch, data).json() == {**begun, "have": [0]}
        missing = finish(client, batch, begun["id"], data)
        assert (missing.status_code, missing.json()["code"], missing.json()["have"]) == (409, "pieces_missing", [0])
        for number in range(1, -(-len(data) // PIECE)):
            assert send_piece(client, batch, begun["id"], number, data).status_code == 204
        done = finish(client, batch, begun["id"], data)
        assert (done.status_code, done.json()["files"][0]["name"]) == (201, "大.jpg")
        assert finish(client, batch, begun["id"], data).json() == done.json()
        assert ReceivedFile.objects.count() == 1

    def test_the_page_shows_what_of_mine_has_arrived_and_nobody_elses(self, house, batch, data):
        client = signed_in(house.archivist)
        begun = begin(client, batch, data).json()
        send_piece(client, batch, begun["id"], 0, data)
        for user, uploads in ((house.archivist, [begun["id"]]), (house.staff1, [])):
            page = signed_in(user).get(reverse("intake:batch", args=[batch.public_id])).content.decode()
            start = json.loads(page.split('id="batch-start" type="application/json">')[1].split("</script>")[0])
            assert [row["id"] for row in start["uploads"]] == uploads
            assert [row["arrived"] for row in start["uploads"]] == [PIECE] * len(uploads)
        client.post(reverse("intake:give_up_upload", args=[batch.public_id, begun["id"]]), **SCRIPT)
        assert not UnfinishedUpload.objects.exists()

    def test_a_broken_piece_is_a_problem_with_its_code(self, house, batch, data):
        client = signed_in(house.archivist)
        begun = begin(client, batch, data).json()
        answer = send_piece(client, batch, begun["id"], 0, data, digest="0" * 64)
        assert (answer.status_code, answer.json()["code"]) == (409, "broken_piece")

    def test_nonsense_is_not_understood(self, house, batch):
        client = signed_in(house.archivist)
        url = reverse("intake:uploads", args=[batch.public_id])
        for values in ({}, {"size": "x", "mark": "m"}, {"size": "9" * 30, "mark": "m"}, {"size": "9", "mark": ""}):
            assert client.post(url, values, **SCRIPT).status_code == 400
        begun = begin(client, batch, b"x" * 10).json()
        assert send_piece(client, batch, begun["id"], 7, b"").status_code == 404

    def test_without_a_token_of_the_form_nothing_is_received(self, house, batch, data):
        begun = begin(signed_in(house.archivist), batch, data).json()
        client = Client(enforce_csrf_checks=True)
        client.force_login(house.archivist, backend="dms.organisation.backends.PostBackend")
        assert send_piece(client, batch, begun["id"], 0, data).status_code == 403
        assert begin(client, batch, data).status_code == 403

    @pytest.mark.rule("D1")
    def test_everybody_else_gets_the_answer_for_what_does_not_exist(self, house, batch, data):
        begun = begin(signed_in(house.archivist), batch, data).json()
        for role, user in house.people.items():
            if role == "archivist":
                continue
            client = signed_in(user)
            assert send_piece(client, batch, begun["id"], 0, data).status_code == 404, role
            assert finish(client, batch, begun["id"], data).status_code == 404, role
            assert client.post(reverse("intake:give_up_upload", args=[batch.public_id, begun["id"]])).status_code == 404
            assert begin(client, batch, data).status_code == (200 if role == "staff1" else 404), role
        assert UnfinishedUpload.objects.get(public_id=begun["id"]).arrived == 0


@pytest.mark.rule("A10")
class TestFolders:
    """A browser sends the folders a file lay in; two files of one name can then be told apart."""

    def upload(self, client: Client, batch, folder: str, words: str) -> str:
        values = {"folder": folder, "file": SimpleUploadedFile("0001.jpg", jpeg_of(paper(words)))}
        answer = client.post(reverse("intake:upload", args=[batch.public_id]), values, **SCRIPT)
        return answer.json()["files"][0]["name"]

    def test_files_of_one_name_from_two_folders_are_told_apart(self, house, batch):
        client = signed_in(house.archivist)
        names = [self.upload(client, batch, folder, folder) for folder in ("扫描/甲", "扫描/乙", "")]
        assert names == ["扫描/甲/0001.jpg", "扫描/乙/0001.jpg", "0001.jpg"]
        split_all()
        titles = [file.item.title for file in ReceivedFile.objects.order_by("position")]
        assert titles == ["扫描 / 甲 / 0001", "扫描 / 乙 / 0001", "0001"]

    @pytest.mark.parametrize(
        ("folder", "shown"),
        [
            ("../../etc", "etc/0001.jpg"),
            ("/甲//乙/", "甲/乙/0001.jpg"),
            ("甲\\乙", "甲/乙/0001.jpg"),
            ("甲\u202e\n\x1b乙", "甲 乙/0001.jpg"),
            ("长" * 80, "0001.jpg"),
            ("外" * 65 + "/内", "内/0001.jpg"),
        ],
    )
    def test_only_a_clean_short_name_is_kept(self, house, batch, folder, shown):
        assert self.upload(signed_in(house.archivist), batch, folder, "甲") == shown

    def test_large_files_keep_their_folders_too(self, house, batch, data):
        client = signed_in(house.archivist)
        url = reverse("intake:uploads", args=[batch.public_id])
        values = {"name": "大.jpg", "folder": "扫描/甲", "size": len(data), "mark": "m"}
        begun = client.post(url, values, **SCRIPT).json()
        for number in range(-(-len(data) // PIECE)):
            send_piece(client, batch, begun["id"], number, data)
        assert finish(client, batch, begun["id"], data).json()["files"][0]["name"] == "扫描/甲/大.jpg"


class TestZip:
    def test_the_page_says_what_was_inside(self, house, batch):
        client = signed_in(house.archivist)
        zipped = packed({"一.jpg": jpeg_of(paper("一")), "Thumbs.db": b""})
        url = reverse("intake:upload", args=[batch.public_id])
        (row,) = client.post(url, {"file": SimpleUploadedFile("a.zip", zipped)}, **SCRIPT).json()["files"]
        assert (row["state"], row["moving"]) == ("received", True)
        split_all()
        archive, file = state(client, batch)["files"]
        assert (archive["state"], archive["acts"], archive["moving"]) == ("unpacked", ["withdraw"], False)
        assert "1" in archive["inside"]
        assert (file["name"], file["state"], file["inside"]) == ("一.jpg", "split", "")


@pytest.fixture
def unplaced(house) -> list[UnplacedFile]:
    rows = []
    for name, data in (("甲.pdf", scan_pdf(["甲"])), ("乙.pdf", scan_pdf(["乙"])), ("丙.docx", DOCX)):
        found = Found(("错号",), name, name.encode(), len(data), 0)
        rows.append(watched.take_scan(found=found, file=io.BytesIO(data), acting_user=house.archivist))
    return rows


class TestUnplacedScreen:
    def test_lists_what_waits_with_why(self, house, unplaced):
        client = signed_in(house.archivist)
        text = client.get(reverse("intake:unplaced")).content.decode()
        assert all(row.name in text and row.problem[0] in text and row.folder in text for row in unplaced)
        assert reverse("intake:unplaced") in client.get(reverse("intake:batches")).content.decode()

    def test_places_what_is_selected_and_says_what_is_refused(self, house, dossier, unplaced):
        client = signed_in(house.archivist)
        values = {
            "act": "place",
            "number": str(dossier),
            "section": "payments",
            "scan": [row.public_id for row in unplaced],
        }
        answer = client.post(reverse("intake:unplaced"), values, follow=True)
        assert answer.status_code == 200
        assert "丙.docx" in answer.content.decode()
        files = ReceivedFile.objects.order_by("position")
        assert [(file.name, file.batch.section.code) for file in files] == [
            ("甲.pdf", "payments"),
            ("乙.pdf", "payments"),
        ]
        assert [row.state for row in UnplacedFile.objects.order_by("pk")] == ["placed", "placed", "waiting"]

    def test_discards_with_a_reason_only(self, house, unplaced):
        client = signed_in(house.archivist)
        values = {"act": "discard", "scan": unplaced[0].public_id}
        assert client.post(reverse("intake:unplaced"), {**values, "reason": " "}).status_code == 422
        assert client.post(reverse("intake:unplaced"), {**values, "reason": "重复"}).status_code == 302
        unplaced[0].refresh_from_db()
        assert (unplaced[0].state, unplaced[0].discarded_because) == (UnplacedState.DISCARDED, "重复")

    @pytest.mark.parametrize(
        "values",
        [{"act": "place", "number": "没有"}, {"act": "place", "number": ""}, {"act": "discard", "reason": "x"}],
    )
    def test_what_is_wrong_is_said_and_nothing_done(self, values, house, unplaced):
        chosen = {} if "reason" in values else {"scan": unplaced[0].public_id}
        answer = signed_in(house.archivist).post(reverse("intake:unplaced"), {**values, **chosen})
        assert answer.status_code == 422
        assert set(UnplacedFile.objects.values_list("state", flat=True)) == {"waiting"}

    @pytest.mark.rule("D1")
    def test_nobody_but_the_archivists_of_the_fonds_learns_of_it(self, house, unplaced):
        from tests.factories import a_house

        strangers = {f"other {role}": user for role, user in a_house().people.items()}
        for role, user in {**house.people, **strangers}.items():
            if role == "archivist":
                continue
            client = signed_in(user)
            answer = client.get(reverse("intake:unplaced"))
            assert answer.status_code == (200 if role == "other archivist" else 404), role
            assert "甲.pdf" not in answer.content.decode()
            values = {"act": "discard", "reason": "x", "scan": unplaced[0].public_id}
            assert client.post(reverse("intake:unplaced"), values).status_code == 404, role
            assert reverse("intake:unplaced") not in client.get(reverse("intake:batches")).content.decode()
        unplaced[0].refresh_from_db()
        assert unplaced[0].state == UnplacedState.WAITING
        assert unplaced[0].stored.is_gone is False
        assert not ReceivedFile.objects.filter(state=FileState.RECEIVED).exists()
