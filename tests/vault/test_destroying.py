"""Destruction is for good, everywhere, and comes to the same end however often it is interrupted."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from dms.core import clock
from dms.vault import services
from dms.vault.errors import Destroyed
from dms.vault.models import StoredFile

from .processes import run_deed

SIGKILL = -9


@pytest.mark.django_db
@pytest.mark.rule("E6")
def test_what_is_destroyed_is_gone_from_every_place_and_its_row_says_why(places):
    dying, staying = services.store(b"a bad debt", purpose="test"), services.store(b"contract", purpose="test")
    with clock.at(datetime(2026, 9, 1, 8, tzinfo=UTC)):
        assert services.destroy([dying], reason="register 7, line 2") == [dying.pk]
    for stale_or_fresh in (dying, StoredFile.objects.get(pk=dying.pk)):
        with pytest.raises(Destroyed):
            services.read(stale_or_fresh)
        with pytest.raises(Destroyed):
            services.open_plain(stale_or_fresh)
    row = StoredFile.objects.get(pk=dying.pk)
    assert (row.destroyed_at, row.destroyed_because) == (datetime(2026, 9, 1, 8, tzinfo=UTC), "register 7, line 2")
    assert row.fingerprint == ""
    assert [path.stem for path in places.sealed_files()] == [staying.pk.hex]
    for place in (places.primary, places.replica):
        assert set(place.keys_of([dying.pk, staying.pk])) == {staying.pk}
        assert place.tombstones_of([dying.pk])[dying.pk].why == "register 7, line 2"
    assert services.read(staying) == b"contract"


@pytest.mark.django_db
@pytest.mark.rule("E6")
def test_destroying_again_changes_nothing(places):
    stored = services.store(b"contract", purpose="test")
    services.destroy([stored], reason="first")
    row = StoredFile.objects.values().get()
    assert services.destroy([stored], reason="second") == []
    assert StoredFile.objects.values().get() == row


@pytest.mark.django_db
def test_a_destruction_without_a_reason_is_refused_and_changes_nothing(places):
    stored = services.store(b"contract", purpose="test")
    for deed in (services.destroy, services.condemn):
        with pytest.raises(ValueError, match="reason"):
            deed([stored], reason=" ")
    assert services.read(stored) == b"contract"


@pytest.mark.django_db
@pytest.mark.rule("E6")
def test_refuses_to_destroy_inside_a_transaction_that_could_be_rolled_back(places):
    stored = services.store(b"contract", purpose="test")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        services.destroy([stored], reason="register 7")
    assert services.read(stored) == b"contract"
    assert not StoredFile.objects.exclude(destroyed_because="").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("E6")
def test_what_is_condemned_is_destroyed_on_commit(places):
    stored = services.store(b"contract", purpose="test")
    with transaction.atomic():
        assert services.condemn([stored], reason="withdrawn before filing") == [stored.pk]
        assert places.primary.counts() == (1, 0)
        with pytest.raises(Destroyed):
            services.read(StoredFile.objects.get())
    assert places.primary.counts() == (0, 1)
    assert StoredFile.objects.get().destroyed_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_condemned_lives_on_after_a_rollback(places):
    stored = services.store(b"contract", purpose="test")
    with transaction.atomic():
        services.condemn([stored], reason="withdrawn before filing")
        transaction.set_rollback(True)
    assert services.read(StoredFile.objects.get()) == b"contract"
    assert services.finish_destructions() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("E6")
def test_a_row_brought_back_by_an_old_database_is_destroyed_again(places):
    stored = services.store(b"contract", purpose="test")
    old = StoredFile.objects.values().get()
    services.destroy([stored], reason="register 7, line 2")
    StoredFile.objects.update(**old)
    with pytest.raises(Destroyed):
        services.read(StoredFile.objects.get())
    assert services.finish_destructions() == 1
    row = StoredFile.objects.get()
    assert (row.destroyed_because, row.fingerprint) == ("register 7, line 2", "")
    assert row.destroyed_at is not None


STEPS_OF_STORE = [
    ("dms.vault.keystore:KeyStore.put_all", "before", 1),
    ("dms.vault.key_file:KeyFile.put", "after", 1),
    ("dms.vault.key_file:KeyFile.put", "after", 2),
    ("dms.vault.placement:_give_name", "before", 1),
    ("dms.vault.placement:_give_name", "after", 1),
    ("dms.vault.services:enter", "before", 1),
]


@pytest.mark.rule("D4")
@pytest.mark.parametrize(("step", "when", "nth"), STEPS_OF_STORE)
def test_a_store_killed_at_any_step_leaves_only_what_the_sweep_removes(house, step, when, nth):
    seen = run_deed(house, "store_killed", step=step, when=when, nth=nth)
    assert seen["ended"] == SIGKILL
    assert seen["left"]["alive"] == 1
    swept = seen["swept"]
    assert (swept["alive"], swept["keys"], swept["files"], swept["drafts"]) == (1, [1, 1], 1, 0)
    assert seen["sound"]
    assert seen["all_readable"]
    assert seen["first_is_there"]


@pytest.mark.rule("D4")
def test_a_store_killed_after_its_row_was_written_is_complete(house):
    seen = run_deed(house, "store_killed", step="dms.vault.services:enter", when="after", nth=1)
    assert seen["ended"] == SIGKILL
    assert seen["left"] == seen["swept"]
    assert (seen["left"]["alive"], seen["left"]["keys"], seen["left"]["files"]) == (2, [2, 2], 2)
    assert seen["sound"]
    assert seen["all_readable"]


STEPS_OF_DESTROY = [
    ("dms.vault.services:_carry_out", "before", 1),
    ("dms.vault.key_file:KeyFile.bury", "after", 1),
    ("dms.vault.key_file:KeyFile.bury", "after", 2),
    ("dms.vault.placement:remove", "after", 1),
    ("dms.vault.placement:remove", "after", 2),
    ("dms.vault.services:_mark_destroyed", "after", 1),
]


@pytest.mark.rule("E6")
@pytest.mark.parametrize("then", ["again", "finish"])
@pytest.mark.parametrize(("step", "when", "nth"), STEPS_OF_DESTROY)
def test_a_destruction_killed_at_any_step_comes_to_the_same_end(house, step, when, nth, then):
    seen = run_deed(house, "destroy_killed", step=step, when=when, nth=nth, then=then)
    assert seen["ended"] == SIGKILL
    assert seen["end"] == {
        "alive": 1, "condemned": 0, "destroyed": 2,
        "keys": [1, 1], "tombstones": [2, 2], "files": 1, "drafts": 0,
    }  # fmt: skip
    assert seen["reasons"] == ["register 7, line 2"] * 2
    assert seen["sound"]
    assert seen["kept"]


@pytest.mark.rule("E6")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_destruction_killed_before_its_decision_was_committed_destroyed_nothing(house, when):
    seen = run_deed(house, "destroy_killed", step="dms.vault.services:_condemn", when=when, nth=1, then="finish")
    assert seen["ended"] == SIGKILL
    assert seen["left"] == seen["end"]
    assert (seen["end"]["alive"], seen["end"]["keys"]) == (3, [3, 3])
