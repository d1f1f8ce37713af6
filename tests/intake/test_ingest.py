"""`manage.py ingest`: files and folders from the machine itself, told in JSON, and its exit codes."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dms.core import work
from dms.holdings.models import Dossier, Item, Page
from dms.intake.models import ReceivedFile
from tests.factories import a_dossier

from .conftest import split_all
from .foreign import packed, scan_pdf, text_pdf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "里").mkdir()
    (tmp_path / "b.pdf").write_bytes(scan_pdf(["一", "二"]))
    (tmp_path / "a.docx.pdf").write_bytes(b"")
    (tmp_path / "里" / "c.pdf").write_bytes(text_pdf())
    (tmp_path / ".DS_Store").write_bytes(b"x")
    return tmp_path


@pytest.fixture
def reader(monkeypatch):
    """A recogniser that reads every page at once: what is tried here is the way, not the reading."""

    def read(worker: str) -> int:
        return Page.objects.filter(state="waiting").update(state="blank")

    ours = {"intake.split": work._steps["intake.split"]}
    monkeypatch.setattr(work, "_steps", ours)
    work.register(work.Step("test.read", 20, read))


def ingest(*args) -> tuple[dict, int]:
    out, code = io.StringIO(), 0
    try:
        call_command("ingest", *args, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = end.code
    return json.loads(out.getvalue()), code


def test_takes_a_folder_in_waits_and_tells_each_file(folder, dossier, reader):
    told, code = ingest(folder, "--dossier", dossier.number, "--section", "unit", "--date", "2024-01-02", "--wait")
    assert code == 1
    assert told["dossier"] == dossier.number
    assert [(file["file"], file["state"], file["pages"]) for file in told["files"]] == [
        ("a.docx.pdf", "refused", 0),
        ("b.pdf", "split", 2),
        ("c.pdf", "split", 1),
    ]
    assert told["files"][0]["why"]
    assert {(item.section.code, str(item.document_date)) for item in Item.objects.all()} == {("unit", "2024-01-02")}


def test_good_files_end_with_0_and_a_second_run_takes_nothing_in_again(folder, dossier, reader):
    (folder / "a.docx.pdf").unlink()
    assert ingest(folder, "--dossier", dossier.number, "--wait")[1] == 0
    told, code = ingest(folder, "--dossier", dossier.number, "--wait")
    assert code == 0
    assert {file["state"] for file in told["files"]} == {"duplicate"}
    assert Page.objects.count() == 3


def test_the_same_papers_may_go_into_another_dossier(folder, dossier, house, reader):
    other = a_dossier(house.archivist, house.service)
    (folder / "a.docx.pdf").unlink()
    ingest(folder, "--dossier", dossier.number)
    split_all()
    told, code = ingest(folder, "--dossier", other.number, "--wait")
    assert ([file["state"] for file in told["files"]], code) == (["split", "split"], 0)


def test_opens_a_dossier_first(folder, dossier, reader):
    told, code = ingest(
        folder / "b.pdf", "--new-dossier", "王五", "--kind", dossier.kind.code, "--field", "area=80.5", "--wait"
    )
    assert code == 0
    new = Dossier.objects.get(number=told["dossier"])
    assert (new.name, new.fields["area"]) == ("王五", "80.50")


def test_acts_in_the_name_it_is_given_and_under_that_right(folder, dossier, house, reader):
    ingest(folder / "b.pdf", "--dossier", dossier.number, "--as", house.staff1.username)
    assert ReceivedFile.objects.get().received_by == house.staff1
    for name in (house.staff2.username, house.admin.username, "nobody"):
        with pytest.raises(CommandError):
            ingest(folder / "b.pdf", "--dossier", dossier.number, "--as", name)
    assert ReceivedFile.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [["absent.pdf", "--dossier", "1"], ["--dossier", "absent"], ["--new-dossier", "x"], ["--new-dossier", "x", "--kind", "x"], ["--new-dossier", "x", "--kind", "KIND", "--section", "nowhere"],
     ["--date", "yesterday", "--dossier", "1"]],
)  # fmt: skip
def test_says_what_is_wrong_before_anything_is_taken_in(wrong, folder, dossier):
    wrong = [dossier.kind.code if word == "KIND" else word for word in wrong]
    with pytest.raises(CommandError):
        call_command("ingest", str(folder / "b.pdf"), *wrong)
    assert not ReceivedFile.objects.exists()
    assert Dossier.objects.get() == dossier


def test_takes_what_is_inside_a_zip_and_leaves_out_what_the_dossier_has(tmp_path, dossier, house, reader):
    first = tmp_path / "a.zip"
    first.write_bytes(packed({"合同/一.pdf": scan_pdf(["一"]), "二.docx": b"MZ"}))
    told, code = ingest(first, "--dossier", dossier.number, "--wait")
    rows = [(file["file"], file["state"], file["pages"]) for file in told["files"]]
    assert rows == [("a.zip", "unpacked", 0), ("二.docx", "refused", 0), ("合同/一.pdf", "split", 1)]
    assert code == 1
    second = tmp_path / "b.zip"
    second.write_bytes(packed({"又一.pdf": scan_pdf(["一"]), "三.pdf": scan_pdf(["三"])}))
    told, code = ingest(second, "--dossier", dossier.number, "--wait")
    assert [(file["file"], file["state"]) for file in told["files"]] == [
        ("b.zip", "unpacked"),
        ("三.pdf", "split"),
        ("又一.pdf", "duplicate"),
    ]
    assert code == 0
    other = a_dossier(house.archivist, house.service)
    told, code = ingest(second, "--dossier", other.number, "--wait")
    assert ([file["state"] for file in told["files"]], code) == (["unpacked", "split", "split"], 0)
