"""The public face of the vault and the only writer of its rows: store, read, condemn, destroy.

Order of a birth: key, file, row. Order of a death: row condemned, key, replicas, file, row. Killed between any two
steps, a birth leaves an orphan that `sweeping.sweep_orphans` removes, and a death is finished by running it again or by
`finish_destructions`.
"""

import hashlib
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from pyrage import x25519

from dms.core import clock

from . import master_key, placement
from .errors import Damaged, Destroyed
from .keystore import key_store, reconcile_replicas
from .models import Fault, StoredFile
from .sealing import blind_index, create_key, destroy_key, forget_keys, identity_of, seal_text, unseal_text
from .streams import MeasuredReader, MeasuredWriter, Undecryptable, decrypt, encrypt

__all__ = [
    "SealedFile", "blind_index", "condemn", "create_key", "destroy", "destroy_key", "discard", "enter", "enter_all",
    "fingerprint", "finish_destructions", "open_plain", "read", "reconcile_replicas", "seal", "seal_all", "seal_text",
    "store", "unseal_text",
]  # fmt: skip

IN_MEMORY = 4 << 20
CHUNK = 1 << 20
BATCH = 500


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file on the disk, with its key, that no row speaks of yet: after a day it is swept up as an orphan."""

    id: UUID
    size: int
    fingerprint: str
    cipher_size: int
    cipher_sha256: str


def store(source: BinaryIO | bytes, *, purpose: str) -> StoredFile:
    """Seal `source` (bytes, or a binary stream from where it stands to its end) under a key of its own; return its row.

    Streams: memory stays flat whatever the size. When this returns, key (every replica) and file are on the disk.
    An exception leaves nothing that can be read; inside a transaction that is rolled back, file and key become orphans.
    Raise `KeyStoreUnreachable` where a replica cannot take the key, OSError where the disk is full (D2).
    """
    # Not taken back where the row fails: with a connection lost in mid-commit it may be there. The sweep will know.
    return enter(seal(source), purpose=purpose)


def seal(source: BinaryIO | bytes) -> SealedFile:
    """Do of `store` what takes long (key and file, forced to the disk), for `enter` inside a short transaction."""
    return seal_all([source])[0]


def seal_all(sources: Sequence[BinaryIO | bytes]) -> list[SealedFile]:
    """Do `seal` for each of `sources`, each under a key of its own; all keys are forced to the disk in one commit.

    For small files that are entered together. An exception leaves nothing of any of them that can be read.
    """
    identities = {uuid4(): x25519.Identity.generate() for _source in sources}
    try:
        key_store().put_all({file_id: master_key.wrap(identity) for file_id, identity in identities.items()}, "file")
        fillings = {
            file_id: _Filling(io.BytesIO(source) if isinstance(source, bytes) else source, identity)
            for (file_id, identity), source in zip(identities.items(), sources, strict=True)
        }
        placement.place_all(fillings)
    except BaseException:
        _take_back(*identities)
        raise
    return [filling.outcome(file_id) for file_id, filling in fillings.items()]


class _Filling:
    """Encrypts one source into the file that is opened for it, and knows its measures afterwards."""

    def __init__(self, stream: BinaryIO, identity: x25519.Identity) -> None:
        self._identity = identity
        self._plain = MeasuredReader(stream, master_key.keyed_hash("fingerprint"))
        self._sealed = MeasuredWriter(None)

    def __call__(self, target: BinaryIO) -> None:
        self._sealed = MeasuredWriter(target)
        encrypt(self._plain, self._sealed, self._identity.to_public())

    def outcome(self, file_id: UUID) -> SealedFile:
        plain, sealed = self._plain, self._sealed
        return SealedFile(file_id, plain.size, plain.digest.hexdigest(), sealed.size, sealed.digest.hexdigest())


def enter(sealed: SealedFile, *, purpose: str) -> StoredFile:
    """Write the row of what `seal` returned, in the caller's transaction."""
    return enter_all([sealed], purpose=purpose)[0]


def enter_all(sealed: Iterable[SealedFile], *, purpose: str) -> list[StoredFile]:
    """Write the rows of what `seal_all` returned, in the caller's transaction and one statement."""
    return StoredFile.objects.bulk_create([_row(one, purpose) for one in sealed], batch_size=BATCH)


def _row(sealed: SealedFile, purpose: str) -> StoredFile:
    return StoredFile(
        id=sealed.id,
        purpose=purpose,
        size=sealed.size,
        fingerprint=sealed.fingerprint,
        cipher_size=sealed.cipher_size,
        cipher_sha256=sealed.cipher_sha256,
        created_at=clock.now(),
    )


def discard(*sealed: SealedFile) -> None:
    """Destroy what was sealed and is not to be entered, as far as can be done now; the orphan sweep does the rest."""
    if sealed:
        _take_back(*(one.id for one in sealed))


def _take_back(*ids: UUID) -> None:
    """Remove what a failed `store` left, as far as that can be done now; the orphan sweep does the rest."""
    try:
        for file_id in ids:
            placement.remove(file_id)
        key_store().destroy(ids, "never filed")
    except Exception:  # noqa: S110 (the first error is the one to tell)
        pass


