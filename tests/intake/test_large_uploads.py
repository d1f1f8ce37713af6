"""Large files in pieces: what was acknowledged stays, what breaks off goes on, what arrives is what was sent."""

import hashlib
import io
import os
import resource
from datetime import timedelta

import pytest
from django.db import connections

from dms.core import clock
from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.intake.models import FileState, PieceOfUpload, ReceivedFile, UnfinishedUpload
from dms.intake.services import (
    PiecesDiffer,
    begin_upload,
    file_batch,
    finish_upload,
    give_up_upload,
    receive_piece,
    receiving,
    sweep,
    uploading,
)
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from dms.vault.services import read
from tests.factories import jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import DOCX, packed, scan_pdf
from .test_faults import killed_at, nothing_is_left_behind

pytestmark = pytest.mark.django_db

PIECE = 100_000


@pytest.fixture(autouse=True)
def small_pieces(settings) -> None:
    settings.INTAKE_PIECE_BYTES = PIECE


def large(word: str = "大") -> bytes:
    """A scan of three pieces and a bit."""
    return jpeg_of(paper(word)) + b"\0" * (3 * PIECE)


def parts(data: bytes) -> list[bytes]:
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


def digests(data: bytes) -> list[str]:
    return [hashlib.sha256(part).hexdigest() for part in parts(data)]


class Sender:
    """What the browser's script does."""

    def __init__(self, batch, user, data: bytes, name: str = "大合同.jpg") -> None:
        self.batch, self.user, self.data, self.name = batch, user, data, name

    def begin(self) -> UnfinishedUpload:
        mark = f"{self.name}|{len(self.data)}|1"
        return begin_upload(batch=self.batch, name=self.name, size=len(self.data), mark=mark, acting_user=self.user)

    def piece(self, upload, number: int) -> None:
        part = parts(self.data)[number]
        receive_piece(
            upload=upload, number=number, digest=hashlib.sha256(part).hexdigest(), body=io.BytesIO(part),
            acting_user=self.user,
        )  # fmt: skip

    def send(self) -> ReceivedFile:
        """Send what is missing and finish."""
        upload = self.begin()
        there = set(upload.pieces.values_list("number", flat=True))
        for number in range(upload.piece_count):
            if number not in there:
                self.piece(upload, number)
        return self.finish(upload)

    def finish(self, upload) -> ReceivedFile:
        return finish_upload(upload=upload, digests=digests(self.data), acting_user=self.user)


@pytest.fixture
def sender(batch, house) -> Sender:
    return Sender(batch, house.archivist, large())


