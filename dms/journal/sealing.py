"""The sealer: chains entries in the order in which it finds them, and anchors the chain's head outside the database.

Writers know nothing of it. Exactly one sealer works at a time; an entry committed late, with a lower id than others
already sealed, is sealed when it is seen: the chain's order is seal order, not id order.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from dms.core import clock

from . import canonical, keys
from .models import JournalEntry, JournalSeal
from .rows import raw_rows

# How far below the highest sealed id latecomers are looked for each time; `thorough` looks everywhere.
LATE_WINDOW = 10_000
ADVISORY_LOCK = 0x4A5A5345414C  # "JZSEAL"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain's head on a day: all up to seal `seq` is bound by `hash`; `count` entries stood in the journal."""

    day: str
    seq: int
    hash: str
    count: int

    def line(self) -> str:
        """Return the anchor as a line of the anchor file."""
        return f"{self.day} {self.seq} {self.hash} {self.count}\n"

    @classmethod
    def parse(cls, line: str) -> "Anchor":
        """Return the anchor a line says; raise ValueError for any other line."""
        day, seq, head, count = line.split()
        if len(head) != 64:
            raise ValueError("not a hash")
        return cls(day, int(seq), head, int(count))


def seal_pending(limit: int = 1000, *, thorough: bool = False) -> int:
    """Seal up to `limit` waiting entries in one transaction; return how many, 0 where another sealer is at work."""
    with transaction.atomic():
        if not _is_only_sealer():
            return 0
        rows = raw_rows(unsealed(thorough=thorough).order_by("id")[:limit])
        seals = _chain(rows, JournalSeal.objects.order_by("-seq").first())
        JournalSeal.objects.bulk_create(seals, batch_size=150)
    return len(seals)


def seal_waiting() -> int:
    """Seal what came since the last time, in short transactions; return how many. The scheduler's job."""
    return sum(iter(seal_pending, 0))


def seal_all() -> int:
    """Seal everything that waits, latecomers of any age included; return how many."""
    return seal_waiting() + sum(iter(lambda: seal_pending(thorough=True), 0))


def unsealed(*, thorough: bool = False) -> QuerySet[Any]:
    """Return the entries without a seal; unless `thorough`, only those near or above the highest sealed id."""
    waiting = JournalEntry.objects.filter(seal__isnull=True)
    if thorough:
        return waiting
    highest = JournalSeal.objects.aggregate(highest=Max("entry_id"))["highest"] or 0
    return waiting.filter(id__gt=highest - LATE_WINDOW)


def unsealed_older_than(seconds: int) -> int:
    """Return how many entries have waited longer than that for their seal: one after a minute is an alarm."""
    return unsealed().filter(at__lt=clock.now() - timedelta(seconds=seconds)).count()


def anchor_head() -> Anchor | None:
    """Append the chain's head to the anchor file and return it; None (and no line) while nothing is sealed.

    The file is only ever appended to, and is on the disk when this returns. Raises OSError where it cannot be written.
    """
    head = JournalSeal.objects.order_by("-seq").first()
    if head is None:
        return None
    anchor = Anchor(clock.today().isoformat(), head.seq, head.hash, JournalEntry.objects.count())
    place = Path(settings.JOURNAL_ANCHOR_FILE)
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, anchor.line().encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return anchor


def _is_only_sealer() -> bool:
    """PostgreSQL: an advisory lock until the transaction ends. SQLite: the write transaction itself is the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _chain(rows: list[tuple[Any, ...]], head: JournalSeal | None) -> list[JournalSeal]:
    seq, previous = (head.seq, head.hash) if head else (0, canonical.GENESIS)
    key, seals = keys.stamp_key(), []
    for row in rows:
        entry_id, stamp = row[0], row[1]
        hash_of_entry = canonical.entry_hash(entry_id, canonical.body(row[2:]), stamp)
        seq += 1
        link = canonical.seal_hash(seq, entry_id, hash_of_entry, previous, key)
        seals.append(JournalSeal(seq=seq, entry_id=entry_id, entry_hash=hash_of_entry, previous=previous, hash=link))
        previous = link
    return seals
