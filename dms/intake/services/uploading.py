"""Takes a large file in piece by piece, each sealed and acknowledged, and receives it when all are there (A10).

What was acknowledged survives a broken line, a reload, and the death of any process. No piece lies readable on the
disk: each is sealed under a key of its own as it arrives, and the whole is sealed again straight from the pieces.
"""

import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import NotFound, Refusal, require
from dms.holdings.selectors import decide_dossier
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.errors import Damaged, Destroyed
from dms.vault.services import blind_index, condemn, read

from .. import policy
from ..files.names import name_in
from ..models import PieceOfUpload, ReceivedFile, ScanBatch, UnfinishedUpload
from .answers import insist
from .batches import locked_batch
from .receiving import let_go, receive_file, sealed_from

PURPOSE = "piece of upload"


class PiecesDiffer(Exception):
    """A piece is not what the browser has (or is missing): it is to be sent once more. `number` counts from 0."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def begin_upload(
    *, batch: ScanBatch, name: str, folders: Sequence[str] = (), size: int, mark: str, acting_user: User
) -> UnfinishedUpload:
    """Return this person's upload of this file into the batch, begun now or earlier; raise NotAllowed or Refusal.

    `mark`: what the browser knows the file by; only a keyed hash of it is kept. What is too large is refused at once.
    `folders`: those it lay in, kept in its name.
    """
    limit = settings.INTAKE_MAX_FILE_BYTES
    if not 0 < size <= limit:
        raise Refusal(
            _("The file is larger than %(limit)s MB.") % {"limit": limit >> 20},
            _("Divide it into smaller files and upload those."),
            code="too_large",
        )
    hashed = blind_index(mark, f"upload {batch.public_id}")
    now = clock.now()
    with transaction.atomic():
        locked = locked_batch(batch, acting_user)
        insist(policy.may_receive(locked.state, locked.item.state if locked.item else None))
        mine = UnfinishedUpload.objects.filter(sent_by=acting_user)
        upload = mine.filter(batch=locked, mark=hashed, size=size).first()
        if upload is None:
            insist(policy.may_begin_upload(mine.count()))
            upload = UnfinishedUpload.objects.create(
                batch=locked,
                sent_by=acting_user,
                mark=hashed,
                name=name_in(folders, name),
                size=size,
                piece_bytes=settings.INTAKE_PIECE_BYTES,
                begun_at=now,
                changed_at=now,
            )
            facts = {"batch": locked.public_id, "bytes": size}
            record("upload.begun", by=acting_user, thing=upload, facts=facts, sealed=upload.name)
    return upload


def receive_piece(
    *, upload: UnfinishedUpload, number: int, digest: str, body: BinaryIO, acting_user: User
) -> UnfinishedUpload:
    """Seal one piece (from 0) and acknowledge it; the same piece once more changes nothing.

    `digest`: its SHA-256 as the sender knows it (64 hex digits). Raise Refusal: `broken_piece` for what arrives short
    or changed, 507 where the disk is full; NotAllowed, NotFound.
    """
    _still_allowed(upload, acting_user)
    if not 0 <= number < upload.piece_count:
        raise NotFound
    if upload.pieces.filter(number=number).exists():
        return upload
    size = upload.size_of_piece(number)
    stored = sealed_from(cast(BinaryIO, _Checked(body, size, digest)), purpose=PURPOSE)
    try:
        with transaction.atomic():
            batch = locked_batch(upload.batch, acting_user)
            insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))
            touched = UnfinishedUpload.objects.filter(pk=upload.pk).update(changed_at=clock.now())
            if not touched:  # finished, given up or swept meanwhile
                raise NotFound
            PieceOfUpload.objects.create(upload=upload, number=number, size=size, stored=stored)
    except IntegrityError:  # the same piece over another line was faster
        let_go(stored)
    except BaseException:
        let_go(stored)
        raise
    return upload


def finish_upload(*, upload: UnfinishedUpload, digests: Sequence[str], acting_user: User) -> ReceivedFile:
    """Receive the whole file from its pieces, each compared with the sender's SHA-256 on the way; return its row.

    Raise PiecesDiffer after letting go what differs, NotAllowed, or Refusal (the pieces stay; it can be done again).
    """
    _still_allowed(upload, acting_user)
    pieces = list(upload.pieces.select_related("stored").order_by("number"))
    whole = _Whole(upload, pieces, list(digests))
    *folders, name = upload.name.split("/")
    try:
        file = receive_file(
            batch=upload.batch,
            file=cast(BinaryIO, io.BufferedReader(whole, buffer_size=1 << 20)),
            name=name,
            folders=folders,
            token=upload.public_id,
            acting_user=acting_user,
        )
    except PiecesDiffer as differs:
        _let_pieces_go(upload, [piece for piece in pieces if piece.number == differs.number])
        raise
    _end(upload)
    return file


def give_up_upload(*, upload: UnfinishedUpload, acting_user: User) -> None:
    """Destroy what has arrived of a file that its sender does not want any more; raise NotAllowed."""
    require(decide_dossier(acting_user, Act.WORK, upload.batch.dossier))
    with transaction.atomic():
        record("upload.given_up", by=acting_user, thing=upload, sealed=upload.name)
        _end(upload)


def sweep_uploads() -> int:
    """Destroy what has arrived of files whose sending stopped too long ago; return how many files that concerned."""
    before = clock.now() - timedelta(hours=settings.INTAKE_UPLOAD_KEPT_HOURS)
    old = list(UnfinishedUpload.objects.filter(changed_at__lt=before)[:200])
    for upload in old:
        with transaction.atomic():
            record("upload.given_up", by=None, thing=upload, facts={"because": "idle"}, sealed=upload.name)
            _end(upload)
    return len(old)


def _still_allowed(upload: UnfinishedUpload, acting_user: User) -> None:
    batch = upload.batch
    require(decide_dossier(acting_user, Act.WORK, batch.dossier))
    if upload.sent_by_id != acting_user.pk:
        raise NotFound
    insist(policy.may_receive(batch.state, batch.item.state if batch.item else None))


def _let_pieces_go(upload: UnfinishedUpload, pieces: list[PieceOfUpload]) -> None:
    stored = [piece.stored for piece in pieces if not piece.stored.is_gone]
    with transaction.atomic():
        upload.pieces.filter(pk__in=[piece.pk for piece in pieces]).delete()
        if stored:
            condemn(stored, reason="piece of an upload that is over")


def _end(upload: UnfinishedUpload) -> None:
    with transaction.atomic():
        _let_pieces_go(upload, list(upload.pieces.select_related("stored")))
        UnfinishedUpload.objects.filter(pk=upload.pk).delete()


class _Checked:
    """A request's body that refuses at its end what is shorter, longer or other than was announced."""

    def __init__(self, body: BinaryIO, size: int, digest: str) -> None:
        self._body, self._left, self._digest = body, size, digest.lower()
        self._hash = hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        wanted = self._left if count < 0 else min(count, self._left)
        try:
            data = self._body.read(wanted) if wanted else b""
        except OSError:  # the line broke: told below as what arrived short
            data, self._digest = b"", ""
        self._hash.update(data)
        self._left -= len(data)
        if not data and (self._left or self._body.read(1) or self._hash.hexdigest() != self._digest):
            raise Refusal(
                _("A piece of the file did not arrive whole."), _("It is sent once more."), code="broken_piece"
            )
        return data


class _Whole(io.RawIOBase):
    """The pieces as one seekable stream; one of them is open at a time, and each is compared before a byte goes on."""

    def __init__(self, upload: UnfinishedUpload, pieces: list[PieceOfUpload], digests: list[str]) -> None:
        self._upload, self._digests = upload, digests
        self._pieces = {piece.number: piece for piece in pieces}
        self._place = 0
        self._open: tuple[int, bytes] = (-1, b"")
        for number in range(upload.piece_count):
            if number not in self._pieces or number >= len(digests):
                raise PiecesDiffer(number)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._upload.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._place >= self._upload.size:
            return 0
        number, within = divmod(self._place, self._upload.piece_bytes)
        data = self._piece(number)[within : within + len(target)]
        target[: len(data)] = data
        self._place += len(data)
        return len(data)

    def _piece(self, number: int) -> bytes:
        if self._open[0] != number:
            try:
                data = read(self._pieces[number].stored)
            except (Damaged, Destroyed):
                raise PiecesDiffer(number) from None
            if hashlib.sha256(data).hexdigest() != self._digests[number].lower():
                raise PiecesDiffer(number)
            self._open = (number, data)
        return self._open[1]
