"""The sweep removes what crashes left, and nothing that anybody may still be about to file."""

import os
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from dms.vault import placement, services
from dms.vault.errors import Destroyed, TooManyOrphans
from dms.vault.models import StoredFile
from dms.vault.sweeping import Swept, sweep_orphans

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta(0)


def an_orphan():
    """Store a file inside a transaction that is rolled back; return its id."""
    with transaction.atomic():
        stored = services.store(b"never filed", purpose="test")
        transaction.set_rollback(True)
    return stored.pk


def made_days_ago(path, days):
    """Set a file's time back."""
    moment = time.time() - days * 86_400
    os.utime(path, (moment, moment))


@pytest.mark.rule("D4")
def test_removes_file_and_key_without_a_row_for_good(places):
    filed, orphan = services.store(b"contract", purpose="test"), an_orphan()
    assert sweep_orphans(AT_ONCE) == Swept(files=1, keys=1, drafts=0)
    assert not placement.exists(orphan)
    for place in (places.primary, places.replica):
        assert place.tombstones_of([orphan])[orphan].why == "never filed"
        assert set(place.keys_of([filed.pk, orphan])) == {filed.pk}
    assert services.read(filed) == b"contract"
    assert sweep_orphans(AT_ONCE) == Swept(0, 0, 0)


def test_leaves_alone_what_is_younger_than_the_safety_age(places):
    an_orphan()
    (places.sealed_files()[0].parent / ".x.age.ab.part").write_bytes(b"being written")
    assert sweep_orphans() == Swept(0, 0, 0)
    assert len(places.sealed_files()) == 2


def test_removes_old_drafts_and_leaves_foreign_files(places):
    services.store(b"contract", purpose="test")
    folder = places.sealed_files()[0].parent
    draft, foreign = folder / ".x.age.ab.part", folder / "notes of the administrator.txt"
    for path in (draft, foreign):
        path.write_bytes(b"")
        made_days_ago(path, 3)
    assert sweep_orphans() == Swept(files=0, keys=0, drafts=1)
    assert not draft.exists()
    assert foreign.exists()


def test_keys_of_sealed_texts_are_never_orphans(places):
    key_id = services.create_key()
    sealed = services.seal_text("张三", key_id)
    sweep_orphans(AT_ONCE)
    assert services.unseal_text(sealed, key_id) == "张三"


def test_a_condemned_file_is_no_orphan(places):
    stored = services.store(b"contract", purpose="test")
    StoredFile.objects.update(destroyed_because="register 7")
    assert sweep_orphans(AT_ONCE) == Swept(0, 0, 0)
    assert placement.exists(stored.pk)


@pytest.mark.rule("D4")
def test_refuses_to_empty_the_vault_when_the_database_is_the_wrong_one(places):
    orphans = [an_orphan() for _ in range(4)]
    with pytest.raises(TooManyOrphans) as refused:
        sweep_orphans(AT_ONCE, limit=3)
    assert refused.value.found == 4
    assert places.primary.counts() == (4, 0)
    assert all(placement.exists(file_id) for file_id in orphans)


def test_a_key_whose_file_was_never_written_is_swept(places):
    services.store(b"contract", purpose="test")
    key_id = uuid4()
    services.key_store().put(key_id, b"wrapped", "file")
    assert sweep_orphans(AT_ONCE) == Swept(files=0, keys=1, drafts=0)
    with pytest.raises(Destroyed):
        places.primary.get(key_id)
