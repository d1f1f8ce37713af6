"""Scans that found no dossier wait sealed, with why, until an archivist places or discards them."""

from datetime import timedelta

import pytest

from dms.core import clock
from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Item
from dms.intake import watching
from dms.intake.models import ReceivedFile, UnplacedFile, UnplacedState
from dms.intake.services import discard_unplaced, place_unplaced, receiving, sweep, unplaced, watched
from dms.intake.watching import Watcher
from dms.journal.models import JournalEntry
from dms.vault.models import StoredFile
from dms.vault.services import read
from tests.factories import a_dossier
from tests.factories.holdings import security_classes

from .conftest import looked, put, split_all
from .foreign import DOCX
from .test_faults import killed_at, nothing_is_left_behind

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A6")
class TestUnplaced:
    @pytest.mark.parametrize(
        ("where", "data", "reason"),
        [("a.pdf", None, "no_number"), ("absent/a.pdf", None, "no_dossier"), ("{number}/a.docx", DOCX, "office")],
    )
    def test_what_cannot_be_placed_is_sealed_with_why(self, where, data, reason, watcher, folder, dossier, house):
        scan = put(folder / where.format(number=dossier.number), data)
        content = scan.read_bytes()
        assert looked(watcher).unplaced == 1
        row = UnplacedFile.objects.get()
        assert (row.reason, row.fonds, row.found_by) == (reason, house.fonds, house.archivist)
        assert read(row.stored) == content
        assert all(row.problem)
        assert not scan.exists()
        assert JournalEntry.objects.filter(action="scan.unplaced").count() == 1

    @pytest.mark.rule("D1")
    def test_a_hidden_dossier_and_none_give_one_answer(self, watcher, folder, house):
        secret = a_dossier(house.archivist, house.service, rank=1)
        type(secret).objects.filter(pk=secret.pk).update(classification=security_classes()[2])
        for number in (secret.number, "absent"):
            put(folder / number / "a.pdf")
        looked(watcher)
        assert set(UnplacedFile.objects.values_list("reason", flat=True)) == {"no_dossier"}

    def test_a_file_too_large_is_noted_and_left_where_it_is(self, watcher, folder, dossier, settings):
        settings.INTAKE_MAX_FILE_BYTES = 100
        scan = put(folder / dossier.number / "a.pdf")
        looked(watcher)
        assert (UnplacedFile.objects.get().stored, scan.exists()) == (None, True)
        assert watcher.look().left == 1

    def test_placed_it_is_received_without_being_sealed_again(self, watcher, folder, dossier, house):
        content = put(folder / "absent" / "房产证.pdf").read_bytes()
        looked(watcher)
        row = UnplacedFile.objects.get()
        key = row.stored_id
        section = dossier.kind.sections.last()
        file = place_unplaced(unplaced=row, dossier=dossier, section=section, acting_user=house.archivist)
        row.refresh_from_db()
        assert (row.state, row.received_file, row.stored) == (UnplacedState.PLACED, file, None)
        assert (file.stored_id, file.batch.section, file.name) == (key, section, "房产证.pdf")
        assert read(file.stored) == content
        split_all()
        assert Item.objects.get().title == "房产证"

    def test_placing_twice_and_what_makes_no_page_are_refused_and_change_nothing(self, watcher, folder, dossier, house):
        put(folder / "a.pdf")
        put(folder / "b.docx", DOCX)
        looked(watcher)
        good, bad = UnplacedFile.objects.order_by("name")
        place = lambda row: place_unplaced(unplaced=row, dossier=dossier, section=None, acting_user=house.archivist)  # noqa: E731
        place(UnplacedFile.objects.get(pk=good.pk))
        for row, code in ((good, "decided"), (bad, "office")):
            with pytest.raises(Refusal) as refused:
                place(row)
            assert refused.value.code == code
        assert ReceivedFile.objects.count() == 1
        bad.refresh_from_db()
        assert bad.state == UnplacedState.WAITING
        assert read(bad.stored) == DOCX

    def test_discarding_needs_a_reason_and_destroys_the_content(self, watcher, folder, house):
        put(folder / "a.pdf")
        looked(watcher)
        row = UnplacedFile.objects.get()
        with pytest.raises(Refusal) as refused:
            discard_unplaced(unplaced=row, reason="  ", acting_user=house.archivist)
        assert refused.value.code == "no_reason"
        assert read(row.stored)
        stored = row.stored
        discard_unplaced(unplaced=row, reason="不是档案", acting_user=house.archivist)
        stored.refresh_from_db()
        assert stored.is_gone
        row.refresh_from_db()
        assert (row.state, row.discarded_because) == (UnplacedState.DISCARDED, "不是档案")

    def test_only_archivists_decide(self, watcher, folder, dossier, house):
        put(folder / "a.pdf")
        looked(watcher)
        row = UnplacedFile.objects.get()
        for name, user in house.people.items():
            if name == "archivist":
                continue
            with pytest.raises(NotAllowed):
                place_unplaced(unplaced=row, dossier=dossier, section=None, acting_user=user)
            with pytest.raises(NotAllowed):
                discard_unplaced(unplaced=row, reason="x", acting_user=user)
        row.refresh_from_db()
        assert row.state == UnplacedState.WAITING


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("module", "name", "when"),
    [
        (receiving, "store", "after"),
        (unplaced, "record", "before"),
        (watched, "keep_unplaced", "after"),
        (watching.os, "unlink", "before"),
    ],
)
def test_unplaced_scans_likewise(module, name, when, watcher, folder, house):
    content = put(folder / "absent" / "1.pdf").read_bytes()
    watcher.look()
    assert killed_at(module, name, 1, when, watcher.look)
    looked(Watcher(folder, house.archivist, keep=False, say=print))
    row = UnplacedFile.objects.get()
    assert read(row.stored) == content
    assert not (folder / "absent" / "1.pdf").exists()
    with clock.at(clock.now() + timedelta(days=2)):
        sweep()
    assert set(StoredFile.objects.alive()) == {row.stored}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "when"), [("open_plain", "after"), ("receive_stored", "after"), ("record", "after")])
def test_placing_killed_in_between_is_done_again(name, when, watcher, folder, dossier, house):
    content = put(folder / "absent" / "1.pdf").read_bytes()
    looked(watcher)
    row = UnplacedFile.objects.get()
    work = lambda: place_unplaced(unplaced=row, dossier=dossier, section=None, acting_user=house.archivist)  # noqa: E731
    assert killed_at(unplaced, name, 1, when, work)
    row.refresh_from_db()
    assert row.state == UnplacedState.WAITING
    place_unplaced(unplaced=row, dossier=dossier, section=None, acting_user=house.archivist)
    assert read(ReceivedFile.objects.get().stored) == content
    assert nothing_is_left_behind()
