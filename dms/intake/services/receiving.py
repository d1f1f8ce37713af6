"""Takes an upload into the vault: sniffed, measured, sealed, compared with what is there (A10). Opens nothing."""

import errno
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
from ..files.names import clean_file_name
from ..files.refused import FileRefused
from ..files.sniffing import misnamed, sniff
from ..models import FileState, ReceivedFile, ScanBatch
from .answers import insist
from .batches import locked_batch

PURPOSE = "upload"


def receive_file(
    *,
    batch: ScanBatch,
    file: BinaryIO,
    name: str,
    token: str = "",
    same_again: bool = False,
    acting_user: User,
) -> ReceivedFile:
    """Receive one file (a seekable stream) into an open batch and return its row; the file is streamed, never held.

    What is no scan is recorded as refused, with its reason, and not kept. A file that the fonds has already, in a
    dossier the user may know of, waits for the answer whether it is wanted once more (`same_again`: yes). `token`: the
    sender's mark; the same token in a batch is the same file, received once. Raise NotAllowed or Refusal for the batch.
    """
    require(decide_dossier(acting_user, Act.WORK, batch.dossier))
    insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))
    if token and (known := ReceivedFile.objects.filter(batch=batch, token=token[:40]).first()):
        return known
    row = ReceivedFile(
        batch=batch, name=clean_file_name(name), token=token[:40], received_by=acting_user, received_at=clock.now()
    )
    row.size = file.seek(0, 2)
    try:
        _measure(row, file)
    except FileRefused as refusal:
        row.state, row.reason, row.facts = FileState.REFUSED, refusal.code, refusal.facts
        return _entered(row, acting_user, same_again)
    stored = _sealed(file)
    row.stored, row.fingerprint = stored, stored.fingerprint
    try:
        entered = _entered(row, acting_user, same_again)
    except BaseException:
        _let_go(stored)
        raise
    if entered.stored_id != stored.pk:  # another request with this token was faster
        _let_go(stored)
    return entered


def _measure(row: ReceivedFile, file: BinaryIO) -> None:
    limit = settings.INTAKE_MAX_FILE_BYTES
    if row.size > limit:
        raise FileRefused("too_large", limit=limit >> 20)
    kind = sniff(file, row.name)
    row.kind, row.misnamed = kind.value, misnamed(kind, row.name)


def _sealed(file: BinaryIO) -> StoredFile:
    file.seek(0)
    try:
        return store(file, purpose=PURPOSE)
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
        insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))
        if row.token and (known := ReceivedFile.objects.filter(batch=batch, token=row.token).first()):
            return known
        row.position = (batch.files.aggregate(last=Max("position"))["last"] or 0) + 1
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
        state__in=(FileState.RECEIVED, FileState.SPLIT),
    )
    known = dossiers_visible_to(user, Act.KNOW).values("pk")
    return same.filter(batch__dossier__in=known).order_by("pk").first()


def _let_go(stored: StoredFile) -> None:
    """Destroy what was sealed for nothing, unless a commit whose answer was lost entered it all the same."""
    with suppress(Exception):  # the sweep will do it
        if not ReceivedFile.objects.filter(stored=stored).exists():
            destroy([stored], reason="never entered")
