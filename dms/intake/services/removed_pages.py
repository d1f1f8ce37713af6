"""Ends what was removed at the light table: its images and texts are destroyed (R2: before filing only).

Until then the removed pages wait in withdrawn items and can be brought back. Steps too old to be undone are forgotten.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from dms.core import clock
from dms.holdings.models import ItemState
from dms.holdings.services.items import stored_files_of
from dms.vault.services import condemn

from ..models import BatchState, ScanBatch, TableAct
from .table_acts import set_aside_items

KEPT = timedelta(days=30)  # for tables that no filing of a batch ends
MOST_AT_ONCE = 50


def destroy_removed(batch: ScanBatch) -> int:
    """Destroy the pages that were removed from a batch, now that it is filed; return how many items they were in."""
    return _destroyed(TableAct.objects.filter(batch=batch))


def sweep_removed() -> int:
    """Destroy removed pages of filed batches and those removed long ago; forget old steps. Safe to run again."""
    old = TableAct.objects.filter(Q(done_at__lt=clock.now() - KEPT) | Q(batch__state=BatchState.CLOSED))
    done = _destroyed(old)
    TableAct.objects.filter(done_at__lt=clock.now() - 2 * KEPT).delete()
    return done


def _destroyed(acts: QuerySet[TableAct]) -> int:
    done = 0
    for item in set_aside_items(acts)[:MOST_AT_ONCE]:
        with transaction.atomic():
            locked = type(item).objects.select_for_update().get(pk=item.pk)
            if locked.state != ItemState.WITHDRAWN:  # brought back in between
                continue
            alive = [stored for stored in stored_files_of(locked) if not stored.is_gone]
            condemn(alive, reason="removed before filing")
        done += 1
    return done
