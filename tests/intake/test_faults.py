"""Kill -9 at every step: nothing is lost, nothing comes twice, nothing is left behind; and big files need no memory."""

import io
import os
import resource
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from dms.core import clock
from dms.holdings.models import Capture, Item, Page
from dms.intake.models import FileState, PageSource, ReceivedFile, TextLayer
from dms.intake.services import (
    batches,
    finish_withdrawals,
    receive_file,
    receiving,
    sealed_scans,
    splitting,
    sweep,
    withdrawing,
)
from dms.intake.services.batches import file_batch
from dms.intake.services.withdrawing import withdraw_file
from dms.vault.models import StoredFile
from dms.vault.services import read
from tests.factories import jpeg_of, paper

from .conftest import pages_of, split_all
from .foreign import BORN_DIGITAL, scan_pdf, text_pdf

pytestmark = pytest.mark.django_db(transaction=True)


def killed_at(module, name: str, call: int, when: str, work: Callable[[], object]) -> bool:
    """Do `work` in a process of its own that is killed before or after the `call`-th call of module.name.

    Return whether it was killed (not so where that call never came).
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            splitting._benches.clear()
            real, calls = getattr(module, name, None), []

            def deadly(*args, **values):
                calls.append(1)
                if when == "before" and len(calls) == call:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = real(*args, **values)
                if when == "after" and len(calls) == call:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            setattr(module, name, deadly)
            work()
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def later() -> object:
    """The leases of the dead have ended."""
    return clock.at(clock.now() + timedelta(hours=1))


def nothing_is_left_behind() -> bool:
    """After the nightly sweep every readable stored file is referred to by a row."""
    with clock.at(clock.now() + timedelta(days=2)):
        sweep()
    used = set(ReceivedFile.objects.exclude(stored=None).values_list("stored", flat=True))
    for capture in Capture.objects.all():
        used |= {capture.master_id, capture.derivative_id, capture.thumbnail_id}
    used |= set(TextLayer.objects.values_list("stored", flat=True))
    return set(StoredFile.objects.alive().values_list("pk", flat=True)) <= used


SPLIT_STEPS = [
    ("lease", 1, "after"),
    ("open_plain", 1, "after"),
    ("_opened", 1, "after"),
    ("store", 1, "before"),
    ("store", 2, "after"),
    ("store", 3, "after"),
    ("create_item", 1, "after"),
    ("add_page", 1, "before"),
    ("add_page", 1, "after"),
    ("_take_in", 1, "after"),
    ("store", 5, "after"),
    ("add_page", 2, "after"),
    ("_take_in", 3, "after"),
    ("_worked_on", 1, "after"),
]


@pytest.mark.parametrize(("name", "call", "when"), SPLIT_STEPS)
def test_a_worker_killed_while_splitting_loses_and_doubles_nothing(name, call, when, batch, upload):
    file = upload(batch, scan_pdf(["一", "二", "三"]))
    module = sealed_scans if name == "store" else splitting
    assert killed_at(module, name, call, when, lambda: splitting.split_next("dead"))
    with later():
        split_all()
    file.refresh_from_db()
    pages = pages_of(file)
    assert file.state == FileState.SPLIT
    assert [read(page.captures.get().master) for page in pages] == [jpeg_of(paper(word)) for word in "一二三"]
    assert [page.position for page in pages] == [1, 2, 3]
    assert Page.objects.count() == PageSource.objects.count() == 3
    assert Item.objects.count() == 1
    assert nothing_is_left_behind()


@pytest.mark.parametrize(
    ("name", "call", "when"),
    [("sniff", 1, "after"), ("store", 1, "before"), ("store", 1, "after"), ("locked_batch", 1, "after"),
     ("record", 1, "after"), ("_entered", 1, "after")],
)  # fmt: skip
def test_a_web_process_killed_while_receiving_receives_once_when_the_browser_sends_again(
    name, call, when, batch, upload
):
    def send():
        return upload(batch, text_pdf([BORN_DIGITAL]), token="t1")

    assert killed_at(receiving, name, call, when, send)
    file = send()
    with later():
        split_all()
    assert ReceivedFile.objects.get() == file
    assert len(pages_of(file)) == 1
    assert nothing_is_left_behind()


@pytest.mark.parametrize(("module", "name"), [(withdrawing, "withdraw_item"), (withdrawing, "_finish")])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_withdrawal_killed_in_between_is_finished(module, name, when, batch, upload, house):
    file = upload(batch, scan_pdf(["一"]))
    split_all()
    master = pages_of(file)[0].captures.get().master
    assert killed_at(module, name, 1, when, lambda: withdraw_file(received_file=file, acting_user=house.archivist))
    finish_withdrawals()
    file.refresh_from_db()
    master.refresh_from_db()
    assert (file.state, file.item) == (FileState.WITHDRAWN, None)
    assert Item.objects.get().state == "withdrawn"
    assert master.destroyed_at is not None


@pytest.mark.parametrize(("name", "call"), [("file_item", 1), ("file_item", 2), ("_give_up_uploads_of", 1)])
def test_filing_killed_in_between_is_done_again(name, call, batch, upload, house):
    for word in "一二":
        upload(batch, scan_pdf([word]))
    split_all()
    assert killed_at(batches, name, call, "after", lambda: file_batch(batch=batch, acting_user=house.archivist))
    batch.refresh_from_db()
    assert batch.state == "open"
    file_batch(batch=batch, acting_user=house.archivist)
    batch.refresh_from_db()
    assert batch.state == "closed"
    assert {item.state for item in Item.objects.all()} == {"filed"}
    assert all(file.stored.is_gone for file in ReceivedFile.objects.all())
    assert all(read(capture.master) for capture in Capture.objects.all())


def test_a_killed_worker_takes_its_bench_along(batch, upload):
    upload(batch, scan_pdf(["一"]))
    reading, writing = os.pipe()

    def work():
        bench = splitting._bench()
        real = bench.page

        def page(index):
            os.write(writing, str(bench.pid).encode())
            os.kill(os.getpid(), signal.SIGKILL)
            return real(index)

        bench.page = page
        splitting.split_next("dead")

    assert killed_at(splitting, "release", 1, "after", work)
    pid = int(os.read(reading, 20))
    for _ in range(2000):
        if not os.path.exists(f"/proc/{pid}") or _is_dead(pid):
            break
        os.sched_yield()
    assert not os.path.exists(f"/proc/{pid}") or _is_dead(pid)


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_big_upload_needs_no_memory(batch, house, tmp_path):
    path = tmp_path / "big.jpg"
    with path.open("wb") as file:
        file.write(jpeg_of(paper("大")))
        file.truncate(256 << 20)
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            with path.open("rb") as stream:
                receive_file(batch=batch, file=stream, name="big.jpg", acting_user=house.archivist)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(writing, str(after - before).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    grown = int(os.read(reading, 20))  # KB
    assert grown < 64 * 1024
    assert ReceivedFile.objects.get().size == 256 << 20


def test_two_workers_share_the_files_and_make_each_page_once(batch, upload):
    for word in "一二三四":
        upload(batch, scan_pdf([word, word * 2]))
    connections.close_all()
    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            try:
                splitting._benches.clear()
                while splitting.split_next(f"worker {number}"):
                    pass
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert set(ReceivedFile.objects.values_list("state", flat=True)) == {"split"}
    assert Page.objects.count() == 8
    for item in Item.objects.all():
        assert list(item.pages.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_a_file_that_cannot_be_read_to_its_end_is_no_file(batch, upload, monkeypatch):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 5000:
                raise OSError("connection lost")
            return super().read(1000)

    real = receiving.store
    monkeypatch.setattr(receiving, "store", lambda file, purpose: real(Broken(file.read()), purpose=purpose))
    with pytest.raises(OSError, match="connection lost"):
        upload(batch, scan_pdf(["一"]))
    assert not ReceivedFile.objects.exists()
    assert not StoredFile.objects.alive().exists()
