"""The screens of Scan & intake: who gets them, what they do, what their script is told."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dms.holdings.models import Item
from dms.intake.models import FileState, ReceivedFile, ScanBatch
from dms.intake.services import open_batch
from tests.factories import a_dossier, an_item

from .conftest import pages_of, split_all
from .foreign import scan_pdf

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def archivist(house) -> Client:
    return signed_in(house.archivist)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="dms.organisation.backends.PostBackend")
    return client


def send(client, batch, data: bytes, name="合同.pdf", **more):
    values = {"file": SimpleUploadedFile(name, data), **more}
    return client.post(reverse("intake:upload", args=[batch.public_id]), values, **SCRIPT)


def state(client, batch, **query) -> dict:
    return client.get(reverse("intake:batch_state", args=[batch.public_id]), query, **SCRIPT).json()


class TestUploading:
    def test_an_upload_answers_with_the_file_as_the_page_draws_it(self, archivist, batch):
        answer = send(archivist, batch, scan_pdf(["一"]), token="t1")
        assert answer.status_code == 201
        (row,) = answer.json()["files"]
        assert (row["name"], row["state"], row["acts"]) == ("合同.pdf", "received", ["withdraw"])
        assert send(archivist, batch, scan_pdf(["一"]), token="t1").json()["files"][0]["id"] == row["id"]
        assert ReceivedFile.objects.count() == 1

    def test_a_refused_file_says_why(self, archivist, batch):
        (row,) = send(archivist, batch, b"").json()["files"]
        assert row["state"] == "refused"
        assert row["problem"]
        assert row["remedy"]

    def test_without_its_script_the_page_uploads_too(self, archivist, batch):
        files = [SimpleUploadedFile("a.pdf", scan_pdf(["一"])), SimpleUploadedFile("b.pdf", scan_pdf(["二"]))]
        answer = archivist.post(reverse("intake:upload", args=[batch.public_id]), {"file": files})
        assert answer.status_code == 302
        assert ReceivedFile.objects.count() == 2

    def test_an_upload_without_a_token_of_the_form_is_refused(self, house, batch):
        client = Client(enforce_csrf_checks=True)
        client.force_login(house.archivist, backend="dms.organisation.backends.PostBackend")
        assert send(client, batch, scan_pdf(["一"])).status_code == 403
        assert not ReceivedFile.objects.exists()

    def test_the_waiting_upload_has_no_name_on_the_disk(self, archivist, batch, tmp_path, settings, monkeypatch):
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
        seen = []
        from dms.intake.views import files

        real = files.services.receive_file
        monkeypatch.setattr(
            files.services, "receive_file", lambda **values: (seen.append(list(tmp_path.iterdir())), real(**values))[1]
        )
        assert send(archivist, batch, scan_pdf(["一"])).status_code == 201
        assert seen == [[]]


class TestTheBatchPage:
    def test_it_starts_from_the_servers_state(self, archivist, batch, upload):
        upload(batch, scan_pdf(["一", "二"]), "租约.pdf")
        split_all()
        page = archivist.get(reverse("intake:batch", args=[batch.public_id]))
        assert page.status_code == 200
        start = json.loads(
            page.content.decode().split('id="batch-start" type="application/json">')[1].split("</script>")[0]
        )
        (row,) = start["files"]
        assert (row["name"], row["made"], len(row["pages"])) == ("租约.pdf", 2, 2)
        assert start["batch"]["total"] == 2
        assert all(start["words"].values())

    def test_its_script_is_told_what_changed(self, archivist, batch, upload):
        upload(batch, scan_pdf(["一"]))
        first = state(archivist, batch)
        assert first["batch"]["whyNot"]
        split_all()
        after = state(archivist, batch, since=first["now"])
        assert [row["state"] for row in after["files"]] == ["split"]
        assert after["batch"]["mayFile"]
        assert state(archivist, batch, since="nonsense")["files"]

    def test_a_duplicate_is_asked_about_and_answered(self, archivist, batch, upload):
        upload(batch, scan_pdf(["一"]), "先.pdf")
        again = upload(batch, scan_pdf(["一"]), "后.pdf")
        row = state(archivist, batch)["files"][1]
        assert row["acts"] == ["keep", "drop"]
        assert "先.pdf" in row["same"]["text"]
        answer = archivist.post(reverse("intake:file_act", args=[again.public_id, "drop"]), **SCRIPT)
        assert answer.json()["files"][0]["state"] == "withdrawn"

    def test_withdraw_and_file_by_their_buttons(self, archivist, batch, upload):
        wrong, right = upload(batch, scan_pdf(["一"])), upload(batch, scan_pdf(["二"]))
        split_all()
        archivist.post(reverse("intake:file_act", args=[wrong.public_id, "withdraw"]), **SCRIPT)
        archivist.post(reverse("intake:file_batch", args=[batch.public_id]))
        wrong.refresh_from_db()
        batch.refresh_from_db()
        assert (wrong.state, batch.state) == (FileState.WITHDRAWN, "closed")
        answer = archivist.post(reverse("intake:file_act", args=[right.public_id, "withdraw"]), **SCRIPT)
        assert answer.status_code == 409
        assert answer.json()["code"] == "batch_filed"
        assert len(pages_of(right)) == 1

    def test_an_unknown_act_is_nothing(self, archivist, batch, upload):
        file = upload(batch, scan_pdf(["一"]))
        assert archivist.post(reverse("intake:file_act", args=[file.public_id, "eat"]), **SCRIPT).status_code == 404


class TestOpening:
    def test_a_batch_is_opened_from_number_section_and_date(self, archivist, dossier):
        values = {"number": str(dossier), "section": "payments", "document_date": "2024-05-06", "note": "第一盒"}
        answer = archivist.post(reverse("intake:new_batch"), values)
        batch = ScanBatch.objects.get()
        assert answer.url == reverse("intake:batch", args=[batch.public_id])
        assert (batch.dossier, batch.section.code, str(batch.document_date)) == (dossier, "payments", "2024-05-06")

    def test_a_batch_into_an_item_is_opened_from_the_item(self, archivist, house, dossier):
        item = an_item(house.archivist, dossier)
        form = archivist.get(reverse("intake:new_batch"), {"item": item.public_id})
        assert item.title in form.content.decode()
        archivist.post(reverse("intake:new_batch"), {"number": dossier.number, "item": item.public_id})
        assert ScanBatch.objects.get().item == item

    def test_what_is_wrong_stands_at_its_field(self, archivist, dossier):
        answer = archivist.post(reverse("intake:new_batch"), {"number": dossier.number, "section": "nowhere"})
        assert answer.status_code == 422
        assert archivist.post(reverse("intake:new_batch"), {"number": "没有"}).status_code == 422
        assert not ScanBatch.objects.exists()

    def test_the_list_filters_and_pages(self, archivist, house, dossier, batch):
        other = open_batch(dossier=a_dossier(house.archivist, house.finance, name="李四"), acting_user=house.archivist)
        numbers = [batch.dossier.number, other.dossier.number]
        for query, shown in (({}, numbers), ({"q": "李四"}, numbers[1:]), ({"state": "closed"}, []),
                             ({"before": other.pk}, numbers[:1]), ({"mine": "on"}, numbers)):  # fmt: skip
            text = archivist.get(reverse("intake:batches"), query).content.decode()
            assert [number for number in numbers if number in text] == shown


@pytest.mark.rule("D1")
class TestWhoGetsIn:
    def test_everybody_else_gets_the_answer_for_what_does_not_exist(self, house, batch, upload):
        file = upload(batch, scan_pdf(["一"]))
        addresses = [
            ("get", reverse("intake:batch", args=[batch.public_id])),
            ("get", reverse("intake:batch_state", args=[batch.public_id])),
            ("post", reverse("intake:upload", args=[batch.public_id])),
            ("post", reverse("intake:file_batch", args=[batch.public_id])),
            ("post", reverse("intake:file_act", args=[file.public_id, "withdraw"])),
        ]
        absent = reverse("intake:batch", args=["absent"])
        for role, user in house.people.items():
            if role in {"archivist", "staff1"}:
                continue
            client = signed_in(user)
            nothing = client.get(absent, **SCRIPT)
            assert nothing.status_code == 404
            for method, address in addresses:
                answer = getattr(client, method)(address, **SCRIPT)
                assert (answer.status_code, answer.content) == (404, nothing.content), (role, address)
            assert batch.dossier.number not in client.get(reverse("intake:batches")).content.decode()
            assert client.get(reverse("intake:dossier_choices"), **SCRIPT).json() == {"dossiers": []}
        file.refresh_from_db()
        assert file.state == FileState.RECEIVED

    def test_nobody_without_signing_in(self, batch):
        for name in ("intake:batch", "intake:upload", "intake:batch_state"):
            answer = Client().get(reverse(name, args=[batch.public_id]))
            assert answer.status_code in {302, 401, 403}

    def test_the_responsible_person_does_the_whole_job(self, house, dossier):
        client = signed_in(house.staff1)
        client.post(reverse("intake:new_batch"), {"number": dossier.number})
        batch = ScanBatch.objects.get()
        assert send(client, batch, scan_pdf(["一"])).status_code == 201
        split_all()
        client.post(reverse("intake:file_batch", args=[batch.public_id]))
        assert Item.objects.get().state == "filed"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_screen_comes_in_both_languages(archivist, batch, upload, language):
    archivist.cookies["django_language"] = language
    upload(batch, b"")
    for address in (
        reverse("intake:batches"),
        reverse("intake:new_batch"),
        reverse("intake:batch", args=[batch.public_id]),
    ):
        assert archivist.get(address, HTTP_ACCEPT_LANGUAGE=language).status_code == 200
