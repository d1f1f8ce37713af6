"""Files go in and come out whole, under a key and a place of their own."""

import errno
import io
import stat

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dms.vault import placement, services
from dms.vault.errors import Damaged, KeyStoreUnreachable
from dms.vault.models import Fault, StoredFile

from .processes import run_deed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

MEGABYTE = 1 << 20


class InPieces(io.RawIOBase):
    """A stream that gives no more than `piece` bytes at a time, as sockets and uploads do."""

    def __init__(self, content, piece):
        self.content, self.piece, self.at = content, piece, 0

    def read(self, size=-1):
        """Return the next piece."""
        taken = self.content[self.at : self.at + (self.piece if size < 0 else min(size, self.piece))]
        self.at += len(taken)
        return taken


@pytest.mark.rule("D4")
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.integers(0, 400), st.integers(1, 100_000))
def test_any_bytes_in_any_pieces_come_back(places, seed, times, piece):
    content = seed * times
    stored = services.store(InPieces(content, piece), purpose="test")
    assert stored.size == len(content)
    assert services.read(stored) == content
    with services.open_plain(stored) as plain:
        assert plain.read() == content
    assert services.fingerprint(content) == stored.fingerprint


@pytest.mark.rule("D1")
def test_a_file_lies_sealed_under_its_id_for_its_owner_only(places):
    stored = services.store(b"310101199001011234" * 100, purpose="master")
    [path] = places.sealed_files()
    sealed = path.read_bytes()
    assert path == places.vault / stored.pk.hex[:3] / f"{stored.pk.hex}.age"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.vault.stat().st_mode) == 0o700
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert b"310101199001011234" not in sealed
    assert (stored.purpose, stored.size, stored.cipher_size) == ("master", 1800, len(sealed))


def test_the_same_content_is_stored_twice_under_two_keys_and_recognised(places):
    one, other = services.store(b"contract", purpose="test"), services.store(io.BytesIO(b"contract"), purpose="test")
    assert one.fingerprint == other.fingerprint == services.fingerprint(b"contract")
    assert one.cipher_sha256 != other.cipher_sha256
    keys = places.primary.keys_of([one.pk, other.pk])
    assert len({key.wrapped for key in keys.values()}) == 2
    assert services.store(b"Contract", purpose="test").fingerprint != one.fingerprint


def test_a_fingerprint_leaves_a_seekable_stream_where_it_stood():
    stream = io.BytesIO(b"cover" + b"contract")
    stream.seek(5)
    assert services.fingerprint(stream) == services.fingerprint(b"contract")
    assert stream.tell() == 5


def test_a_stream_is_stored_from_where_it_stands(places):
    stream = io.BytesIO(b"covercontract")
    stream.seek(5)
    assert services.read(services.store(stream, purpose="test")) == b"contract"


def test_an_opened_file_can_be_read_in_any_order(places):
    content = bytes(range(256)) * 40_000  # above what is held in memory
    with services.open_plain(services.store(content, purpose="test")) as plain:
        assert plain.seekable()
        plain.seek(-6, io.SEEK_END)
        assert plain.read() == content[-6:]
        plain.seek(5_000_001)
        assert plain.read(3) == content[5_000_001:5_000_004]


@pytest.mark.rule("D4")
@pytest.mark.parametrize("at", [0, 100, 200, 260, -1])
def test_not_one_byte_of_a_changed_file_is_given_out(places, at):
    stored = services.store(b"contract" * 20_000, purpose="test")
    [path] = places.sealed_files()
    sealed = bytearray(path.read_bytes())
    sealed[at] ^= 1
    path.write_bytes(sealed)
    for deed in (services.read, services.open_plain):
        with pytest.raises(Damaged) as refused:
            deed(stored)
        assert refused.value.fault == Fault.UNDECRYPTABLE


def test_a_truncated_file_is_refused(places):
    stored = services.store(b"contract" * 20_000, purpose="test")
    [path] = places.sealed_files()
    path.write_bytes(path.read_bytes()[: 200 + 65552])  # a whole number of age's chunks
    with pytest.raises(Damaged):
        services.open_plain(stored)


