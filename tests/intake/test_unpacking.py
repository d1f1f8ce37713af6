"""A ZIP becomes the files inside: received once each, in order, refused one by one, and the ZIP itself is gone after."""

from datetime import timedelta

import pytest

from dms.core import clock
from dms.holdings.models import Item, Page
from dms.intake.models import FileState, ReceivedFile
from dms.intake.services import file_batch, open_batch, receiving, splitting, try_again, unpacking, withdraw_file
from dms.intake.services.withdrawing import finish_withdrawals
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from tests.factories import an_item, jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import DOCX, packed, raw_zip, scan_pdf
from .test_faults import killed_at, later, nothing_is_left_behind

pytestmark = pytest.mark.django_db


def a_zip(*words: str) -> bytes:
    return packed({f"合同/{word}.jpg": jpeg_of(paper(word)) for word in words})


def states(batch) -> list[tuple[str, str, str]]:
    rows = ReceivedFile.objects.filter(batch=batch).order_by("position")
    return [(row.name, str(row.state), row.reason) for row in rows]


class TestUnpacking:
    @pytest.mark.rule("B1")
    def test_each_file_inside_becomes_an_item_in_the_order_of_names_and_the_zip_is_destroyed(
        self, batch, upload, house
    ):
        data = packed({
            "合同/10.jpg": jpeg_of(paper("十")), "合同/2.jpg": jpeg_of(paper("二")),
            "__MACOSX/合同/._2.jpg": b"x", "说明.docx": DOCX,
        })  # fmt: skip
        archive = upload(batch, data, "资料.zip")
        assert (archive.state, archive.kind) == (FileState.RECEIVED, "zip")
        split_all()
        archive.refresh_from_db()
        assert states(batch) == [
            ("资料.zip", "unpacked", ""),
            ("合同/2.jpg", "split", ""),
            ("合同/10.jpg", "split", ""),
            ("说明.docx", "refused", "office"),
        ]
        assert archive.facts == {"entries": 3, "skipped": 1}
        assert archive.stored.is_gone
        assert [item.title for item in Item.objects.order_by("pk")] == ["合同 / 2", "合同 / 10"]
        assert {row.packed_in for row in ReceivedFile.objects.exclude(pk=archive.pk)} == {archive}
        assert JournalEntry.objects.filter(action="file.unpacked").count() == 1
        file_batch(batch=batch, acting_user=house.archivist)

    def test_gbk_names_are_shown_in_chinese(self, batch, upload):
        upload(batch, raw_zip([("租约/甲.jpg".encode("gbk"), jpeg_of(paper("甲")))]), "a.zip")
        split_all()
        assert states(batch)[1] == ("租约/甲.jpg", "split", "")

    def test_a_zip_inside_a_zip_is_refused_and_the_rest_goes_on(self, batch, upload):
        upload(batch, packed({"a.zip": a_zip("一"), "b.jpg": jpeg_of(paper("二"))}), "a.zip")
        split_all()
        assert [row[1:] for row in states(batch)] == [("unpacked", ""), ("refused", "zip_inside"), ("split", "")]

    @pytest.mark.parametrize(("data", "reason"), [(packed({}), "nothing_inside"), (a_zip("一")[:-40], "truncated")])
    def test_a_zip_that_cannot_be_opened_is_refused_in_words(self, data, reason, batch, upload):
        upload(batch, data, "坏.zip")
        split_all()
        (file,) = ReceivedFile.objects.all()
        assert (file.state, file.reason) == (FileState.REFUSED, reason)
        assert all(file.problem)

    def test_files_that_came_later_stand_behind_those_of_the_zip(self, house, dossier, upload):
        item = an_item(house.archivist, dossier)
        batch = open_batch(dossier=dossier, item=item, acting_user=house.archivist)
        upload(batch, scan_pdf(["先"]), "先.pdf")
        upload(batch, a_zip("一", "二"), "a.zip")
        upload(batch, a_zip("三"), "b.zip")
        upload(batch, scan_pdf(["后"]), "后.pdf")
        split_all()
        assert [row[0] for row in states(batch)] == [
            "先.pdf", "a.zip", "合同/一.jpg", "合同/二.jpg", "b.zip", "合同/三.jpg", "后.pdf",
        ]  # fmt: skip
        in_order = [page for file in ReceivedFile.objects.order_by("position") for page in pages_of(file)]
        assert list(item.pages.order_by("position")) == in_order
        assert len(in_order) == 5

    @pytest.mark.rule("A10")
    def test_the_same_zip_and_the_same_paper_are_noticed(self, batch, upload):
        first = upload(batch, a_zip("一"), "a.zip")
        split_all()
        again = upload(batch, a_zip("一"), "b.zip")
        assert (again.state, again.same_as) == (FileState.DUPLICATE, first)
        upload(batch, a_zip("一", "二"), "c.zip")
        split_all()
        assert [row[1] for row in states(batch)] == ["unpacked", "split", "duplicate", "unpacked", "duplicate", "split"]

    def test_whoever_may_not_work_there_any_more_fills_no_dossier_and_another_goes_on(
        self, batch, upload, house, dossier
    ):
        archive = upload(batch, a_zip("一"), "a.zip", by=house.staff1)
        dossier.responsible = house.staff2
        dossier.save()
        split_all()
        archive.refresh_from_db()
        assert (archive.state, archive.reason) == (FileState.REFUSED, "no_right")
        assert ReceivedFile.objects.count() == 1
        try_again(received_file=archive, acting_user=house.archivist)
        split_all()
        assert [row[1] for row in states(batch)] == ["unpacked", "split"]

    def test_a_full_disk_gives_the_zip_back(self, batch, upload, monkeypatch):
        upload(batch, a_zip("一", "二"), "a.zip")
        with monkeypatch.context() as patched:

            def no_room(*args, **values):
                raise OSError(28, "No space left on device")

            patched.setattr(unpacking.tempfile, "TemporaryFile", no_room)
            with pytest.raises(OSError, match="No space"):
                splitting.split_next("test")
        split_all()
        assert [row[1] for row in states(batch)] == ["unpacked", "split", "split"]

    def test_many_files_let_others_have_their_turn(self, batch, upload, monkeypatch):
        monkeypatch.setattr(splitting, "SLICE_SECONDS", -1)
        upload(batch, a_zip("一", "二", "三"), "a.zip")
        splitting.split_next("test")
        assert ReceivedFile.objects.filter(packed_in__isnull=False).count() == 1
        split_all()
        assert [row[1] for row in states(batch)] == ["unpacked", "split", "split", "split"]