class TestPieces:
    @pytest.mark.rule("A10")
    def test_a_file_in_pieces_arrives_byte_for_byte(self, sender):
        file = sender.send()
        assert (file.state, file.name, file.size) == (FileState.RECEIVED, "大合同.jpg", len(sender.data))
        assert read(file.stored) == sender.data
        assert not UnfinishedUpload.objects.exists()
        assert list(StoredFile.objects.alive()) == [file.stored]
        split_all()
        assert len(pages_of(file)) == 1

    def test_choosing_the_same_file_again_goes_on_where_it_stopped(self, sender):
        upload = sender.begin()
        sender.piece(upload, 0)
        sender.piece(upload, 2)
        again = sender.begin()
        assert again == upload
        assert list(again.pieces.values_list("number", flat=True)) == [0, 2]
        assert again.arrived == 2 * PIECE
        before = {piece.number: piece.stored_id for piece in upload.pieces.all()}
        assert read(sender.send().stored) == sender.data
        assert len(before) == 2

    def test_the_same_piece_twice_is_one(self, sender):
        upload = sender.begin()
        sender.piece(upload, 1)
        kept = upload.pieces.get().stored_id
        sender.piece(upload, 1)
        assert upload.pieces.get().stored_id == kept
        assert StoredFile.objects.alive().count() == 1

    @pytest.mark.parametrize("body", [b"", b"x" * (PIECE - 1), b"y" * PIECE, b"x" * PIECE + b"!"])
    def test_a_piece_that_arrives_short_or_changed_is_not_acknowledged(self, body, sender, house):
        upload = sender.begin()
        digest = hashlib.sha256(b"x" * PIECE).hexdigest()
        with pytest.raises(Refusal) as refused:
            receive_piece(upload=upload, number=0, digest=digest, body=io.BytesIO(body), acting_user=house.archivist)
        assert refused.value.code == "broken_piece"
        assert not PieceOfUpload.objects.exists()
        assert not StoredFile.objects.alive().exists()

    def test_a_line_that_breaks_in_mid_piece_is_told_as_such(self, sender, house):
        class Broken(io.BytesIO):
            def read(self, size=-1):
                if self.tell() > 50_000:
                    raise OSError("connection reset")
                return super().read(min(size, 10_000))

        upload = sender.begin()
        with pytest.raises(Refusal) as refused:
            receive_piece(
                upload=upload, number=0, digest="", body=Broken(parts(sender.data)[0]), acting_user=house.archivist
            )
        assert refused.value.code == "broken_piece"
        assert not StoredFile.objects.alive().exists()

    def test_what_was_changed_on_the_way_is_asked_for_again(self, sender, house):
        """The file on the person's disk changed in its middle: name, size, first and last bytes are the same."""
        upload = sender.begin()
        for number in range(upload.piece_count):
            sender.piece(upload, number)
        changed = bytearray(sender.data)
        changed[PIECE + 5] ^= 1
        sender.data = bytes(changed)
        with pytest.raises(PiecesDiffer) as differs:
            sender.finish(upload)
        assert differs.value.number == 1
        assert list(upload.pieces.values_list("number", flat=True)) == [0, 2, 3]
        assert not ReceivedFile.objects.exists()
        assert read(sender.send().stored) == sender.data

    def test_a_missing_piece_keeps_it_unfinished(self, sender):
        upload = sender.begin()
        sender.piece(upload, 0)
        with pytest.raises(PiecesDiffer):
            sender.finish(upload)
        assert upload.pieces.count() == 1

    def test_a_lost_answer_to_the_end_gives_the_same_file(self, sender, monkeypatch):
        upload = sender.begin()
        for number in range(upload.piece_count):
            sender.piece(upload, number)
        with monkeypatch.context() as patched:
            patched.setattr(uploading, "_end", lambda upload: None)
            file = sender.finish(upload)
        assert sender.send() == file
        assert ReceivedFile.objects.count() == 1
        assert not UnfinishedUpload.objects.exists()

    def test_the_same_question_is_asked_as_ever(self, sender, batch, upload):
        first = upload(batch, sender.data)
        file = sender.send()
        assert (file.state, file.same_as) == (FileState.DUPLICATE, first)

    @pytest.mark.parametrize(
        ("name", "data", "reason"), [("a.docx", DOCX + b"\0" * 99, "office"), ("a.gif", b"GIF89a" * 99, "gif")]
    )
    def test_what_is_no_scan_is_refused_at_its_end_and_not_kept(self, name, data, reason, batch, house):
        file = Sender(batch, house.archivist, data, name).send()
        assert (file.state, file.reason) == (FileState.REFUSED, reason)
        assert not StoredFile.objects.alive().exists()

    def test_a_large_zip_is_unpacked(self, batch, house):
        Sender(
            batch, house.archivist, packed({"a.jpg": large("一"), "b.jpg": large("二")}, stored=True), "a.zip"
        ).send()
        split_all()
        assert [file.state for file in ReceivedFile.objects.order_by("position")] == ["unpacked", "split", "split"]


class TestLimits:
    def test_too_large_is_said_before_a_byte_is_sent(self, sender, settings):
        settings.INTAKE_MAX_FILE_BYTES = 1000
        with pytest.raises(Refusal) as refused:
            sender.begin()
        assert refused.value.code == "too_large"
        assert not UnfinishedUpload.objects.exists()

    def test_nobody_begins_without_end(self, batch, house, monkeypatch):
        monkeypatch.setattr("dms.intake.policy.MOST_UNFINISHED", 2)
        for number in range(2):
            Sender(batch, house.archivist, large(), f"{number}.jpg").begin()
        with pytest.raises(Refusal) as refused:
            Sender(batch, house.archivist, large(), "more.jpg").begin()
        assert refused.value.code == "too_many_unfinished"

    def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(self, sender, monkeypatch):
        upload = sender.begin()
        sender.piece(upload, 0)

        def no_room(*args, **values):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(receiving, "store", no_room)
            with pytest.raises(Refusal) as refused:
                sender.piece(upload, 1)
            assert refused.value.status == 507
            for number in range(upload.piece_count):
                PieceOfUpload.objects.filter(upload=upload, number=number).exists()
        assert [piece.number for piece in upload.pieces.all()] == [0]
        assert read(sender.send().stored) == sender.data

    def test_a_full_disk_at_the_end_leaves_the_pieces(self, sender, monkeypatch):
        upload = sender.begin()
        for number in range(upload.piece_count):
            sender.piece(upload, number)
        real, calls = receiving.store, []

        def full_half_way(file, *, purpose):
            file.read(PIECE + 10)
            calls.append(purpose)
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(receiving, "store", full_half_way)
            with pytest.raises(Refusal) as refused:
                sender.finish(upload)
        assert refused.value.status == 507
        assert upload.pieces.count() == upload.piece_count
        assert receiving.store is real
        assert read(sender.finish(upload).stored) == sender.data

    def test_what_lies_idle_for_a_day_is_swept_and_what_moves_is_not(self, sender, batch, house):
        idle = sender.begin()
        sender.piece(idle, 0)
        other = Sender(batch, house.archivist, large(), "other.jpg")
        moving = other.begin()
        with clock.at(clock.now() + timedelta(hours=20)):
            other.piece(moving, 0)
        with clock.at(clock.now() + timedelta(hours=25)):
            sweep()
        assert list(UnfinishedUpload.objects.all()) == [moving]
        assert StoredFile.objects.alive().count() == 1
        assert JournalEntry.objects.filter(action="upload.given_up").count() == 1


