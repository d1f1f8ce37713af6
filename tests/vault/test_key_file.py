"""The key file holds what must survive everything by itself, against any code and any SQL."""

import random
import sqlite3
import stat
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from dms.vault.errors import Destroyed, KeyStoreUnreachable
from dms.vault.key_file import Key, KeyFile, Tombstone


@pytest.fixture
def key_file(tmp_path):
    """Return a fresh key file."""
    made = KeyFile(tmp_path / "keys")
    made.create()
    return made


def a_key(wrapped=b"wrapped", key_id=None):
    """Return a key as the store would lay it in."""
    return Key(key_id or uuid4(), wrapped, "file", "2026-03-01T00:00:00+00:00")


def a_stone(key_id, why="register 7"):
    """Return a tombstone."""
    return Tombstone(key_id, "2026-03-02T00:00:00+00:00", why)


def raw(key_file, sql, values=()):
    """Run SQL beside our own code, as an intruder or a careless operator would."""
    with closing(sqlite3.connect(key_file.path)) as connection, connection:
        return connection.execute(sql, values).fetchall()


@pytest.mark.rule("D1")
def test_only_its_owner_may_open_the_folder_and_the_file(key_file):
    assert stat.S_IMODE(key_file.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(key_file.path.stat().st_mode) == 0o600


def test_gives_back_what_was_put(key_file):
    key = a_key(b"\x00\xff wrapped")
    key_file.put(key)
    assert key_file.get(key.id) == b"\x00\xff wrapped"
    assert key_file.keys_of([key.id, uuid4()]) == {key.id: key}
    assert key_file.get(uuid4()) is None


@pytest.mark.rule("E6")
def test_a_tombstone_removes_the_key_and_is_remembered(key_file):
    key, other = a_key(), a_key(b"other")
    key_file.put(key)
    key_file.put(other)
    assert key_file.bury([a_stone(key.id)]) == 1
    with pytest.raises(Destroyed):
        key_file.get(key.id)
    assert key_file.get(other.id) == b"other"
    assert key_file.tombstones_of([key.id, other.id]) == {key.id: a_stone(key.id)}
    assert key_file.counts() == (1, 1)


@pytest.mark.rule("E6")
def test_a_second_burial_changes_nothing(key_file):
    key = a_key()
    key_file.bury([a_stone(key.id, "first")])
    assert key_file.bury([a_stone(key.id, "second")]) == 0
    assert key_file.tombstones_of([key.id])[key.id].why == "first"


@pytest.mark.rule("E6")
def test_an_id_under_a_tombstone_never_gets_a_key_again(key_file):
    key = a_key()
    key_file.bury([a_stone(key.id)])
    with pytest.raises(Destroyed):
        key_file.put(key)
    assert key_file.add_missing([key]) == 0
    for verb in ("INSERT", "INSERT OR REPLACE"):
        with pytest.raises(sqlite3.IntegrityError, match="never comes back"):
            raw(key_file, f"{verb} INTO keys VALUES (?, 'x', 'file', 'now')", [key.id.bytes])
    assert key_file.counts() == (0, 1)


@pytest.mark.rule("E6")
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM tombstones",
        "UPDATE tombstones SET why = 'nothing happened'",
        "INSERT OR REPLACE INTO tombstones SELECT id, at, 'nothing happened' FROM tombstones",
        "REPLACE INTO tombstones SELECT id, 'never', why FROM tombstones",
    ],
)
def test_no_sql_changes_or_removes_a_tombstone(key_file, sql):
    stone = a_stone(uuid4())
    key_file.bury([stone])
    with pytest.raises(sqlite3.IntegrityError, match="a tombstone is never"):
        raw(key_file, sql)
    assert list(key_file.tombstone_batches()) == [[stone]]


@pytest.mark.parametrize(
    "sql", ["UPDATE keys SET wrapped = 'x'", "INSERT OR REPLACE INTO keys SELECT id, 'x', kind, at FROM keys"]
)
def test_no_sql_replaces_a_key(key_file, sql):
    key = a_key()
    key_file.put(key)
    with pytest.raises(sqlite3.IntegrityError, match="a key is never replaced"):
        raw(key_file, sql)
    assert key_file.get(key.id) == key.wrapped


@pytest.mark.rule("E6")
def test_destroyed_keys_leave_no_trace_in_the_raw_file_nor_beside_it(key_file):
    dice = random.Random(7)
    keys = [a_key(b"WRAPPED" + dice.randbytes(330), UUID(int=dice.getrandbits(128))) for _ in range(3000)]
    key_file.add_missing(keys)
    dead = dice.sample(keys, 700)
    for start in range(0, 700, 70):
        key_file.bury(a_stone(key.id) for key in dead[start : start + 70])
        key_file.add_missing([a_key(b"WRAPPED" + dice.randbytes(330)) for _ in range(20)])
    content = key_file.path.read_bytes()
    assert [key for key in dead if key.wrapped[:40] in content] == []
    assert sum(key.wrapped in content for key in keys) == 2300 - _split_over_pages(keys, dead, content)
    assert [path.name for path in key_file.folder.iterdir()] == ["keys.sqlite3"]


def _split_over_pages(keys, dead, content):
    gone = {key.id for key in dead}
    return sum(key.wrapped not in content for key in keys if key.id not in gone)


def test_yields_every_key_and_tombstone_in_batches(key_file):
    keys = [a_key() for _ in range(1203)]
    key_file.add_missing(keys)
    assert [len(batch) for batch in key_file.key_batches()] == [500, 500, 203]
    assert {key.id for batch in key_file.key_batches() for key in batch} == {key.id for key in keys}
    key_file.bury(a_stone(key.id) for key in keys)
    assert [len(batch) for batch in key_file.tombstone_batches()] == [500, 500, 203]


def test_looking_at_a_missing_file_says_so_and_makes_none(tmp_path):
    absent = KeyFile(tmp_path / "unmounted")
    for deed in (absent.counts, lambda: absent.get(uuid4()), lambda: absent.put(a_key())):
        with pytest.raises(KeyStoreUnreachable) as refused:
            deed()
        assert str(tmp_path / "unmounted") in refused.value.detail()
    assert not (tmp_path / "unmounted").exists()


def test_a_file_that_took_the_path_is_noticed_by_an_open_connection(key_file, tmp_path):
    key = a_key()
    key_file.put(key)
    other = KeyFile(tmp_path / "other")
    other.create()
    other.path.rename(key_file.path)
    assert key_file.get(key.id) is None


def test_what_is_no_database_is_named_unreachable(key_file):
    key_file.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(KeyStoreUnreachable, match="cannot be reached"):
        KeyFile(key_file.folder).counts()


@pytest.mark.rule("D4")
def test_several_keys_are_all_put_or_none(key_file):
    dead, living = a_key(), [a_key(), a_key()]
    key_file.bury([a_stone(dead.id)])
    with pytest.raises(Destroyed):
        key_file.put(living[0], dead)
    assert key_file.counts() == (0, 1)
    key_file.put(*living)
    assert key_file.keys_of(key.id for key in living) == {key.id: key for key in living}
