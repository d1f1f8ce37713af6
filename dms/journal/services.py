"""The only way into the journal. Writers add rows and never wait for the chain: sealing comes after (sealing.py)."""

import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction

from dms.core import clock

from . import canonical, keys
from .fields import canonical_json
from .models import JournalEntry

# The network address of the request being served; the middleware sets it, nobody else.
address_in_use: ContextVar[str] = ContextVar("address_in_use", default="")


def record(
    action: str,
    *,
    by: Any,
    thing: models.Model | None = None,
    thing_label: str = "",
    facts: dict[str, Any] | None = None,
    sealed: str = "",
) -> JournalEntry:
    """Write one line in the caller's transaction and return it (C6).

    `action` is a short dotted code (`page.read`); one that ends in `.refused` counts as a refusal. `by` is the person,
    or None for the system. `facts` and `thing_label` hold no personal data: what does goes into `sealed`, which is
    stored encrypted. Raises TypeError or ValueError for facts that JSON cannot say.
    """
    entry = _prepared(action, by, thing, thing_label, canonical_json(facts or {}), sealed)
    entry.save()
    entry.facts = facts or {}
    return entry


def record_many(
    action: str, *, by: Any, things: Iterable[models.Model], facts: dict[str, Any] | None = None
) -> list[JournalEntry]:
    """Write one line for each of `things` (a bulk edit, a print of many pages), in one statement per few hundred."""
    text = canonical_json(facts or {})
    entries = [_prepared(action, by, thing, "", text, "") for thing in things]
    JournalEntry.objects.bulk_create(entries, batch_size=200)
    for entry in entries:
        entry.facts = facts or {}
    return entries


def _prepared(action: str, by: Any, thing: models.Model | None, label: str, facts: str, sealed: str) -> JournalEntry:
    entry = JournalEntry(
        at=clock.now(),
        action=_text(action, 60),
        refused=action.endswith(".refused"),
        facts=facts,
        address=_text(address_in_use.get(), 45),
        **_actor(by),
        **_thing(thing, label),
    )
    if sealed:
        entry.sealed, entry.sealed_key = keys.seal(sealed)
    body = canonical.body([getattr(entry, name) for name in canonical.FIELDS])
    entry.stamp = canonical.stamp_of(body, secrets.token_hex(8), keys.stamp_key())
    return entry


def _actor(by: Any) -> dict[str, Any]:
    """Return the person as the values they have now; `by` may be an anonymous visitor, who has a name at most."""
    if by is None:
        return {"actor_id": None, "actor_name": "", "actor_post": ""}
    name = (getattr(by, "get_full_name", str)() or by.get_username()) if by.pk else by.get_username()
    post = str(getattr(by, "journal_post", "") or "")
    return {"actor_id": by.pk, "actor_name": _text(name, 150), "actor_post": _text(post, 200)}


def _thing(thing: models.Model | None, label: str) -> dict[str, str]:
    if thing is None:
        return {"thing_type": "", "thing_id": "", "thing_label": _text(label, 200)}
    identity = getattr(thing, "public_id", None) or thing.pk
    return {
        "thing_type": thing._meta.label_lower,
        "thing_id": _text(str(identity), 64),
        "thing_label": _text(label or str(getattr(thing, "journal_label", None) or ""), 200),
    }


def _text(value: str, length: int) -> str:
    """Return the text as both databases can keep it: no NUL, no half surrogate, not longer than the column."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:length]


def record_reading(*, by: Any, filters: Any, entries: list[JournalEntry]) -> JournalEntry:
    """Write down that somebody read these entries (C6); what they looked for is sealed, for it may be a name."""
    ids = [entry.pk for entry in entries]
    facts = {"count": len(ids), "first": max(ids, default=None), "last": min(ids, default=None)}
    return record("journal.read", by=by, facts=facts, sealed=_asked_for(filters))


def record_export(*, by: Any, filters: Any, file_format: str) -> JournalEntry:
    """Write down that somebody takes the entries that match `filters` out as a file (C6)."""
    return record("journal.exported", by=by, facts={"format": file_format}, sealed=_asked_for(filters))


def open_particulars(entry: JournalEntry, *, by: Any) -> str:
    """Return an entry's sealed particulars and write down who opened them (C6, D1).

    Raises the vault's error where their key was destroyed; then nothing is opened and nothing written.
    """
    if entry.sealed is None or entry.sealed_key is None:
        raise ValueError("the entry has no sealed particulars")
    with transaction.atomic():
        text = keys.unseal(entry.sealed, entry.sealed_key)
        record("journal.opened", by=by, thing=entry, thing_label=str(entry.pk))
    return text


def _asked_for(filters: Any) -> str:
    given = {name: value for name in filters.__slots__ if (value := getattr(filters, name))}
    return canonical_json(given) if given else ""
