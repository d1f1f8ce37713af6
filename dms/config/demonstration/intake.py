"""Takes the demonstration's scans in as an archivist would: a batch a dossier, then entries completed and batches filed."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from dms.core.errors import Refusal
from dms.holdings.models import Dossier, Item, ItemState
from dms.holdings.services import change_item
from dms.intake.models import BatchState, FileState, ReceivedFile, ScanBatch
from dms.intake.services import file_batch, open_batch, receive_file

from .organisation import Organisation
from .scans import Scan
from .volumes import type_of

NOTE = "演示扫描件"
# The last dossiers' batches stay open: there is something to look at, withdraw and file.
STAY_OPEN = 2
_COUNTS_AS_THERE = (FileState.RECEIVED, FileState.DUPLICATE, FileState.SPLIT)


def receive_scans(house: Organisation, scans: Iterable[Scan], paths: Iterable[Path]) -> int:
    """Receive the scans that are not there yet; return how many were received."""
    archivist = house.people["archivist"]
    received = 0
    for scan, path in zip(scans, paths, strict=True):
        dossier = house.dossiers[scan.customer.contract]
        if received_of(dossier, scan) is not None:
            continue
        with path.open("rb") as file:
            receive_file(
                batch=_batch_of(dossier, house), file=file, name=scan.file_name, same_again=True, acting_user=archivist
            )
        received += 1
    return received


def received_of(dossier: Dossier, scan: Scan) -> ReceivedFile | None:
    """Return the received file of a scan, where it was received and not given up since."""
    files = ReceivedFile.objects.filter(batch__dossier=dossier, name=scan.file_name, state__in=_COUNTS_AS_THERE)
    return files.select_related("item").first()


def batches_of(house: Organisation) -> list[ScanBatch]:
    """Return the demonstration's batches, oldest first."""
    return list(ScanBatch.objects.filter(dossier__in=house.dossiers.values(), note=NOTE).order_by("pk"))


def _batch_of(dossier: Dossier, house: Organisation) -> ScanBatch:
    there = ScanBatch.objects.filter(dossier=dossier, note=NOTE, state=BatchState.OPEN).first()
    return there or open_batch(dossier=dossier, note=NOTE, acting_user=house.people["archivist"])


def complete_entries(house: Organisation, scans: Iterable[Scan]) -> int:
    """Give each new item its title, section and date (A6); return how many were completed."""
    completed = 0
    for scan in scans:
        dossier = house.dossiers[scan.customer.contract]
        received = received_of(dossier, scan)
        item = received.item if received else None
        if item is not None and item.state == ItemState.INTAKE and item.section_id is None:
            _complete(item, dossier, scan, house)
            completed += 1
    return completed


def _complete(item: Item, dossier: Dossier, scan: Scan, house: Organisation) -> None:
    changes = {
        "title": scan.title,
        "section": dossier.kind.sections.get(code=scan.paper.section),
        "document_type": type_of(scan.title),
        "document_date": scan.day,
    }
    change_item(item=item, changes=changes, acting_user=house.people["archivist"])


def file_batches(house: Organisation) -> int:
    """File every batch but the last dossiers'; return how many were filed."""
    kept_open = {dossier.pk for dossier in list(house.dossiers.values())[-STAY_OPEN:]}
    filed = 0
    for batch in batches_of(house):
        if batch.state == BatchState.OPEN and batch.dossier_id not in kept_open:
            # A file that is not split yet keeps its batch open; the next run files it.
            with suppress(Refusal):
                file_batch(batch=batch, acting_user=house.people["archivist"])
                filed += 1
    return filed