def read(stored: StoredFile) -> bytes:
    """Return the whole plaintext; for what may be large use `open_plain`. Raise `Destroyed` or `Damaged`."""
    target = io.BytesIO()
    _decrypt(stored, target)
    return target.getvalue()


def open_plain(stored: StoredFile) -> BinaryIO:
    """Return the plaintext as a seekable binary stream, to be closed (`with`). Raise `Destroyed` or `Damaged`.

    The whole file is decrypted and authenticated first, so that no byte of a tampered file reaches the caller: up to
    4 MiB in memory, more in a nameless temporary file of mode 0600 that is gone when closed or when the process dies.
    """
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    try:
        _decrypt(stored, target)  # type: ignore[arg-type]
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target  # type: ignore[return-value]


def _decrypt(stored: StoredFile, target: BinaryIO) -> None:
    if stored.is_gone:
        raise Destroyed(stored.pk)
    identity = identity_of(stored.pk)
    try:
        with placement.open_sealed(stored.pk) as sealed:
            reader, writer = MeasuredReader(sealed, hashlib.sha256()), MeasuredWriter(target)
            decrypt(reader, writer, identity)
    except FileNotFoundError:
        raise Damaged(stored.pk, Fault.MISSING_FILE) from None
    except Undecryptable:
        raise Damaged(stored.pk, Fault.UNDECRYPTABLE) from None


def fingerprint(source: BinaryIO | bytes) -> str:
    """Return the HMAC (64 hex digits) of a plaintext under the vault secret: equal for equal files, else meaningless.

    A stream is read from where it stands to its end; a seekable one is set back afterwards.
    """
    digest = master_key.keyed_hash("fingerprint")
    if isinstance(source, bytes):
        digest.update(source)
        return digest.hexdigest()
    start = source.tell() if source.seekable() else None
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    if start is not None:
        source.seek(start)
    return digest.hexdigest()


def destroy(stored_files: Iterable[StoredFile], *, reason: str) -> list[UUID]:
    """Destroy files for good and return the ids of those this call destroyed: keys, ciphertexts; rows stay (E6).

    Idempotent and resumable: whatever it was killed in, running it again comes to the same end. Raise
    RuntimeError inside a transaction, whose rollback could not bring keys back (use `condemn` there), and ValueError
    without a reason.
    """
    key_store().prepare()
    with transaction.atomic(durable=True):
        ids = _condemn(stored_files, reason)
    return _carry_out(ids)


def condemn(stored_files: Iterable[StoredFile], *, reason: str) -> list[UUID]:
    """Decide a destruction inside the caller's transaction: it is carried out on commit, dropped on rollback (E6).

    The files cannot be read any more from then on. Killed after the commit, `finish_destructions` carries it out.
    Return the ids of those condemned by this call; raise ValueError without a reason.
    """
    ids = _condemn(stored_files, reason)
    transaction.on_commit(partial(_carry_out, ids), robust=True)
    return ids


def finish_destructions() -> int:
    """Carry out every destruction that was decided but not finished; return how many files it concerned.

    That is: condemned rows, and rows whose key has a tombstone (a restored old database cannot raise the dead).
    """
    ids = list(StoredFile.objects.condemned().values_list("id", flat=True))
    for stones in key_store().primary.tombstone_batches():
        why = {stone.id: stone.why for stone in stones}
        for stored in StoredFile.objects.alive().filter(id__in=why):
            ids += _condemn([stored], why[stored.pk])
    return len(_carry_out(ids))


def _condemn(stored_files: Iterable[StoredFile], reason: str) -> list[UUID]:
    if not reason.strip():
        raise ValueError("a destruction needs its reason")
    ids = [stored.pk for stored in stored_files]
    with transaction.atomic():
        for batch in _batches(ids):
            StoredFile.objects.alive().filter(id__in=batch).update(destroyed_because=reason[:500])
    gone = {
        file_id
        for batch in _batches(ids)
        for file_id in StoredFile.objects.destroyed().filter(id__in=batch).values_list("id", flat=True)
    }
    return [file_id for file_id in dict.fromkeys(ids) if file_id not in gone]


def _carry_out(ids: list[UUID]) -> list[UUID]:
    """Destroy condemned files batch by batch; each step may be repeated, and the last one says that all are done."""
    for batch in _batches(ids):
        _destroy_keys(batch)
        _remove_files(batch)
        _mark_destroyed(batch)
    return ids


def _destroy_keys(ids: list[UUID]) -> None:
    by_reason: dict[str, list[UUID]] = defaultdict(list)
    for file_id, reason in StoredFile.objects.filter(id__in=ids).values_list("id", "destroyed_because"):
        by_reason[reason].append(file_id)
    for reason, some in by_reason.items():
        key_store().destroy(some, reason)
    forget_keys()


def _remove_files(ids: list[UUID]) -> None:
    for file_id in ids:
        placement.remove(file_id)


def _mark_destroyed(ids: list[UUID]) -> None:
    # The fingerprint goes too: who holds the vault secret could try guesses against it.
    StoredFile.objects.filter(id__in=ids).update(destroyed_at=clock.now(), fingerprint="", fault="")


def _batches(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
