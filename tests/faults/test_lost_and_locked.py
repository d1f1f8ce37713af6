"""What breaks without anybody's doing: a locked database, damaged and lost files, clocks that jump. Each is named, and
what can be mended is as if nothing had been."""

import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from dms.core import clock
from dms.core.leases import lease
from dms.core.models import Worker
from dms.core.workers import Heart
from dms.holdings.models import Page
from dms.intake.models import ReceivedFile, ScanBatch
from dms.intake.services import receive_file, split_next
from dms.vault import placement
from dms.vault.fixity import check_fixity
from dms.vault.models import StoredFile
from dms.vault.services import reconcile_replicas
from ocr import tasks
from ocr.errors import EngineCrashed, EngineOutOfMemory, EngineTimedOut, ImageUnreadable
from ocr.selectors import next_waiting
from tests.factories import jpeg_of, paper

from . import deeds
from .deeds import DEEDS, ONE_PDF, put_in_order, run_worker
from .findings import inspect
from .houses import House
from .test_kills import differences, ended_well, put_right

pytestmark = pytest.mark.django_db(transaction=True)


def do(house: House, deed) -> object:
    """Do a deed that must not fail; return what it returned."""
    ended = house.do(deed)
    assert not ended.trace, ended.trace
    return ended.result


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Hold the write lock of the house's database, as a program that hangs would."""
    with closing(sqlite3.connect(house.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


def impatient(deed):
    """Return the deed with next to no patience for locks."""

    def act():
        connections["default"].settings_dict["OPTIONS"]["timeout"] = 0.05
        return deed()

    return act


@pytest.mark.skipif(
    connections["default"].vendor != "sqlite", reason="on PostgreSQL writers wait for rows, not for the database"
)
@pytest.mark.parametrize("name", ["receive", "work", "withdraw", "file", "correct"])
def test_a_locked_database_stops_nothing_for_good(stage, a_copy, name):
    house, deed = a_copy(stage(name)), DEEDS[name]
    expected = ended_well(a_copy(stage(name)), deed)
    with locked(house):
        ended = house.do(impatient(deed.act))
    if name == "work":
        assert ended.result["gave_up"] and "intake.split" in ended.result["failing"]
    else:
        assert "database is locked" in ended.trace
    assert differences(expected, put_right(house, deed)) == {}


@pytest.mark.parametrize("error", [EngineTimedOut(1), EngineOutOfMemory(1), EngineCrashed("exit -9")], ids=str)
def test_a_page_on_which_the_engine_hangs_eats_or_dies_stops_no_other(stage, a_copy, error):
    house = a_copy(stage("work"))

    def work_with_a_bad_page():
        real = deeds.Reader.read

        def read(self, data, order):
            page = real(self, data, order)
            if page.text == ONE_PDF[1]:
                raise error
            return page

        deeds.Reader.read = read
        return run_worker()

    assert do(house, work_with_a_bad_page) == {"failing": {}, "gave_up": False}
    pages = {(row[2], row[4], row[7]) for row in do(house, inspect)["pages"] if row[0] == "合同"}
    assert pages == {
        ("recognised", "", ONE_PDF[0]),
        ("failed", error.words, ""),
        ("recognised", "", ONE_PDF[2]),
    }


def a_damaged(purpose: str, number: int = 0) -> str:
    """Change a byte in the middle of a stored file of this purpose; return its id."""
    stored = list(StoredFile.objects.alive().filter(purpose=purpose).order_by("created_at"))[number]
    path = Path(settings.STORAGES["vault"]["OPTIONS"]["location"]) / placement.name_of(stored.pk)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return str(stored.pk)


def named_faults() -> list[list[str]]:
    """Return (file, fault) of everything the check of all files finds."""
    return [[str(fault.file_id), fault.fault.value] for fault in check_fixity("all", deep=True).faults]


@pytest.mark.rule("D2")
@pytest.mark.parametrize("purpose", ["page master", "page image", "page thumbnail", "alto", "upload"])
def test_a_damaged_file_of_every_sort_is_named_and_harms_no_other(stage, a_copy, purpose):
    house = a_copy(stage("correct"))
    damaged = do(house, lambda: a_damaged(purpose))
    assert do(house, named_faults) == [[damaged, "changed_ciphertext"]]
    do(house, put_in_order)
    states = do(house, lambda: sorted(Page.objects.values_list("state", flat=True)))
    assert states == ["blank", *["recognised"] * 4]


def test_a_page_whose_image_was_damaged_before_it_was_read_says_so_and_the_others_are_read(stage, a_copy):
    house = a_copy(stage("work"))

    def split_then_damage_then_read():
        while split_next("w"):
            pass
        a_damaged("page master", 1)
        return run_worker()

    assert do(house, split_then_damage_then_read) == {"failing": {}, "gave_up": False}
    states = do(house, lambda: sorted(Page.objects.values_list("state", "failure")))
    read = [["recognised", ""]] * 3
    assert states == [["blank", ""], ["failed", ImageUnreadable.words], *read]


def test_an_upload_damaged_before_it_was_split_is_refused_in_words_and_the_others_are_taken_in(stage, a_copy):
    house = a_copy(stage("work"))
    do(house, lambda: a_damaged("upload", 0))
    do(house, run_worker)
    rows = do(house, lambda: list(ReceivedFile.objects.order_by("position").values_list("state", "reason")))
    assert rows == [["refused", "not_readable_again"], ["split", ""], ["split", ""]]


@pytest.mark.rule("D3")
def test_without_its_key_replica_the_house_takes_nothing_in_says_so_and_goes_on_when_it_is_back(stage, a_copy):
    house, deed = a_copy(stage("work")), DEEDS["work"]
    expected = ended_well(a_copy(stage("work")), deed)
    assert do(house, named_faults) == []  # the replica is registered under the place of this copy
    away = house.folder / "unmounted"
    (house.folder / "keys-replica").rename(away)
    ended = do(house, run_worker)
    assert ended["gave_up"] and "intake.split" in ended["failing"]
    assert "KeyStoreUnreachable" in house.do(receive_another).trace
    assert do(house, named_faults) == [["None", "replica_unreachable"]]
    away.rename(house.folder / "keys-replica")
    do(house, reconcile)
    assert differences(expected, put_right(house, deed)) == {}


def receive_another() -> None:
    batch = ScanBatch.objects.get()
    receive_file(batch=batch, file=io.BytesIO(jpeg_of(paper("新"))), name="新.jpg", acting_user=deeds.archivist())


def reconcile() -> bool:
    return reconcile_replicas().in_line


def test_a_lost_index_is_made_anew_from_the_records(stage, a_copy):
    house = a_copy(stage("correct"))
    expected = ended_well(a_copy(stage("correct")), DEEDS["seal the journal"])
    shutil.rmtree(house.folder / "search")
    assert differences(expected, put_right(house, DEEDS["seal the journal"])) == {}


def test_a_worker_whose_row_was_taken_away_is_seen_again_at_its_next_beat():
    with Heart("w:1") as heart:
        Worker.objects.all().delete()
        heart._beat()
        assert Worker.objects.get().name == "w:1"
    assert not Worker.objects.exists()


@pytest.mark.rule("B1")
@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=6), timedelta(hours=-6)])
def test_a_worker_that_died_under_a_wrong_clock_keeps_no_page_for_long(stage, a_copy, jump):
    house, deed = a_copy(stage("work")), DEEDS["work"]
    expected = ended_well(a_copy(stage("work")), deed)

    def lease_everything():
        while split_next("w"):
            pass
        with clock.at(clock.now() + jump):
            drawn = lease(Page.objects.filter(state="waiting"), worker="doomed", seconds=180, limit=99)
        return [len(drawn), len(next_waiting(99))]

    drawn, free = do(house, lease_everything)
    # A lease given six hours ago is over; one that ends beyond every lease that is given is none.
    assert (drawn, free) == (5, 5)
    assert differences(expected, put_right(house, deed)) == {}


@pytest.mark.rule("B1")
def test_a_clock_that_jumps_ahead_while_a_page_is_read_gives_it_to_another_and_the_first_writes_nothing(stage, a_copy):
    house, deed = a_copy(stage("work")), DEEDS["work"]
    expected = ended_well(a_copy(stage("work")), deed)

    def overtaken():
        while split_next("w"):
            pass
        real, taken = deeds.Reader.read, []

        def read(self, data, order):
            if not taken:
                taken.append(1)
                with clock.at(clock.now() + timedelta(hours=1)):
                    tasks.recognise_next("the other")
            return real(self, data, order)

        deeds.Reader.read = read
        return run_worker()

    do(house, overtaken)
    assert differences(expected, put_right(house, deed)) == {}