class TestWithdrawing:
    @pytest.mark.rule("A12")
    def test_with_the_zip_go_the_files_that_were_inside(self, batch, upload, house):
        archive = upload(batch, a_zip("一", "二"), "a.zip")
        split_all()
        withdraw_file(received_file=archive, acting_user=house.archivist)
        assert {row[1] for row in states(batch)} == {"withdrawn"}
        assert {item.state for item in Item.objects.all()} == {"withdrawn"}
        assert not StoredFile.objects.alive().exists()

    def test_in_the_middle_of_unpacking_nothing_more_comes_out(self, batch, upload, house, monkeypatch):
        archive = upload(batch, a_zip("一", "二", "三"), "a.zip")
        real, calls = unpacking._take_out, []

        def take_out(file, bench, entry, position):
            calls.append(entry)
            if len(calls) == 2:
                withdraw_file(received_file=archive, acting_user=house.archivist)
            real(file, bench, entry, position)

        monkeypatch.setattr(unpacking, "_take_out", take_out)
        split_all()
        assert len(calls) == 2
        assert [row[1] for row in states(batch)] == ["withdrawn", "withdrawn"]
        assert not StoredFile.objects.alive().exists()


STEPS = [
    (splitting, "lease", 1, "after"),
    (unpacking, "open_plain", 1, "after"),
    (unpacking, "_room_made", 1, "before"),
    (unpacking, "locked_batch", 1, "after"),
    (unpacking, "_room_made", 1, "after"),
    (receiving, "store", 1, "before"),
    (receiving, "store", 2, "after"),
    (receiving, "renewed", 1, "after"),
    (receiving, "record", 2, "after"),
    (unpacking, "_take_out", 2, "after"),
    (unpacking, "_finish", 1, "before"),
    (unpacking, "condemn", 1, "after"),
    (unpacking, "record", 1, "after"),
    (unpacking, "_finish", 1, "after"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("module", "name", "call", "when"), STEPS)
def test_a_worker_killed_while_unpacking_loses_and_doubles_nothing(module, name, call, when, batch, upload):
    archive = upload(batch, a_zip("一", "二", "三"), "a.zip")
    last = upload(batch, scan_pdf(["后"]), "后.pdf")
    assert killed_at(module, name, call, when, lambda: splitting.split_next("dead"))
    with later():
        split_all()
    archive.refresh_from_db()
    last.refresh_from_db()
    assert [row[:2] for row in states(batch)] == [
        ("a.zip", "unpacked"), ("合同/一.jpg", "split"), ("合同/三.jpg", "split"), ("合同/二.jpg", "split"), ("后.pdf", "split"),
    ]  # fmt: skip
    assert last.position == 5
    assert Page.objects.count() == Item.objects.count() == 4
    with clock.at(clock.now() + timedelta(hours=2)):
        assert StoredFile.objects.get(pk=archive.stored_id).is_gone
    assert nothing_is_left_behind()


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_of_a_zip_that_was_killed_in_between_is_finished(batch, upload, house):
    from dms.intake.services import withdrawing

    archive = upload(batch, a_zip("一", "二"), "a.zip")
    split_all()
    work = lambda: withdraw_file(received_file=archive, acting_user=house.archivist)  # noqa: E731
    assert killed_at(withdrawing, "withdraw_item", 1, "before", work)
    finish_withdrawals()
    finish_withdrawals()
    assert {row[1] for row in states(batch)} == {"withdrawn"}
    assert {item.state for item in Item.objects.all()} == {"withdrawn"}


def test_what_comes_out_streams_through_a_nameless_file(batch, upload, tmp_path, settings, monkeypatch):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    seen = []
    real = unpacking.receive_entry
    monkeypatch.setattr(
        unpacking, "receive_entry", lambda **values: (seen.append(list(tmp_path.iterdir())), real(**values))[1]
    )
    upload(batch, packed({"大.pdf": scan_pdf(["一"]) + b"\n" + b" " * (6 << 20) + b"\n%%EOF\n"}), "a.zip")
    split_all()
    assert seen == [[]]
