"""Every way a stored file can be wrong is found and called by its name, on the file concerned and no other."""

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyrage
import pytest
from django.core.management import CommandError, call_command
from pyrage import x25519

from dms.core import clock
from dms.vault import master_key, placement, services
from dms.vault.fixity import FileFault, check_fixity
from dms.vault.models import Fault, StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D2")]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def files(places):
    """Return three stored files; tests harm the second."""
    return [services.store(content * 30_000, purpose="test") for content in (b"one", b"two", b"three")]


def path_of(places, stored):
    """Return where a file's ciphertext lies."""
    return places.vault / placement.name_of(stored.pk)


def tamper(key_file, *statements):
    """Run SQL on a key file without its triggers, as a damaged disk might."""
    with closing(sqlite3.connect(key_file.path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, values)


def drop_key(key_file, stored):
    """Lose a key without a tombstone."""
    tamper(key_file, ("DELETE FROM keys WHERE id = ?", [stored.pk.bytes]))


def replace_key(key_file, stored, wrapped):
    """Put another key in the place of a file's key."""
    tamper(key_file, ("UPDATE keys SET wrapped = ? WHERE id = ?", [wrapped, stored.pk.bytes]))


def swap_sealed(places, stored, sealed):
    """Put other bytes in a file's place and make its row describe them."""
    path_of(places, stored).write_bytes(sealed)
    StoredFile.objects.filter(pk=stored.pk).update(
        cipher_size=len(sealed), cipher_sha256=hashlib.sha256(sealed).hexdigest()
    )


def assert_only(report, *expected):
    """Assert that exactly these faults were found and written on exactly these rows."""
    assert report.faults == list(expected)
    assert not report.sound
    on_rows = dict(StoredFile.objects.exclude(fault="").values_list("pk", "fault"))
    assert on_rows == {fault.file_id: fault.fault.value for fault in expected if fault.file_id}


@pytest.mark.parametrize("deep", [False, True])
def test_sound_files_are_found_sound_and_their_rows_say_when(files, deep):
    with clock.at(NOON):
        report = check_fixity("all", deep=deep)
    assert (report.checked, report.faults, report.sound) == (3, [], True)
    assert set(StoredFile.objects.values_list("checked_at", "fault")) == {(NOON, "")}


def test_a_missing_file(places, files):
    path_of(places, files[1]).unlink()
    assert_only(check_fixity("all"), FileFault(files[1].pk, Fault.MISSING_FILE))


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed + b"\0",
        lambda sealed: b"",
        lambda sealed: sealed[:70_000] + b"\0\0" + sealed[70_002:],
        lambda sealed: b"A" + sealed[1:],
    ],
)
def test_a_changed_ciphertext(places, files, change, deep):
    path = path_of(places, files[1])
    path.write_bytes(change(path.read_bytes()))
    assert_only(check_fixity("all", deep=deep), FileFault(files[1].pk, Fault.CHANGED_CIPHERTEXT))


def test_a_missing_key(places, files):
    drop_key(places.primary, files[1])
    assert_only(check_fixity("all", deep=True), FileFault(files[1].pk, Fault.MISSING_KEY))


def test_a_key_missing_in_a_replica(places, files):
    drop_key(places.replica, files[1])
    expected = FileFault(files[1].pk, Fault.MISSING_REPLICA_KEY, str(places.replica))
    assert_only(check_fixity("all"), expected)
    assert str(expected) == f"{files[1].pk} {Fault.MISSING_REPLICA_KEY.label} {places.replica}"


def test_a_key_that_differs_in_a_replica(places, files):
    replace_key(places.replica, files[1], b"another")
    assert_only(check_fixity("all"), FileFault(files[1].pk, Fault.DIFFERENT_REPLICA_KEY, str(places.replica)))


def test_a_replica_that_cannot_be_reached(places, files):
    places.replica.path.rename(places.replica.folder / "away")
    assert_only(check_fixity("all"), FileFault(None, Fault.REPLICA_UNREACHABLE, str(places.replica)))


def test_a_key_that_opens_another_file_cannot_decrypt_this_one(places, files):
    wrapped = master_key.wrap(x25519.Identity.generate())
    for key_file in (places.primary, places.replica):
        replace_key(key_file, files[1], wrapped)
    assert check_fixity("all").sound
    assert_only(check_fixity("all", deep=True), FileFault(files[1].pk, Fault.UNDECRYPTABLE))


@pytest.mark.parametrize("wrapped", [b"noise", b""])
def test_a_key_that_cannot_be_unwrapped(places, files, wrapped):
    for key_file in (places.primary, places.replica):
        replace_key(key_file, files[1], wrapped)
    assert_only(check_fixity("all", deep=True), FileFault(files[1].pk, Fault.UNDECRYPTABLE))


