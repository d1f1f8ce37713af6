"""The key store mirrors every key, and brings back neither the dead nor a replica that is merely unmounted."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from dms.vault.errors import Destroyed, KeyStoreUnreachable
from dms.vault.keystore import KeyStore

from .processes import result_of, run_deed, start_deed


@pytest.fixture
def store(tmp_path):
    """Return a key store with two replicas."""
    return KeyStore(tmp_path / "keys", [tmp_path / "near", tmp_path / "far"])


def ids_in(place):
    """Return the ids of the keys a key file holds."""
    return {key.id for batch in place.key_batches() for key in batch}


def dead_in(place):
    """Return the ids under a tombstone in a key file."""
    return {stone.id for batch in place.tombstone_batches() for stone in batch}


def some_keys(store, count):
    """Put keys and return their ids."""
    ids = [uuid4() for _ in range(count)]
    for key_id in ids:
        store.put(key_id, b"wrapped " + key_id.bytes, "file")
    return ids


def everywhere(store):
    """Return primary and replicas."""
    return [store.primary, *store.replicas]


@pytest.mark.rule("D3")
def test_a_key_is_in_the_primary_and_every_replica(store):
    ids = set(some_keys(store, 3))
    assert [ids_in(place) for place in everywhere(store)] == [ids, ids, ids]


@pytest.mark.rule("D3")
def test_a_newly_named_replica_becomes_a_copy(tmp_path, store):
    ids = some_keys(store, 3)
    store.destroy(ids[:1], "register 7")
    wider = KeyStore(tmp_path / "keys", [*(place.folder for place in store.replicas), tmp_path / "new"])
    wider.prepare()
    assert ids_in(wider.replicas[2]) == set(ids[1:])
    assert dead_in(wider.replicas[2]) == {ids[0]}


def test_stores_nothing_while_a_replica_is_away_and_makes_no_new_one(store):
    some_keys(store, 1)
    store.replicas[1].path.rename(store.replicas[1].folder / "away")
    with pytest.raises(KeyStoreUnreachable) as refused:
        some_keys(store, 1)
    assert refused.value.place == str(store.replicas[1])
    assert not store.replicas[1].path.exists()


@pytest.mark.rule("E6")
def test_destroys_in_every_place(store):
    dying, staying = some_keys(store, 2)
    assert store.destroy([dying], "register 7") == []
    assert [ids_in(place) for place in everywhere(store)] == [{staying}] * 3
    assert [dead_in(place) for place in everywhere(store)] == [{dying}] * 3
    with pytest.raises(Destroyed):
        store.get(dying)


@pytest.mark.rule("E6")
def test_a_replica_away_at_the_destruction_is_named_and_brought_in_line_later(store):
    dying, staying = some_keys(store, 2)
    replica = store.replicas[0]
    replica.path.rename(replica.folder / "away")
    assert store.destroy([dying], "register 7") == [str(replica)]
    assert store.reconcile().unreachable == [str(replica)]

    (replica.folder / "away").rename(replica.path)
    assert ids_in(replica) == {dying, staying}
    report = store.reconcile()
    assert report.in_line
    assert report.keys_buried == {str(replica): 1}
    assert [ids_in(place) for place in everywhere(store)] == [{staying}] * 3
    assert [dead_in(place) for place in everywhere(store)] == [{dying}] * 3


@pytest.mark.rule("E6")
def test_reconciling_copies_missing_keys_both_ways_but_never_raises_the_dead(tmp_path, store):
    ids = some_keys(store, 4)
    dead_far_away, only_near = ids[0], uuid4()
    far, near = KeyStore(tmp_path / "far"), KeyStore(tmp_path / "near")
    far.destroy([dead_far_away], "destroyed when only this disk was there")
    near.put(only_near, b"found again", "file")

    report = store.reconcile()

    expected = {*ids[1:], only_near}
    assert [ids_in(place) for place in everywhere(store)] == [expected] * 3
    assert [dead_in(place) for place in everywhere(store)] == [{dead_far_away}] * 3
    assert report.in_line
    assert report.keys_buried == {str(store.primary): 1, str(store.replicas[0]): 1}
    assert report.keys_copied == {str(store.primary): 1, str(store.replicas[1]): 1}


def test_reconciling_names_a_key_that_differs_and_leaves_it_alone(tmp_path, store):
    store.prepare()
    key_id = uuid4()
    KeyStore(tmp_path / "near").put(key_id, b"one", "file")
    KeyStore(tmp_path / "keys").put(key_id, b"other", "file")
    report = store.reconcile()
    assert report.different == {str(store.replicas[0]): [key_id]}
    assert not report.in_line
    assert store.replicas[0].get(key_id) == b"one"
    assert store.primary.get(key_id) == b"other"


@pytest.mark.rule("D3")
def test_a_lost_primary_is_made_again_from_its_replicas(tmp_path, store):
    ids = some_keys(store, 3)
    store.destroy(ids[:1], "register 7")
    store.primary.path.unlink()
    again = KeyStore(tmp_path / "keys", [place.folder for place in store.replicas])
    assert again.get(ids[1]) == b"wrapped " + ids[1].bytes
    with pytest.raises(Destroyed):
        again.get(ids[0])


def test_threads_share_a_key_store(store):
    store.prepare()
    with ThreadPoolExecutor(8) as pool:
        ids = {key_id for made in pool.map(lambda _: some_keys(store, 5), range(8)) for key_id in made}
    assert len(ids) == 40
    assert [ids_in(place) for place in everywhere(store)] == [ids] * 3


def test_several_processes_make_one_key_store_and_one_master_key_and_lose_nothing(tmp_path):
    working = [start_deed(tmp_path, "make_keys", count=9) for _ in range(4)]
    left = {UUID(key_id) for process in working for key_id in result_of(process)}
    assert len(left) == 24
    store = KeyStore(tmp_path / "keys", [tmp_path / "keys-replica"])
    assert [ids_in(place) for place in everywhere(store)] == [left, left]
    assert [place.counts() for place in everywhere(store)] == [(24, 12), (24, 12)]
    assert [path.name for path in (tmp_path / "master-key").iterdir()] == ["master.age"]


@pytest.mark.rule("E6")
def test_a_destroyed_key_stops_working_in_a_process_that_just_used_it(tmp_path):
    assert run_deed(tmp_path, "destroy_under_a_reader") == ["张三", "destroyed"]
