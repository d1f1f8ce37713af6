"""Reads of the journal for those who may: by filters, in pages, newest first. Rights are asked by `require_reader`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from dms.core.errors import NotFound, require

from . import policy
from .models import JournalEntry, JournalSeal

SYSTEM = "system"
EXPORT_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; empty values leave out nothing. Days are whole days of the organisation's time zone."""

    person: str = ""
    action: str = ""
    thing: str = ""
    since: date | None = None
    until: date | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, newest first; `newer` and `older` are the ids to go on from, None at the ends."""

    entries: list[JournalEntry]
    newer: int | None
    older: int | None


def posts_for_journal(user: Any) -> frozenset[str]:
    """Return those posts of the user that the journal's policy asks about.

    The organisation lies above this room and cannot be imported: its user is known here only by `holds(kind)`.
    """
    return frozenset(kind for kind in policy.READERS if user.holds(kind))


def require_reader(user: Any) -> None:
    """Raise NotAllowed where the user may not read the journal."""
    require(policy.may_read_journal(posts_for_journal(user)))


def entries_for(user: Any, filters: Filters) -> QuerySet[JournalEntry]:
    """Return the entries that match, without order; raise NotAllowed for who may not read the journal."""
    require_reader(user)
    found = JournalEntry.objects.all()
    if filters.person:
        found = found.filter(_by_person(filters.person))
    if filters.action:
        found = found.filter(action=filters.action)
    if filters.thing:
        found = found.filter(Q(thing_label=filters.thing) | Q(thing_id=filters.thing) | _by_prefix(filters.thing))
    if filters.since:
        found = found.filter(at__gte=_midnight(filters.since))
    if filters.until:
        found = found.filter(at__lt=_midnight(filters.until + timedelta(days=1)))
    return found.filter(refused=True) if filters.refused else found


def page_of_entries(
    user: Any, filters: Filters, *, before: int | None = None, after: int | None = None, size: int = 50
) -> EntryPage:
    """Return the newest entries, or those older than id `before`, or those next newer than id `after`; no totals."""
    found = entries_for(user, filters)
    if after is not None:
        rows = list(found.filter(id__gt=after).order_by("id")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        if not rows:
            return page_of_entries(user, filters, size=size)
        return EntryPage(rows, rows[0].pk if more else None, rows[-1].pk)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    newer = before is not None and bool(rows)
    return EntryPage(rows, rows[0].pk if newer else None, rows[-1].pk if more else None)


def get_entry_for(user: Any, entry_id: int) -> JournalEntry:
    """Return one entry with its seal, where it has one; raise NotAllowed or NotFound."""
    require_reader(user)
    entry = JournalEntry.objects.select_related("seal").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound()
    return entry


def state_of_chain(user: Any) -> dict[str, Any]:
    """Return how many entries and seals there are, and the last seal; for who may read the journal."""
    require_reader(user)
    last = JournalSeal.objects.order_by("-seq").first()
    return {
        "entries": JournalEntry.objects.count(),
        "sealed": JournalSeal.objects.count(),
        "last_seal": last.seq if last else None,
        "head": last.hash if last else "",
    }


def all_entries(user: Any, filters: Filters, limit: int | None = None) -> Iterator[JournalEntry]:
    """Yield every entry that matches, newest first, `EXPORT_CHUNK` at a time, at most `limit`; memory stays flat."""
    found, before, left = entries_for(user, filters), None, limit
    while left is None or left > 0:
        rows = found if before is None else found.filter(id__lt=before)
        chunk = list(rows.order_by("-id")[: EXPORT_CHUNK if left is None else min(left, EXPORT_CHUNK)])
        if not chunk:
            return
        yield from chunk
        before, left = chunk[-1].pk, None if left is None else left - len(chunk)


def actions_used() -> list[str]:
    """Return the codes of all actions in the journal, stepping along the index instead of reading every line."""
    table = JournalEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE used(action) AS (SELECT MIN(action) FROM {table} UNION ALL "  # noqa: S608
            f"SELECT (SELECT MIN(action) FROM {table} WHERE action > used.action) FROM used "
            "WHERE used.action IS NOT NULL) SELECT action FROM used WHERE action IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


def people_named(limit: int = 1000) -> list[str]:
    """Return the names of people, for suggestions."""
    users = get_user_model()._default_manager.order_by("username")[:limit]
    return sorted({user.get_full_name() or user.get_username() for user in users})


def _by_person(word: str) -> Q:
    """Match a person by sign-in name or present name, whatever they were called then; else by the name written down."""
    if word.casefold() == SYSTEM:
        return Q(actor_id__isnull=True)
    model = get_user_model()
    fields = {field.name for field in model._meta.get_fields()}
    known = Q(username__iexact=word)
    if "display_name" in fields:
        known |= Q(display_name__iexact=word)
    ids = list(model._default_manager.filter(known).values_list("pk", flat=True)[:100])
    return Q(actor_id__in=ids) if ids else Q(actor_name__icontains=word)


def _by_prefix(word: str) -> Q:
    """Match what lies inside the thing of that number: `word-…` and `word/…`, by the label's index."""
    if connection.vendor == "sqlite":  # LIKE ignores case there, and therefore the index
        return Q(thing_label__gte=f"{word}-", thing_label__lt=f"{word}.") | Q(
            thing_label__gte=f"{word}/", thing_label__lt=f"{word}0"
        )
    return Q(thing_label__startswith=f"{word}-") | Q(thing_label__startswith=f"{word}/")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