@pytest.mark.parametrize("plain", [b"2wo" * 30_000, b"two" * 29_999])
def test_a_plaintext_that_differs_although_everything_else_fits(places, files, plain):
    identity = master_key.unwrap(places.primary.get(files[1].pk))
    swap_sealed(places, files[1], pyrage.encrypt(plain, [identity.to_public()]))
    assert check_fixity("all").sound
    assert_only(check_fixity("all", deep=True), FileFault(files[1].pk, Fault.PLAINTEXT_DIFFERS))


def test_several_faults_of_one_file_are_all_named(places, files):
    drop_key(places.primary, files[1])
    path_of(places, files[1]).unlink()
    assert [fault.fault for fault in check_fixity("all").faults] == [Fault.MISSING_KEY, Fault.MISSING_FILE]
    assert StoredFile.objects.get(pk=files[1].pk).fault == "missing_key,missing_file"


@pytest.mark.rule("E6")
def test_what_was_destroyed_is_looked_for(places, files):
    path = path_of(places, files[1])
    sealed, key = path.read_bytes(), places.replica.keys_of([files[1].pk])[files[1].pk]
    services.destroy([files[1]], reason="register 7")
    assert check_fixity("all").sound
    path.write_bytes(sealed)
    insert = "INSERT INTO keys VALUES (?, ?, ?, ?)"
    tamper(places.replica, (insert, [key.id.bytes, key.wrapped, key.kind, key.at]))
    assert check_fixity("all").faults == [
        FileFault(files[1].pk, Fault.SURVIVING_KEY, str(places.replica)),
        FileFault(files[1].pk, Fault.SURVIVING_FILE),
    ]


@pytest.mark.rule("E6")
def test_a_destruction_that_was_not_finished(places, files):
    StoredFile.objects.filter(pk=files[1].pk).update(destroyed_because="register 7")
    assert_only(check_fixity("all"), FileFault(files[1].pk, Fault.UNFINISHED_DESTRUCTION))
    services.finish_destructions()
    assert check_fixity("all").sound


def test_a_repaired_file_loses_its_fault(places, files):
    path = path_of(places, files[1])
    path.rename(path.with_suffix(".away"))
    assert not check_fixity("all").sound
    path.with_suffix(".away").rename(path)
    assert check_fixity("all").sound
    assert not StoredFile.objects.exclude(fault="").exists()


def test_what_is_due_was_never_checked_or_not_for_ninety_days(files):
    with clock.at(NOON):
        assert check_fixity("due").checked == 3
    with clock.at(NOON + timedelta(days=90)):
        assert check_fixity("due").checked == 0
    new = services.store(b"four", purpose="test")
    with clock.at(NOON + timedelta(days=90)):
        assert check_fixity("due").checked == 1
    with clock.at(NOON + timedelta(days=90, seconds=1)):
        assert check_fixity("due", limit=2).checked == 2
        assert check_fixity("due").checked == 1
    assert StoredFile.objects.get(pk=new.pk).checked_at == NOON + timedelta(days=90)


@pytest.mark.parametrize(("wanted", "checked"), [(0, 0), (1, 1), (2, 2), (3, 3), (50, 3)])
def test_a_sample_has_the_size_asked_for_and_no_file_twice(files, wanted, checked):
    assert check_fixity("sample", sample=wanted).checked == checked
    assert StoredFile.objects.filter(checked_at__isnull=False).count() == checked


def test_goes_through_more_files_than_one_batch(places, monkeypatch):
    monkeypatch.setattr("dms.vault.fixity.BATCH", 4)
    for number in range(10):
        services.store(str(number).encode(), purpose="test")
    assert check_fixity("all").checked == 10
    assert check_fixity("sample", sample=7).checked == 7
    assert check_fixity("all", limit=5).checked == 5
    assert StoredFile.objects.filter(checked_at__isnull=True).count() == 0


def test_the_command_names_faults_in_json_and_exits_with_one(places, files, capsys):
    call_command("check_fixity", "--json", "--deep")
    assert json.loads(capsys.readouterr().out) == {"checked": 3, "faults": []}
    path_of(places, files[1]).unlink()
    with pytest.raises(SystemExit) as ended:
        call_command("check_fixity", "--all", "--json")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out) == {
        "checked": 3,
        "faults": [{"file": str(files[1].pk), "fault": "missing_file", "place": ""}],
    }


def test_the_command_refuses_in_words_where_the_key_store_is_no_database(places, files):
    places.primary.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CommandError) as refused:
        call_command("check_fixity")
    assert str(refused.value) != ""


def test_the_command_says_in_words_what_it_found(places, files, capsys, settings):
    settings.LANGUAGE_CODE = "en"
    path_of(places, files[1]).unlink()
    with pytest.raises(SystemExit):
        call_command("check_fixity", "--due")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(str(files[1].pk))