def test_a_missing_file_and_a_missing_key_are_told_apart(places, settings, tmp_path):
    stored = services.store(b"contract", purpose="test")
    path = places.sealed_files()[0].rename(tmp_path / "taken")
    with pytest.raises(Damaged) as refused:
        services.read(stored)
    assert refused.value.fault == Fault.MISSING_FILE
    path.rename(places.vault / placement.name_of(stored.pk))
    settings.VAULT_KEY_STORE, settings.VAULT_KEY_REPLICAS = tmp_path / "wrong", []
    with pytest.raises(Damaged) as refused:
        services.read(stored)
    assert refused.value.fault == Fault.MISSING_KEY


class Failing:
    """A stream that breaks off."""

    def __init__(self, error):
        self.error, self.given = error, False

    def read(self, size=-1):
        """Give one piece, then fail."""
        if self.given:
            raise self.error
        self.given = True
        return b"half a page"


def nothing_is_left(places):
    """Return True where a failed store left no row, file, draft or key."""
    keys = places.primary.counts()[0] + places.replica.counts()[0]
    return not StoredFile.objects.exists() and not places.sealed_files() and keys == 0


def test_a_source_that_breaks_off_leaves_nothing_and_shows_its_own_error(places):
    with pytest.raises(ConnectionResetError, match="gone"):
        services.store(Failing(ConnectionResetError("gone")), purpose="test")
    assert nothing_is_left(places)


def test_a_full_disk_is_called_a_full_disk_and_leaves_nothing(places, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    services.key_store().prepare()
    monkeypatch.setattr(placement.os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as refused:
        services.store(b"contract", purpose="test")
    assert refused.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert nothing_is_left(places)


def test_stores_nothing_while_a_replica_is_away(places):
    services.store(b"contract", purpose="test")
    places.replica.path.rename(places.replica.folder / "away")
    with pytest.raises(KeyStoreUnreachable, match="cannot be reached"):
        services.store(b"contract", purpose="test")
    (places.replica.folder / "away").rename(places.replica.path)
    assert StoredFile.objects.count() == 1
    assert len(places.sealed_files()) == 1
    assert places.replica.counts()[0] == places.primary.counts()[0] == 1


def test_nothing_is_ever_overwritten(places):
    stored = services.store(b"contract", purpose="test")
    with pytest.raises(FileExistsError):
        placement.place(stored.pk, lambda target: target.write(b"other"))
    assert services.read(stored) == b"contract"
    assert len(places.sealed_files()) == 1


def test_another_storage_than_the_local_file_system_takes_files_too(places, settings):
    settings.STORAGES = {**settings.STORAGES, "vault": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    stored = services.store(b"contract" * 10_000, purpose="test")
    assert services.read(stored) == b"contract" * 10_000
    assert places.sealed_files() == []
    with pytest.raises(FileExistsError):
        placement.place(stored.pk, lambda target: target.write(b"other"))
    services.destroy([stored], reason="register 7")
    assert not placement.exists(stored.pk)


def test_a_large_file_never_enters_memory(house):
    growth = run_deed(house, "pass_through", size=300 * MEGABYTE)
    assert max(growth.values()) < 24 * MEGABYTE, growth


@pytest.mark.parametrize(
    ("change", "constraint"),
    [("size = -1", "size"), ("cipher_size = -1", "cipher_size"), ("destroyed_at = created_at", "vault_destroyed_has")],
)
def test_the_database_itself_refuses_impossible_rows(places, change, constraint):
    services.store(b"contract", purpose="test")
    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(f"UPDATE vault_storedfile SET {change}")


@pytest.mark.rule("D4")
def test_files_that_are_sealed_together_have_keys_and_places_of_their_own(places):
    contents = [b"one", b"", b"three" * 100_000]
    stored = services.enter_all(services.seal_all(contents), purpose="test")
    assert [services.read(one) for one in stored] == contents
    services.destroy([stored[0]], reason="test")
    assert [services.read(one) for one in stored[1:]] == contents[1:]
    assert len(places.sealed_files()) == 2


@pytest.mark.rule("D4")
def test_where_one_of_several_cannot_be_sealed_none_is_left(places):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(errno.EIO, "no")

    with pytest.raises(OSError, match="no"):
        services.seal_all([b"one", Broken(), b"three"])
    assert places.sealed_files() == []
    assert not list(places.vault.rglob("*.part"))
