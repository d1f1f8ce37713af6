"""Takes an upload into the vault: sniffed, measured, sealed, compared with what is there (A10). Opens nothing."""

import errno
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.holdings.selectors import decide_dossier, dossiers_visible_to
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import destroy, store

from .. import policy
from ..files.kinds import Kind
from ..files.names import clean_path, name_in
from ..files.refused import FileRefused
from ..files.sniffing import is_zip, misnamed, sniff
from ..models import PACKED, FileState, ReceivedFile, ScanBatch
from .answers import insist
from .batches import locked_batch
from .leasing import renewed

PURPOSE = "upload"


def receive_file(
    *,
    batch: ScanBatch,
    file: BinaryIO,
    name: str,
    folders: Sequence[str] = (),
    token: str = "",
    same_again: bool = False,
    acting_user: User,
) -> ReceivedFile:
    """Receive one file (a seekable stream) into an open batch and return its row; the file is streamed, never held.

    What is no scan is recorded as refused, with its reason, and not kept. A file that the fonds has already, in a
    dossier the user may know of, waits for the answer whether it is wanted once more (`same_again`: yes). `token`: the
    sender's mark; the same token in a batch is the same file, received once. `folders`: those it lay in, kept in its
    name. A ZIP is received as one file and unpacked by a worker. Raise NotAllowed or Refusal for the batch.
    """
    require(decide_dossier(acting_user, Act.WORK, batch.dossier))
    insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))
    if token and (known := ReceivedFile.objects.filter(batch=batch, token=token[:40]).first()):
        return known
    row = ReceivedFile(
        batch=batch,
        name=name_in(folders, name),
        token=token[:40],
        received_by=acting_user,
        received_at=clock.now(),
    )
    row.size = file.seek(0, 2)
    return _received(row, file, acting_user, same_again)


def receive_entry(
    *,
    archive: ReceivedFile,
    name: str,
    size: int,
    position: int,
    token: str,
    file: BinaryIO | None,
    refusal: FileRefused | None = None,
    acting_user: User,
) -> ReceivedFile:
    """Receive one file out of a ZIP that the caller holds under a lease, at `position` of the batch; return its row.

    Either `file` (a seekable stream) or `refusal`, why it cannot be taken out. Raise LeaseLost, NotAllowed or Refusal.
    """
    row = ReceivedFile(
        batch=archive.batch,
        packed_in=archive,
        name=clean_path(name),
        size=size,
        position=position,
        token=token,
        received_by=acting_user,
        received_at=clock.now(),
    )
    if file is None:
        return _refused(row, refusal or FileRefused("damaged"), acting_user)
    row.size = file.seek(0, 2)
    return _received(row, file, acting_user, same_again=False)


def receive_stored(
    *, batch: ScanBatch, stored: StoredFile, kind: Kind | None, name: str, acting_user: User
) -> ReceivedFile:
    """Receive what the vault has already and the caller gives up: inside the caller's transaction, with no key changed.

    `kind`: what `kind_of` said of its content, None for a ZIP. Raise NotAllowed or Refusal.
    """
    row = ReceivedFile(
        batch=batch,
        name=name,
        size=stored.size,
        stored=stored,
        fingerprint=stored.fingerprint,
        kind=PACKED if kind is None else kind.value,
        misnamed=kind is not None and misnamed(kind, name),
        received_by=acting_user,
        received_at=clock.now(),
    )
    return _entered(row, acting_user, same_again=False)


def kind_of(file: BinaryIO, name: str) -> Kind | None:
    """Return what the stream is, None for a ZIP; raise FileRefused for what is no scan or larger than allowed."""
    limit = settings.INTAKE_MAX_FILE_BYTES
    if file.seek(0, 2) > limit:
        raise FileRefused("too_large", limit=limit >> 20)
    return None if is_zip(file) else sniff(file, name)


