"""Leases on rows: a worker takes work in one short transaction, works outside any, and writes only under its attempt.

The truth is the row's own state; a worker that dies is simply outlived: its lease ends and the row is drawn again.
Where it can be seen that it died (presence.py), nobody waits for that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from . import clock, presence

# No lease is given for longer than half of this: machines' clocks may differ by the other half.
LONGEST = timedelta(hours=2)


class Leasable(models.Model):
    """Columns of a row that workers draw: who holds it until when, and how often it was tried."""

    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    leased_by = models.CharField(_("leased by"), max_length=80, blank=True, editable=False)
    attempt = models.PositiveIntegerField(_("attempt"), default=0, editable=False)

    class Meta:
        abstract = True


def free(now: datetime) -> Q:
    """Return the condition of rows that no worker holds at `now`.

    A lease that ends later than any is given was given while a clock was ahead; it counts as over, or the page would
    wait for that day.
    """
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LONGEST)


def lease(waiting: models.QuerySet[Any], *, worker: str, seconds: int, limit: int = 1) -> list[Any]:
    """Take up to `limit` rows of `waiting` (ordered, unsliced) for `seconds`; return them as leased.

    Rows under a live lease are passed over. Two workers never get the same row: the row is locked on PostgreSQL
    (SKIP LOCKED), the whole database on SQLite (BEGIN IMMEDIATE).
    """
    model = waiting.model
    now = clock.now()
    until = now + min(timedelta(seconds=seconds), LONGEST / 2)
    with transaction.atomic():
        rows = waiting.filter(free(now))
        if transaction.get_connection().features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        drawn = list(rows[:limit])
        if not drawn:
            return []
        keys = [row.pk for row in drawn]
        presence.draws(worker, model, keys)
        model._default_manager.filter(pk__in=keys).update(
            leased_until=until, leased_by=worker, attempt=F("attempt") + 1
        )
    for row in drawn:  # locked as they were read: what was written is known without reading it again
        row.leased_until, row.leased_by, row.attempt = until, worker, row.attempt + 1
    return drawn


def held(row: Any) -> models.QuerySet[Any]:
    """Return the queryset that matches `row` only while the lease it was given still stands (same attempt)."""
    return type(row)._default_manager.filter(pk=row.pk, attempt=row.attempt, leased_until__isnull=False)


def lock_held(rows: Sequence[Any]) -> list[Any]:
    """Lock, until the transaction ends, those of `rows` (of one model) whose lease still stands; return them.

    Locked in the order of their keys, so that two who lock several never wait for each other in a ring.
    """
    if not rows:
        return []
    model = type(rows[0])
    leased = model._default_manager.filter(pk__in=[row.pk for row in rows], leased_until__isnull=False)
    attempts = dict(leased.order_by("pk").select_for_update().values_list("pk", "attempt"))
    return [row for row in rows if attempts.get(row.pk) == row.attempt]


def release(row: Any) -> bool:
    """Give the row back untouched; return False where another worker has taken it since."""
    return held(row).update(leased_until=None, leased_by="") == 1
