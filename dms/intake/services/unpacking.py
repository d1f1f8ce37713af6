"""Takes the files out of a ZIP, each a received file of its batch; the ZIP itself is destroyed after (A10 B1).

The bench reads the ZIP; here is only what is made of its answers. Killed at any moment nothing is lost and nothing
comes twice: an entry is known by (ZIP, place in its directory), and its row is written only under the ZIP's lease.
"""

import tempfile
import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from dms.core.errors import NotAllowed, Refusal
from dms.journal.services import record
from dms.vault.services import condemn, open_plain

from ..files.bench import Bench, PackedEntry
from ..files.refused import FileRefused
from ..models import FileState, ReceivedFile
from .batches import locked_batch
from .leasing import renewed
from .receiving import receive_entry

FAR = 500_000_000  # beyond every position that a batch reaches


def unpack(file: ReceivedFile, bench: Bench, *, until: float) -> tuple[int, bool]:
    """Take entries out of a leased ZIP until `until` (monotonic seconds); return (files made, whether all are out).

    Raise FileRefused for the ZIP as a whole, LeaseLost, NotAllowed, or OSError and Refusal (507) for a full disk.
    """
    if file.stored is None:
        raise FileRefused("broken_upload")
    made = 0
    with open_plain(file.stored) as plain:
        entries, skipped = bench.open_packed(plain)
        if not entries:
            raise FileRefused("nothing_inside")
        first = _room_made(file, len(entries), skipped)
        done = set(file.entries.values_list("token", flat=True))
        for place, entry in enumerate(entries):
            if token_of(file, entry) in done:
                continue
            if made and time.monotonic() > until:
                return made, False
            _take_out(file, bench, entry, first + place)
            made += 1
    _finish(file)
    return made + 1, True


def token_of(file: ReceivedFile, entry: PackedEntry) -> str:
    """Return the mark by which an entry is received once."""
    return f"{file.public_id}.{entry.number}"


def _room_made(file: ReceivedFile, count: int, skipped: int) -> int:
    """Return the position of the first entry: right behind the ZIP; what came after the ZIP moves back once."""
    with transaction.atomic():
        locked_batch(file.batch, file.received_by)
        renewed(file)
        if file.facts.get("entries") != count:
            later = ReceivedFile.objects.filter(batch=file.batch, position__gt=file.position)
            # Two moves: row by row, a shorter one could meet a position that is still taken.
            later.update(position=F("position") + FAR)
            ReceivedFile.objects.filter(batch=file.batch, position__gt=FAR).update(position=F("position") - FAR + count)
            file.facts = {"entries": count, "skipped": skipped}
            renewed(file, facts=file.facts)
    return file.position + 1


def _take_out(file: ReceivedFile, bench: Bench, entry: PackedEntry, position: int) -> None:
    values: dict[str, Any] = {
        "archive": file,
        "name": entry.name,
        "size": entry.size,
        "position": position,
        "token": token_of(file, entry),
        "acting_user": file.received_by,
    }
    try:
        if entry.refused:
            receive_entry(**values, file=None, refusal=FileRefused(entry.refused, **entry.facts))
            return
        # Nameless: a killed worker leaves no readable paper on the disk.
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
            try:
                bench.unpack(entry, target)
            except FileRefused as refusal:
                receive_entry(**values, file=None, refusal=refusal)
            else:
                receive_entry(**values, file=target)
    except NotAllowed:
        raise
    except Refusal as refusal:
        if refusal.code in {"item_filed", "batch_filed"}:
            raise FileRefused("item_filed") from None
        raise


def _finish(file: ReceivedFile) -> None:
    with transaction.atomic():
        renewed(file, state=FileState.UNPACKED, leased_until=None, leased_by="")
        if file.stored is not None and not file.stored.is_gone:
            condemn([file.stored], reason="transport of files that were taken out")
        record("file.unpacked", by=None, thing=file, facts=dict(file.facts), sealed=file.name)