@pytest.mark.rule("D1")
class TestRights:
    def test_every_step_asks_for_the_right(self, sender, house, dossier, batch):
        sender.user = house.staff1
        upload = sender.begin()
        sender.piece(upload, 0)
        dossier.responsible = house.staff2
        dossier.save()
        upload = UnfinishedUpload.objects.select_related("batch__dossier__classification").get()
        for step in (sender.begin, lambda: sender.piece(upload, 1), lambda: sender.finish(upload)):
            with pytest.raises(NotAllowed):
                step()
        with pytest.raises(NotAllowed):
            give_up_upload(upload=upload, acting_user=house.staff1)
        assert upload.pieces.count() == 1

    def test_nobody_goes_on_with_somebody_elses(self, sender, house, batch):
        upload = sender.begin()
        other = Sender(batch, house.staff1, sender.data)
        assert other.begin() != upload
        with pytest.raises(NotFound):
            other.piece(upload, 0)
        with pytest.raises(NotFound):
            other.finish(upload)

    def test_into_a_filed_batch_nothing_goes(self, sender, batch, upload, house):
        begun = sender.begin()
        upload(batch, scan_pdf(["一"]))
        split_all()
        with pytest.raises(Refusal) as refused:
            file_batch(batch=batch, acting_user=house.archivist)
        assert refused.value.code == "uploading"
        with clock.at(clock.now() + timedelta(hours=1)):
            file_batch(batch=batch, acting_user=house.archivist)
        begun.batch.refresh_from_db()
        with pytest.raises(Refusal) as refused:
            sender.piece(begun, 0)
        assert refused.value.code == "batch_filed"
        assert not PieceOfUpload.objects.exists()

    def test_given_up_it_is_gone(self, sender, house):
        upload = sender.begin()
        sender.piece(upload, 0)
        give_up_upload(upload=upload, acting_user=house.archivist)
        assert not UnfinishedUpload.objects.exists()
        assert not StoredFile.objects.alive().exists()

    def test_neither_name_nor_mark_stands_in_clear(self, sender):
        upload = sender.begin()
        assert sender.name not in upload.mark
        assert not [entry for entry in JournalEntry.objects.all() if "大合同" in f"{entry.facts}{entry.thing_label}"]


STEPS = [
    (uploading, "record", 1, "before"),
    (uploading, "record", 1, "after"),
    (receiving, "store", 1, "after"),
    (uploading, "locked_batch", 3, "after"),
    (receiving, "store", 3, "before"),
    (receiving, "store", 5, "before"),
    (receiving, "store", 5, "after"),
    (receiving, "record", 1, "after"),
    (receiving, "_entered", 1, "after"),
    (uploading, "_end", 1, "before"),
    (uploading, "condemn", 1, "after"),
    (uploading, "_let_pieces_go", 1, "after"),
    (uploading, "_end", 1, "after"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("module", "name", "call", "when"), STEPS)
def test_a_web_process_killed_at_any_step_loses_nothing_acknowledged_and_receives_once(
    module, name, call, when, sender
):
    assert killed_at(module, name, call, when, sender.send)
    acknowledged = set(PieceOfUpload.objects.values_list("stored_id", flat=True))
    was_received = ReceivedFile.objects.exists()
    if not was_received or UnfinishedUpload.objects.exists():
        sender.send()
    file = ReceivedFile.objects.get()
    assert read(file.stored) == sender.data
    assert not UnfinishedUpload.objects.exists()
    assert all(StoredFile.objects.get(pk=pk).is_gone for pk in acknowledged)
    assert nothing_is_left_behind()


@pytest.mark.django_db(transaction=True)
def test_a_large_file_needs_no_memory(batch, house, settings):
    settings.INTAKE_PIECE_BYTES = 8 << 20
    count = 12
    head = jpeg_of(paper("大"))
    first = head + b"\0" * ((8 << 20) - len(head))
    rest = b"\0" * (8 << 20)
    hashes = [hashlib.sha256(first).hexdigest()] + [hashlib.sha256(rest).hexdigest()] * (count - 1)
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            upload = begin_upload(batch=batch, name="a.jpg", size=count << 23, mark="m", acting_user=house.archivist)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for number in range(count):
                body = io.BytesIO(first if number == 0 else rest)
                receive_piece(
                    upload=upload, number=number, digest=hashes[number], body=body, acting_user=house.archivist
                )
            finish_upload(upload=upload, digests=hashes, acting_user=house.archivist)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(writing, str(after - before).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    assert int(os.read(reading, 20)) < 64 * 1024  # KB
    assert ReceivedFile.objects.get().size == count << 23
