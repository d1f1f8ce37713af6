"""Splits received files into pages; a ZIP goes to unpacking.py. The bench opens the file, never this process (A10 B1).

Killed at any moment nothing is lost and nothing comes twice: what was made is known by (received file, place in the
file), the lease ends by itself, and only the holder of the newest attempt can write.
"""

import time
from contextlib import suppress
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F

from dms.core import clock
from dms.core.errors import NotAllowed
from dms.core.leases import held, lease
from dms.holdings.models import Item, ItemState
from dms.holdings.services import add_page, create_item
from dms.vault.errors import Damaged, Destroyed
from dms.vault.services import open_plain

from ..files.bench import Bench
from ..files.limits import Limits
from ..files.names import title_of
from ..files.pages import SplitPage
from ..files.refused import BenchFailed, FileRefused
from ..models import PACKED, FileState, PageSource, ReceivedFile
from ..policy import is_low_resolution
from .leasing import LEASE_SECONDS, LeaseLost, renewed
from .sealed_scans import sealed_scan
from .unpacking import unpack
from .withdrawing import finish_withdrawals, refuse_file

# Then other files have their turn, and who works alone reads a page in between: the first pages of a large file are
# found while the rest waits. A file that is slow to open gets so many times longer.
SLICE_SECONDS = 6
MOST_CRASHES = 3

_benches: dict[str, Bench] = {}


def split_next(worker: str) -> int:
    """Draw one received file, split it for a few seconds, and return the number of pages made or files ended.

    0: nothing waits. Raise OSError where the disk is full (the file is drawn again later).
    """
    finished = finish_withdrawals()
    drawn = lease(ReceivedFile.objects.waiting(), worker=worker, seconds=LEASE_SECONDS)
    if not drawn:
        return finished
    file: ReceivedFile = drawn[0]
    with suppress(LeaseLost):
        return finished + _worked_on(file)
    return finished


def _worked_on(file: ReceivedFile) -> int:
    try:
        return _split_or_refused(file)
    except NotAllowed:
        return refuse_file(file, FileRefused("no_right"))


def _split_or_refused(file: ReceivedFile) -> int:
    if file.attempt - file.slices > MOST_CRASHES:
        return refuse_file(file, FileRefused("crashed"))
    try:
        done, is_over = _unpacked(file) if file.kind == PACKED else _split(file)
    except FileRefused as refusal:
        return refuse_file(file, refusal)
    except NotAllowed:
        raise
    except (Damaged, Destroyed) as error:
        # Items are sealed under their dossier's key: where that is the one that fails, the file is sound.
        code = "not_readable_again" if error.key_id == file.stored_id else "dossier_not_readable"
        return refuse_file(file, FileRefused(code, fault=type(error).__name__))
    except BenchFailed as error:
        return refuse_file(file, FileRefused("not_readable_again", fault=type(error).__name__))
    except BaseException:
        # Disk full, database locked, a stop: not the file's fault. It is free for the next try.
        with suppress(Exception):
            _give_back(file)
        raise
    if not is_over:
        _give_back(file)
    return done


def _unpacked(file: ReceivedFile) -> tuple[int, bool]:
    return unpack(file, _bench(), until=time.monotonic() + SLICE_SECONDS)


def _split(file: ReceivedFile) -> tuple[int, bool]:
    """Return (pages made, whether the file has ended)."""
    if file.stored is None:
        raise FileRefused("broken_upload")
    bench = _bench()
    begun, made = time.monotonic(), 0
    with open_plain(file.stored) as plain:
        pages = _opened(file, bench, plain)
        until = begun + SLICE_SECONDS * max(1.0, time.monotonic() - begun)
        done = set(file.sources.values_list("index_in_file", flat=True))
        for index in range(pages):
            if index in done:
                continue
            if made and time.monotonic() > until:
                return made, False
            _take_in(file, bench.page(index))
            made += 1
    with transaction.atomic():
        renewed(file, state=FileState.SPLIT, leased_until=None, leased_by="")
    return made + 1, True


def _opened(file: ReceivedFile, bench: Bench, plain: BinaryIO) -> int:
    opened = bench.open(plain, file.name)
    if file.pages_found != opened.pages or file.kind != opened.kind.value:
        with transaction.atomic():
            renewed(file, pages_found=opened.pages, kind=opened.kind.value, misnamed=opened.misnamed)
    return opened.pages


def _take_in(file: ReceivedFile, page: SplitPage) -> None:
    with sealed_scan(page) as sealed, transaction.atomic():
        renewed(file, low_dpi=file.low_dpi or is_low_resolution(page.dpi))
        entered = add_page(item=_item_of(file), capture=sealed.facts)
        PageSource.objects.create(page=entered, received_file=file, index_in_file=page.index)
        sealed.keep_beside(entered.captures.get())


def _item_of(file: ReceivedFile) -> Item:
    """Return the item the pages go to: the batch's own, or a new one in the name of who uploaded."""
    if file.item is None or _is_withdrawn(file.item):
        batch = file.batch
        whole = batch.item if batch.item and not _is_withdrawn(batch.item) else None
        file.item = whole or create_item(
            dossier=batch.dossier,
            title=title_of(file.name),
            section=batch.section,
            document_date=batch.document_date,
            acting_user=file.received_by,
        )
        renewed(file, item=file.item)
    return file.item


def _is_withdrawn(item: Item) -> bool:
    """Say whether the item was emptied at the light table: pages in it would be seen by nobody."""
    return Item.objects.filter(pk=item.pk, state=ItemState.WITHDRAWN).exists()


def _give_back(file: ReceivedFile) -> None:
    with transaction.atomic():
        held(file).update(leased_until=None, leased_by="", slices=F("slices") + 1, changed_at=clock.now())


def _bench() -> Bench:
    """Return this process's bench."""
    if "own" not in _benches:
        _benches["own"] = Bench(limits_of_settings())
    return _benches["own"]


def limits_of_settings() -> Limits:
    """Return the limits the operator has set."""
    values: dict[str, Any] = {
        "pages": settings.INTAKE_MAX_PAGES_PER_FILE,
        "pixels": settings.INTAKE_MAX_PIXELS,
        "entries": settings.INTAKE_MAX_ZIP_ENTRIES,
        "entry_bytes": settings.INTAKE_MAX_FILE_BYTES,
        "unpacked_bytes": settings.INTAKE_MAX_ZIP_BYTES,
    }
    return Limits(**values)