def _received(row: ReceivedFile, file: BinaryIO, acting_user: User, same_again: bool) -> ReceivedFile:
    try:
        _measure(row, file)
    except FileRefused as refusal:
        return _refused(row, refusal, acting_user)
    stored = seal(file, purpose=PURPOSE)
    row.stored, row.fingerprint = stored, stored.fingerprint
    try:
        entered = _entered(row, acting_user, same_again)
    except BaseException:
        let_go(stored)
        raise
    if entered.stored_id != stored.pk:  # another request with this token was faster
        let_go(stored)
    return entered


def _refused(row: ReceivedFile, refusal: FileRefused, acting_user: User) -> ReceivedFile:
    row.state, row.reason, row.facts = FileState.REFUSED, refusal.code, refusal.facts
    return _entered(row, acting_user, same_again=True)


def _measure(row: ReceivedFile, file: BinaryIO) -> None:
    kind = kind_of(file, row.name)
    if kind is not None:
        row.kind, row.misnamed = kind.value, misnamed(kind, row.name)
    elif row.packed_in_id:
        raise FileRefused("zip_inside")
    else:
        row.kind = PACKED


def seal(file: BinaryIO, *, purpose: str) -> StoredFile:
    """Seal a seekable stream from its beginning; raise Refusal (507) where the disk is full."""
    file.seek(0)
    return sealed_from(file, purpose=purpose)


def sealed_from(file: BinaryIO, *, purpose: str) -> StoredFile:
    """Seal a stream from where it stands to its end; raise Refusal (507) where the disk is full."""
    try:
        return store(file, purpose=purpose)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full() from None
        raise


def disk_full() -> Refusal:
    """Return the refusal for a vault that has no room left."""
    refusal = Refusal(
        _("There is no room left for further files; nothing that was received is lost."),
        _("Tell an administrator, and upload the file again afterwards."),
        code="disk_full",
    )
    refusal.status = 507
    return refusal


def _entered(row: ReceivedFile, acting_user: User, same_again: bool) -> ReceivedFile:
    with transaction.atomic():
        batch = locked_batch(row.batch, acting_user)
        if row.packed_in is not None:
            renewed(row.packed_in)
        insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))
        if row.token and (known := ReceivedFile.objects.filter(batch=batch, token=row.token).first()):
            return known
        row.position = row.position or (batch.files.aggregate(last=Max("position"))["last"] or 0) + 1
        if row.fingerprint and not same_again:
            row.same_as = seen_before(row.fingerprint, batch, acting_user)
            row.state = FileState.DUPLICATE if row.same_as else FileState.RECEIVED
        row.changed_at = clock.now()
        row.save()
        action = "file.received.refused" if row.state == FileState.REFUSED else "file.received"
        facts = {"batch": batch.public_id, "bytes": row.size, "state": str(row.state)}
        record(action, by=acting_user, thing=row, thing_label=batch.dossier.number, facts=facts, sealed=row.name)
    return row


def seen_before(fingerprint: str, batch: ScanBatch, user: User) -> ReceivedFile | None:
    """Return the first file of the fonds with the same content, in a dossier the user may know of (D1).

    What lies in dossiers hidden from the user is not noticed: to be asked about it would be to be told.
    """
    same = ReceivedFile.objects.filter(
        fingerprint=fingerprint,
        batch__dossier__fonds=batch.dossier.fonds_id,
        state__in=(FileState.RECEIVED, FileState.SPLIT, FileState.UNPACKED),
    )
    known = dossiers_visible_to(user, Act.KNOW).values("pk")
    return same.filter(batch__dossier__in=known).order_by("pk").first()


def let_go(stored: StoredFile) -> None:
    """Destroy what was sealed for nothing, unless a commit whose answer was lost entered it all the same."""
    with suppress(Exception):  # the sweep will do it
        if not ReceivedFile.objects.filter(stored=stored).exists():
            destroy([stored], reason="never entered")
