"""Clears what killed processes and destroyed pages leave behind: strays, transports, text layers."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from dms.core import clock
from dms.holdings.models import Capture
from dms.vault.models import StoredFile
from dms.vault.services import condemn

from ..models import PieceOfUpload, ReceivedFile, TextLayer, UnplacedFile
from . import receiving, removed_pages, sealed_scans, unplaced, uploading

AGE = timedelta(days=1)  # longer than any request or page takes
BATCH = 500


def sweep() -> int:
    """Destroy stored files of intake that have no use any more; return how many. Safe to run again at any time."""
    uploading.sweep_uploads()
    removed_pages.sweep_removed()
    return _swept(_strays(), "never entered") + _swept(_orphaned(), "its pages were destroyed")


def _strays() -> list[StoredFile]:
    """Sealed for an upload or page that was never entered: the process died between the two."""
    here = {"pk": OuterRef("pk")}
    used = [
        Capture.objects.filter(Q(master=OuterRef("pk")) | Q(derivative=OuterRef("pk")) | Q(thumbnail=OuterRef("pk"))),
        ReceivedFile.objects.filter(stored__pk=here["pk"]),
        TextLayer.objects.filter(stored__pk=here["pk"]),
        PieceOfUpload.objects.filter(stored__pk=here["pk"]),
        UnplacedFile.objects.filter(stored__pk=here["pk"]),
    ]
    purposes = (receiving.PURPOSE, uploading.PURPOSE, unplaced.PURPOSE, *sealed_scans.PURPOSES)
    old = StoredFile.objects.alive().filter(purpose__in=purposes, created_at__lt=clock.now() - AGE)
    for users in used:
        old = old.filter(~Exists(users))
    return list(old[:BATCH])


def _orphaned() -> list[StoredFile]:
    """E6: transports and text layers of pages that were destroyed elsewhere go with them."""
    gone = ~Q(destroyed_because="")
    dead = StoredFile.objects.filter(gone)
    uploads = ReceivedFile.objects.filter(sources__page__captures__master__in=dead).values("stored")
    layers = TextLayer.objects.filter(capture__master__in=dead).values("stored")
    return list(StoredFile.objects.alive().filter(Q(pk__in=uploads) | Q(pk__in=layers))[:BATCH])


def _swept(files: list[StoredFile], reason: str) -> int:
    if files:
        with transaction.atomic():
            condemn(files, reason=reason)
    return len(files)
