"""The scanners' folder: complete files find their dossier and leave; what finds none waits sealed; nothing comes twice."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dms.core import clock
from dms.core.errors import Refusal
from dms.intake import watching
from dms.intake.models import FileState, ReceivedFile, ScanBatch, UnplacedFile, UnplacedState
from dms.intake.services import (
    batches,
    daily,
    file_batch,
    receiving,
    watched,
)
from dms.intake.watching import Watcher
from dms.vault.services import read
from tests.factories import a_dossier, jpeg_of, paper

from .conftest import looked, put, split_all
from .foreign import packed, scan_pdf
from .test_faults import killed_at, nothing_is_left_behind

pytestmark = pytest.mark.django_db


class TestTaking:
    @pytest.mark.rule("B1")
    def test_a_scan_in_the_folder_of_a_dossier_is_taken_in_and_leaves(self, watcher, folder, dossier, house):
        scan = put(folder / dossier.number / "扫描0001.pdf")
        content = scan.read_bytes()
        look = looked(watcher)
        assert (look.taken, look.unplaced) == (1, 0)
        file = ReceivedFile.objects.get()
        assert (file.name, file.batch.dossier, file.received_by) == ("扫描0001.pdf", dossier, house.archivist)
        assert read(file.stored) == content
        assert not scan.exists()
        assert (folder / dossier.number).is_dir()

    def test_a_section_by_its_code_and_deeper_folders_in_the_name(self, watcher, folder, dossier):
        put(folder / dossier.number / "payments" / "2023" / "收据.pdf")
        put(folder / dossier.number / "杂项" / "信.pdf")
        looked(watcher)
        told = {file.name: file.batch.section and file.batch.section.code for file in ReceivedFile.objects.all()}
        assert told == {"2023/收据.pdf": "payments", "杂项/信.pdf": None}

    def test_one_batch_for_each_dossier_and_day(self, watcher, folder, dossier, house):
        other = a_dossier(house.archivist, house.service)
        for name in ("2.pdf", "10.pdf"):
            put(folder / dossier.number / name)
        put(folder / other.number / "1.pdf")
        looked(watcher)
        assert [batch.dossier for batch in ScanBatch.objects.order_by("pk")] == [dossier, other]
        assert list(
            ReceivedFile.objects.filter(batch__dossier=dossier).order_by("position").values_list("name", flat=True)
        ) == ["2.pdf", "10.pdf"]
        put(folder / dossier.number / "3.pdf")
        looked(watcher)
        assert ScanBatch.objects.count() == 2
        with clock.at(clock.now() + timedelta(days=1)):
            put(folder / dossier.number / "4.pdf")
            looked(watcher)
        assert ScanBatch.objects.filter(dossier=dossier).count() == 2

    def test_after_filing_a_new_batch_is_opened_the_same_day(self, watcher, folder, dossier, house):
        put(folder / dossier.number / "1.pdf")
        looked(watcher)
        split_all()
        file_batch(batch=ScanBatch.objects.get(), acting_user=house.archivist)
        put(folder / dossier.number / "2.pdf")
        looked(watcher)
        assert list(ScanBatch.objects.order_by("pk").values_list("state", flat=True)) == ["closed", "open"]

    def test_kept_files_move_into_a_folder_of_the_day(self, folder, dossier, house, said):
        watcher = Watcher(folder, house.archivist, keep=True, say=said.append)
        for _ in range(2):
            put(folder / dossier.number / "1.pdf", scan_pdf(["一"]))
            looked(watcher)
        done = folder / "_done" / clock.today().isoformat() / dossier.number
        assert sorted(path.name for path in done.iterdir()) == ["1 (2).pdf", "1.pdf"]
        assert [file.state for file in ReceivedFile.objects.order_by("pk")] == ["received", "duplicate"]
        looked(watcher)
        assert ReceivedFile.objects.count() == 2

    def test_a_zip_is_unpacked(self, watcher, folder, dossier):
        put(folder / dossier.number / "a.zip", packed({"一.jpg": jpeg_of(paper("一"))}))
        looked(watcher)
        split_all()
        assert list(ReceivedFile.objects.order_by("position").values_list("state", flat=True)) == ["unpacked", "split"]

    def test_what_is_still_being_written_waits(self, watcher, folder, dossier):
        scan = folder / dossier.number / "1.pdf"
        whole = scan_pdf(["一"])
        scan.write_bytes(whole[:1000])
        watcher.look()
        scan.write_bytes(whole[:2000])
        assert watcher.look().waiting == 1
        assert watcher.look().waiting == 1  # unchanged, but it breaks off and is young: the rest may still come
        assert not UnplacedFile.objects.exists()
        scan.write_bytes(whole)
        assert looked(watcher).taken == 1

    def test_what_breaks_off_and_stays_so_is_unplaced_after_a_while(self, watcher, folder, dossier):
        scan = put(folder / dossier.number / "1.pdf", scan_pdf(["一"])[:1000])
        os.utime(scan, (scan.stat().st_mtime - 1000,) * 2)
        looked(watcher)
        assert UnplacedFile.objects.get().reason == "truncated"

    @pytest.mark.parametrize("name", [".1.pdf", "1.pdf.part", "1.tmp", "Thumbs.db", "~$1.pdf", "_done/1.pdf"])
    def test_names_of_half_written_files_and_litter_are_passed_over(self, name, watcher, folder, dossier):
        path = put(folder / name if "/" in name else folder / dossier.number / name)
        looked(watcher)
        assert path.exists()
        assert not ReceivedFile.objects.exists()
        assert not UnplacedFile.objects.exists()


class TestStrangeFolders:
    def test_names_that_are_not_utf8_are_read_as_gbk(self, watcher, folder, dossier):
        raw = os.fsencode(folder / dossier.number) + b"/" + "合同".encode("gbk") + b".pdf"
        with open(raw, "wb") as file:
            file.write(scan_pdf(["一"]))
        looked(watcher)
        assert ReceivedFile.objects.get().name == "合同.pdf"
        assert not os.path.exists(raw)

    def test_links_are_not_followed_and_other_things_left_alone(self, watcher, folder, dossier, tmp_path):
        secret = put(tmp_path / "elsewhere" / "secret.pdf")
        (folder / dossier.number / "link.pdf").symlink_to(secret)
        (folder / "linked").symlink_to(tmp_path / "elsewhere")
        os.mkfifo(folder / dossier.number / "pipe.pdf")
        with socket.socket(socket.AF_UNIX) as listener:
            here = Path.cwd()
            os.chdir(folder / dossier.number)
            listener.bind("s.pdf")
            os.chdir(here)
            looked(watcher)
        assert not ReceivedFile.objects.exists()
        assert not UnplacedFile.objects.exists()
        assert secret.exists()

    def test_a_folder_that_becomes_a_link_between_two_steps_opens_nothing(
        self, watcher, folder, dossier, tmp_path, monkeypatch
    ):
        put(tmp_path / "elsewhere" / "1.pdf")
        put(folder / dossier.number / "1.pdf")
        real = Watcher._take

        def take(self, root, place, state, user, look):
            (folder / dossier.number).rename(folder / "away")
            (folder / dossier.number).symlink_to(tmp_path / "elsewhere")
            real(self, root, place, state, user, look)

        watcher.look()
        monkeypatch.setattr(Watcher, "_take", take)
        watcher.look()
        assert not ReceivedFile.objects.exists()
        assert (tmp_path / "elsewhere" / "1.pdf").exists()

    def test_deep_folders_are_walked_and_the_deepest_left(self, watcher, folder, dossier):
        put(folder.joinpath(dossier.number, *["d"] * 20, "a.pdf"))
        put(folder.joinpath(dossier.number, *["d"] * 40, "b.pdf"))
        looked(watcher)
        assert ReceivedFile.objects.get().name.endswith("d/a.pdf")

    def test_a_file_that_vanishes_in_between_is_nothing(self, watcher, folder, dossier, monkeypatch):
        scan = put(folder / dossier.number / "1.pdf")
        watcher.look()
        real = Watcher._take
        monkeypatch.setattr(Watcher, "_take", lambda self, *rest: (scan.unlink(), real(self, *rest)))
        assert watcher.look().taken == 0
        assert not UnplacedFile.objects.exists()

    def test_a_file_replaced_while_it_was_taken_stays_and_is_taken_too(self, watcher, folder, dossier, monkeypatch):
        scan = put(folder / dossier.number / "1.pdf", scan_pdf(["一"]))
        watcher.look()
        real = watching.services.take_scan

        def take(**values):
            outcome = real(**values)
            fresh = put(folder / "fresh", scan_pdf(["二"]))
            fresh.rename(scan)
            return outcome

        with monkeypatch.context() as patched:
            patched.setattr(watching.services, "take_scan", take)
            watcher.look()
        assert scan.exists()
        looked(watcher)
        assert ReceivedFile.objects.count() == 2
        assert not scan.exists()

    def test_an_unreadable_file_is_noted_once_left_and_taken_when_it_can_be_read(
        self, watcher, folder, dossier, monkeypatch, said
    ):
        """As root every file can be read: the refusal of the system is put in its place."""
        scan = put(folder / dossier.number / "1.pdf")
        real = os.open

        def refuse(path, flags, *rest, **values):
            if path == "1.pdf":
                raise PermissionError(13, "Permission denied")
            return real(path, flags, *rest, **values)

        with monkeypatch.context() as patched:
            patched.setattr(watching.os, "open", refuse)
            looked(watcher)
            watcher.look()
            assert looked(Watcher(folder, watcher_user(watcher), keep=False, say=said.append)).left == 1
        noted = UnplacedFile.objects.get()
        assert (noted.reason, noted.stored, scan.exists()) == ("unreadable", None, True)
        assert looked(Watcher(folder, watcher_user(watcher), keep=False, say=said.append)).taken == 1
        noted.refresh_from_db()
        assert noted.state == UnplacedState.DISCARDED
        assert "1.pdf" not in "".join(said)

    def test_a_file_that_cannot_be_removed_is_not_taken_again(self, watcher, folder, dossier, monkeypatch, said):
        scan = put(folder / dossier.number / "1.pdf")

        def read_only(*args, **values):
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as patched:
            patched.setattr(watching.os, "unlink", read_only)
            looked(watcher)
            assert watcher.look().left == 1
        assert scan.exists()
        looked(Watcher(folder, watcher_user(watcher), keep=False, say=said.append))
        assert not scan.exists()
        assert ReceivedFile.objects.count() == 1


def watcher_user(watcher: Watcher):
    from dms.organisation.models import User

    return User.objects.get(pk=watcher._user_id)


STEPS = [
    (watched, "fingerprint", "after"),
    (daily, "open_batch", "after"),
    (watched, "batch_of_the_day", "after"),
    (receiving, "store", "after"),
    (receiving, "_entered", "before"),
    (batches, "record", "after"),
    (receiving, "record", "after"),
    (watched, "receive_file", "after"),
    (watching.os, "unlink", "before"),
    (watching.os, "unlink", "after"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("module", "name", "when"), STEPS)
def test_a_watcher_killed_at_any_step_loses_nothing_and_takes_nothing_twice(
    module, name, when, watcher, folder, dossier, house
):
    content = put(folder / dossier.number / "1.pdf").read_bytes()
    watcher.look()
    assert killed_at(module, name, 1, when, watcher.look)
    looked(Watcher(folder, house.archivist, keep=False, say=print))
    file = ReceivedFile.objects.get()
    assert (file.state, read(file.stored)) == (FileState.RECEIVED, content)
    assert not (folder / dossier.number / "1.pdf").exists()
    assert ScanBatch.objects.count() <= 2
    assert nothing_is_left_behind()


class TestCommand:
    def test_once_takes_what_lies_there(self, folder, dossier, house, capsys):
        put(folder / dossier.number / "1.pdf")
        put(folder / "absent" / "2.pdf")
        call_command("watch", str(folder), "--as", house.archivist.username, "--once", "--interval", "0", "--json")
        assert '{"taken": 1, "unplaced": 1, "waiting": 0, "left": 0}' in capsys.readouterr().out

    def test_says_what_is_missing_or_wrong(self, folder, house, tmp_path):
        for words in (
            [],
            [str(folder)],
            [str(folder), "--as", "nobody", "--once"],
            [str(folder), "--as", house.staff1.username, "--once"],
            [str(tmp_path / "absent"), "--as", house.archivist.username, "--once"],
        ):
            with pytest.raises(CommandError):
                call_command("watch", *words)

    def test_two_do_not_watch_one_folder(self, watcher, folder, house):
        with watcher.alone(), pytest.raises(CommandError):
            call_command("watch", str(folder), "--as", house.archivist.username, "--once")

    def test_stops_when_the_person_is_no_archivist_any_more(self, watcher, folder, dossier, house):
        scan = put(folder / dossier.number / "1.pdf")
        watcher.look()
        house.archivist.holdings.update(until_day=clock.today() - timedelta(days=1))
        with pytest.raises(Refusal):
            watcher.look()
        assert scan.exists()

    def test_a_full_disk_stops_the_look_and_leaves_the_file(self, watcher, folder, dossier, monkeypatch):
        scan = put(folder / dossier.number / "1.pdf")
        watcher.look()

        def no_room(*args, **values):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(receiving, "store", no_room)
            with pytest.raises(Refusal) as refused:
                watcher.look()
        assert refused.value.status == 507
        assert scan.exists()
        assert watcher.look().taken == 1
