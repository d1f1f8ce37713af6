"""Reads stored files back and names what is wrong with them (D2). Repairs nothing; notes what it found on the rows."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pyrage
from django.db import transaction
from django.db.models import Q

from dms.core import clock

from . import master_key, placement
from .errors import KeyStoreUnreachable
from .key_file import Key, KeyFile
from .keystore import key_store
from .models import Fault, StoredFile
from .streams import MeasuredReader, MeasuredWriter, Undecryptable, decrypt

Which = Literal["all", "sample", "due"]

BATCH = 100
CHUNK = 1 << 20
DUE_AFTER = timedelta(days=90)
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of one file (or of a replica, without a file); `place` is the folder of the replica concerned."""

    file_id: UUID | None
    fault: Fault
    place: str = ""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.file_id, self.fault.label, self.place) if part)


@dataclass(slots=True)
class FixityReport:
    """How many files were read back and what was wrong."""

    checked: int = 0
    faults: list[FileFault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Return True where nothing was wrong."""
        return not self.faults


@dataclass(slots=True)
class _KeyFacts:
    """What the key files say about one batch of ids."""

    primary: dict[UUID, Key]
    dead: set[UUID]
    replicas: list[tuple[KeyFile, dict[UUID, Key]]]


def check_fixity(
    which: Which = "all",
    *,
    deep: bool = False,
    sample: int = SAMPLE,
    limit: int | None = None,
    due_after: timedelta = DUE_AFTER,
) -> FixityReport:
    """Read back every file, a random `sample`, or those unchecked for `due_after` (at most `limit`); return the faults.

    Compares size and SHA-256 of what lies on the disk, and the key in the primary and each replica; `deep` also
    decrypts and compares the plaintext's HMAC. With "all" it also sees that destroyed files are gone (D2, E6).
    Rows get `checked_at` and their faults, batch by batch, so that an interrupted run is not lost.
    """
    key_store().prepare()
    replicas, report = _reachable_replicas()
    for rows in _chosen(which, sample, limit, due_after):
        found = _check_batch(rows, replicas, deep)
        _record(rows, found)
        report.checked += len(rows)
        report.faults += found
    return report


def _reachable_replicas() -> tuple[list[KeyFile], FixityReport]:
    reachable, report = [], FixityReport()
    for replica in key_store().replicas:
        try:
            replica.counts()
            reachable.append(replica)
        except KeyStoreUnreachable:
            report.faults.append(FileFault(None, Fault.REPLICA_UNREACHABLE, str(replica)))
    return reachable, report


def _chosen(which: Which, sample: int, limit: int | None, due_after: timedelta) -> Iterator[list[StoredFile]]:
    alive = Q(destroyed_at__isnull=True)
    if which == "all":
        yield from _by_id(Q(), None, limit)
    elif which == "due":
        long_ago = Q(checked_at__isnull=True) | Q(checked_at__lt=clock.now() - due_after)
        yield from _by_id(alive & long_ago, None, limit)
    else:
        # Ids are random: those that follow a random one are a random sample; past the highest it goes on at the lowest.
        start, taken = uuid4(), 0
        for part in (Q(id__gt=start), Q(id__lte=start)):
            for rows in _by_id(alive & part, None, sample - taken):
                taken += len(rows)
                yield rows


def _by_id(condition: Q, last: UUID | None, left: int | None) -> Iterator[list[StoredFile]]:
    while left is None or left > 0:
        after = Q(id__gt=last) if last else Q()
        size = BATCH if left is None else min(BATCH, left)
        rows = list(StoredFile.objects.filter(condition & after).order_by("id")[:size])
        if not rows:
            return
        yield rows
        last = rows[-1].pk
        left = None if left is None else left - len(rows)


def _check_batch(rows: list[StoredFile], replicas: list[KeyFile], deep: bool) -> list[FileFault]:
    ids = [row.pk for row in rows]
    keys = _KeyFacts(
        primary=key_store().primary.keys_of(ids),
        dead=set(key_store().primary.tombstones_of(ids)),
        replicas=[(replica, replica.keys_of(ids)) for replica in replicas],
    )
    return [fault for row in rows for fault in _faults_of(row, keys, deep)]


def _faults_of(row: StoredFile, keys: _KeyFacts, deep: bool) -> Iterator[FileFault]:
    if row.destroyed_at:
        yield from _survivors(row.pk, keys)
        return
    found = [FileFault(row.pk, Fault.UNFINISHED_DESTRUCTION)]
    if not row.is_gone and row.pk not in keys.dead:
        found = [*_faults_of_key(row.pk, keys), *_fault_of_content(row, keys.primary.get(row.pk) if deep else None)]
    # What another process destroyed since the row was read is no fault; asked only where something seems wrong.
    if found and StoredFile.objects.filter(
        pk=row.pk, destroyed_at__isnull=True, destroyed_because=row.destroyed_because
    ):
        yield from found


def _survivors(file_id: UUID, keys: _KeyFacts) -> Iterator[FileFault]:
    for place, held in [(key_store().primary, keys.primary), *keys.replicas]:
        if file_id in held:
            yield FileFault(file_id, Fault.SURVIVING_KEY, str(place))
    if placement.exists(file_id):
        yield FileFault(file_id, Fault.SURVIVING_FILE)


def _faults_of_key(file_id: UUID, keys: _KeyFacts) -> Iterator[FileFault]:
    key = keys.primary.get(file_id)
    if key is None:
        yield FileFault(file_id, Fault.MISSING_KEY)
    for place, held in keys.replicas:
        if file_id not in held:
            yield FileFault(file_id, Fault.MISSING_REPLICA_KEY, str(place))
        elif key and held[file_id].wrapped != key.wrapped:
            yield FileFault(file_id, Fault.DIFFERENT_REPLICA_KEY, str(place))


def _fault_of_content(row: StoredFile, key: Key | None) -> Iterator[FileFault]:
    """Yield what is wrong with the file itself; without `key` only its ciphertext is looked at. One pass over it."""
    plain = MeasuredWriter(None, master_key.keyed_hash("fingerprint"))
    try:
        with placement.open_sealed(row.pk) as file:
            sealed = MeasuredReader(file, hashlib.sha256())
            opened = key is None or _decrypts(sealed, plain, key)
            while sealed.read(CHUNK):
                pass
    except FileNotFoundError:
        yield FileFault(row.pk, Fault.MISSING_FILE)
        return
    if (sealed.size, sealed.digest.hexdigest()) != (row.cipher_size, row.cipher_sha256):
        yield FileFault(row.pk, Fault.CHANGED_CIPHERTEXT)
    elif not opened:
        yield FileFault(row.pk, Fault.UNDECRYPTABLE)
    elif key and (plain.size != row.size or not hmac.compare_digest(plain.digest.hexdigest(), row.fingerprint)):
        yield FileFault(row.pk, Fault.PLAINTEXT_DIFFERS)


def _decrypts(sealed: MeasuredReader, plain: MeasuredWriter, key: Key) -> bool:
    try:
        identity = master_key.unwrap(key.wrapped)
        decrypt(sealed, plain, identity)
    except (Undecryptable, pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        return False
    return True


def _record(rows: list[StoredFile], found: Iterable[FileFault]) -> None:
    words: dict[UUID, list[str]] = {row.pk: [] for row in rows}
    for fault in found:
        if fault.file_id and fault.fault.value not in words[fault.file_id]:
            words[fault.file_id].append(fault.fault.value)
    now = clock.now()
    with transaction.atomic():
        for row in rows:
            row.checked_at, row.fault = now, ",".join(words[row.pk])
        StoredFile.objects.bulk_update(rows, ["checked_at", "fault"])
