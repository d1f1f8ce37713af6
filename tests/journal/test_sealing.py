"""One sealer at a time, writers who never wait for it, latecomers sealed when they are seen."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from dms.core import clock
from dms.journal import canonical, sealing, verifying
from dms.journal.models import JournalEntry, JournalSeal
from dms.journal.services import record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path):
    settings.JOURNAL_ANCHOR_FILE = tmp_path / "anchors.txt"
    return settings.JOURNAL_ANCHOR_FILE


def in_threads(work: Callable[[], object], count: int) -> list[BaseException]:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_seals_are_numbered_from_one_without_gaps_each_bound_to_the_one_before() -> None:
    for _ in range(5):
        record("page.read", by=None)
    assert [sealing.seal_pending(2), sealing.seal_pending(2), sealing.seal_pending(2), sealing.seal_pending(2)] == [
        2, 2, 1, 0,
    ]  # fmt: skip
    seals = list(JournalSeal.objects.order_by("seq"))
    assert [seal.seq for seal in seals] == [1, 2, 3, 4, 5]
    assert [seal.previous for seal in seals] == [canonical.GENESIS, *(seal.hash for seal in seals[:-1])]


@pytest.mark.rule("C6")
def test_writers_and_sealers_at_once_lose_nothing_and_seal_nothing_twice() -> None:
    all_written = threading.Event()
    sealers_done: list[BaseException] = []

    def seal_meanwhile() -> None:
        while not all_written.wait(0.05):  # SQLite lets whoever asks without pause starve the others
            sealing.seal_pending(7)

    sealers = threading.Thread(target=lambda: sealers_done.extend(in_threads(seal_meanwhile, 2)))
    sealers.start()
    errors = in_threads(lambda: [record("page.read", by=None, facts={"n": n}) for n in range(15)], 4)
    all_written.set()
    sealers.join()
    sealing.seal_all()
    assert errors == []
    assert sealers_done == []
    assert JournalEntry.objects.count() == JournalSeal.objects.count() == 60
    assert verifying.verify().whole


def test_an_entry_committed_late_is_sealed_after_those_already_sealed() -> None:
    early, late = record("page.read", by=None), record("page.read", by=None)
    # As the sealer sees it where `early` is not committed yet.
    JournalSeal.objects.bulk_create(sealing._chain(sealing.raw_rows(JournalEntry.objects.filter(pk=late.pk)), None))
    assert sealing.seal_pending() == 1
    assert list(JournalSeal.objects.order_by("seq").values_list("entry_id", flat=True)) == [late.pk, early.pk]
    assert verifying.verify().whole


def test_latecomers_of_any_age_are_found_by_the_thorough_search(monkeypatch) -> None:
    monkeypatch.setattr(sealing, "LATE_WINDOW", 1)
    early, middle, late = (record("page.read", by=None) for _ in range(3))
    JournalSeal.objects.bulk_create(sealing._chain(sealing.raw_rows(JournalEntry.objects.filter(pk=late.pk)), None))
    assert sealing.seal_pending() == 0
    assert sealing.seal_all() == 2
    assert {early.pk, middle.pk} < set(JournalSeal.objects.values_list("entry_id", flat=True))


def test_a_second_sealer_does_nothing_while_the_first_works() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite's write transaction is the lock: the second one waits for it
    record("page.read", by=None)
    counts: list[int] = []
    with transaction.atomic():
        assert sealing.seal_pending() == 1
        errors = in_threads(lambda: counts.append(sealing.seal_pending()), 1)
    assert (errors, counts) == ([], [0])


def test_an_entry_cannot_be_sealed_twice() -> None:
    record("page.read", by=None)
    sealing.seal_pending()
    rows = sealing.raw_rows(JournalEntry.objects.all())
    with pytest.raises(IntegrityError), transaction.atomic():
        JournalSeal.objects.bulk_create(sealing._chain(rows, JournalSeal.objects.get()))


def test_entries_unsealed_for_longer_than_allowed_are_counted() -> None:
    with clock.at(clock.now() - timedelta(seconds=61)):
        record("page.read", by=None)
    record("page.read", by=None)
    assert (sealing.unsealed_older_than(60), sealing.unsealed_older_than(3600)) == (1, 0)
    sealing.seal_all()
    assert sealing.unsealed_older_than(0) == 0


def test_anchors_are_appended_one_line_a_day_and_never_rewritten(anchor_file) -> None:
    record("page.read", by=None)
    sealing.seal_all()
    first = sealing.anchor_head()
    record("page.read", by=None)
    sealing.seal_all()
    second = sealing.anchor_head()
    assert anchor_file.read_text() == first.line() + second.line()
    assert [sealing.Anchor.parse(line) for line in anchor_file.read_text().splitlines()] == [first, second]
    assert (second.seq, second.count, second.hash) == (2, 2, JournalSeal.objects.get(seq=2).hash)
