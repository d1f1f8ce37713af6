"""Reads the whole journal back and names what was done to it. Reads only; memory stays flat however long it is.

Found: a changed entry (its seal or stamp no longer fits), an inserted one (its stamp never fitted, or is another's),
a missing one, a missing or altered seal, a broken chain, a tail cut off behind an anchor, guards taken away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from . import canonical, guards, keys
from .models import JournalEntry, JournalSeal
from .rows import raw_rows
from .sealing import Anchor, unsealed

CHUNK = 900  # below SQLite's oldest limit of parameters in one statement
SEAL_FIELDS = ("seq", "entry_id", "entry_hash", "previous", "hash")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `kind` is a stable word for programs, `detail` is for people; `seq` or `entry` are None
    where unknown."""

    kind: str
    seq: int | None = None
    entry: int | None = None
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What a verification saw: how many sealed entries were read, how many still wait, and every fault."""

    verified: int = 0
    waiting: int = 0
    anchors: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults


def verify(seal_waiting: Callable[[], int] | None = None) -> Report:
    """Verify the whole journal.

    Entries may wait for their seal for some seconds, or for as long as no scheduler runs. Where everything sealed is
    whole and `seal_waiting` is given, it is called and the new seals are verified too; otherwise what waits is checked
    by its stamp only, and named `unsealed` where the chain is not whole.
    """
    walk = _Walk()
    walk.run()
    if walk.report.whole and seal_waiting and seal_waiting():
        walk.run()
    walk.finish()
    return walk.report


class _Walk:
    """Goes along the chain once, in seal order; may go on from where it stopped."""

    def __init__(self) -> None:
        self.report = Report()
        self.seq = 0
        self.head = canonical.GENESIS
        self.key = keys.stamp_key()
        self.anchors = self._read_anchors()

    def run(self) -> None:
        """Verify every seal after the last one seen."""
        for chunk in _seal_chunks(self.seq):
            seals = [seal for seal in chunk if isinstance(seal[0], int) and isinstance(seal[1], int)]
            for seal in chunk if len(seals) < len(chunk) else ():
                if seal not in seals:  # SQLite keeps words where numbers belong
                    self._fault(
                        "seal changed",
                        detail=_("number %(seq)s, entry %(entry)s") % {"seq": repr(seal[0]), "entry": repr(seal[1])},
                    )
            entries = {row[0]: row for row in raw_rows(_entries_of([seal[1] for seal in seals]))}
            for seal in seals:
                self._check_link(seal)
                self._check_entry(seal, entries.get(seal[1]))

    def finish(self) -> None:
        """Look at what the chain itself cannot show."""
        for seq in sorted(seq for seq in self.anchors if seq > self.seq):
            self._fault(
                "truncated", seq, detail=_("anchored on %(day)s, no longer there") % {"day": self.anchors[seq][0].day}
            )
        self._check_waiting()
        self._check_count()
        twice = JournalEntry.objects.values("stamp").annotate(n=Count("id")).filter(n__gt=1).values("stamp")
        for entry_id in JournalEntry.objects.filter(stamp__in=twice).order_by("id").values_list("id", flat=True):
            self._fault("inserted", entry=entry_id, detail=_("another entry carries the same stamp"))
        for name in guards.missing(connection):
            self._fault("guard missing", detail=name)

    def _fault(self, kind: str, seq: int | None = None, entry: int | None = None, detail: str = "") -> None:
        self.report.faults.append(Fault(kind, seq, entry, detail))

    def _check_link(self, seal: tuple[Any, ...]) -> None:
        seq, entry_id, hash_of_entry, previous, link = seal
        for absent in range(self.seq + 1, min(seq, self.seq + 1001)):
            self._fault("seal missing", absent)
        if previous != self.head and seq == self.seq + 1:
            self._fault("chain broken", seq, entry_id, _("does not follow the seal before it"))
        if seq < 1 or link != canonical.seal_hash(seq, entry_id, hash_of_entry, previous, self.key):
            self._fault("seal changed", seq, entry_id)
        for anchor in self.anchors.get(seq, ()):
            if anchor.hash != link:
                self._fault("anchor differs", seq, entry_id, _("anchored on %(day)s") % {"day": anchor.day})
        self.seq, self.head = seq, link

    def _check_entry(self, seal: tuple[Any, ...], row: tuple[Any, ...] | None) -> None:
        seq, entry_id, hash_of_entry = seal[:3]
        self.report.verified += 1
        if row is None:
            self._fault("entry missing", seq, entry_id)
            return
        text, stamp = canonical.body(row[2:]), row[1]
        genuine = canonical.stamp_of(text, stamp[:16], self.key) == stamp
        if canonical.entry_hash(entry_id, text, stamp) != hash_of_entry:
            self._fault("entry changed", seq, entry_id, "" if genuine else _("its stamp does not fit either"))
        elif not genuine:
            self._fault("inserted", seq, entry_id, _("not written by the application"))

    def _check_waiting(self) -> None:
        chain_is_whole = self.report.whole
        for rows in _raw_chunks():
            for row in rows:
                self.report.waiting += 1
                if canonical.stamp_of(canonical.body(row[2:]), row[1][:16], self.key) != row[1]:
                    self._fault("inserted", entry=row[0], detail=_("changed, or not written by the application"))
                elif not chain_is_whole:
                    self._fault("unsealed", entry=row[0])

    def _check_count(self) -> None:
        most = max((anchor.count for at_seq in self.anchors.values() for anchor in at_seq), default=0)
        standing = JournalEntry.objects.count()
        if standing < most:
            self._fault(
                "entries missing", detail=_("%(then)s when anchored, %(now)s now") % {"then": most, "now": standing}
            )

    def _read_anchors(self) -> dict[int, list[Anchor]]:
        anchors: dict[int, list[Anchor]] = {}
        place = Path(settings.JOURNAL_ANCHOR_FILE)
        lines = place.read_text("ascii", "replace").splitlines() if place.exists() else []
        for number, line in enumerate(lines, start=1):
            try:
                anchor = Anchor.parse(line)
            except ValueError:
                self._fault("anchor unreadable", detail=_("line %(number)s") % {"number": number})
                continue
            anchors.setdefault(anchor.seq, []).append(anchor)
            self.report.anchors += 1
        return anchors


def _seal_chunks(after: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the seals after number `after`, by keyset; the first time from below 1, where none should be."""
    lowest = after or -1
    while chunk := list(JournalSeal.objects.filter(seq__gt=lowest).order_by("seq").values_list(*SEAL_FIELDS)[:CHUNK]):
        yield chunk
        lowest = chunk[-1][0]
        if not isinstance(lowest, int):  # words sort behind all numbers: there is nothing after them
            return


def _entries_of(ids: list[int]) -> QuerySet[Any]:
    """Return the entries of a chunk: as a range where they lie close together, which is cheaper to ask for."""
    lowest, highest = min(ids, default=0), max(ids, default=0)
    if highest - lowest < 2 * len(ids):
        return JournalEntry.objects.filter(id__gte=lowest, id__lte=highest)
    return JournalEntry.objects.filter(id__in=ids)


def _raw_chunks() -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    while chunk := raw_rows(unsealed(thorough=True).filter(id__gt=after).order_by("id")[:CHUNK]):
        yield chunk
        after = chunk[-1][0]
