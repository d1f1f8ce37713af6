"""Seals the present state of a dossier or item as a version that stays readable for ever (A12 A13)."""

import json
from typing import Any

from dms.core import clock
from dms.organisation.models import User
from dms.vault.services import seal_text, unseal_text

from ..models import DatePrecision, Dossier, DossierVersion, Item, ItemVersion
from ..models.dossiers import SealedVersion

DOSSIER_FACTS = ("name", "unit", "floor", "level", "state", "remarks", "fields")
DOSSIER_LINKS = ("series", "kind", "department", "classification", "responsible")
ITEM_FACTS = ("title", "issuer", "issue_number", "copies", "stated_pages", "remarks", "state", "reference_code")
ITEM_LINKS = ("section", "classification", "dossier", "document_type")
ITEM_DAYS = ("document_date", "period_from", "period_to", "opened_on")


def dossier_snapshot(dossier: Dossier, personal: dict[str, str]) -> dict[str, Any]:
    """Return everything a reader of an old version must see: values, names of what it links to, personal fields."""
    facts = _values(dossier, DOSSIER_FACTS, DOSSIER_LINKS)
    return facts | {"opened_on": dossier.opened_on.isoformat(), "personal": personal}


def item_snapshot(item: Item) -> dict[str, Any]:
    """Return everything a reader of an old version of an entry must see."""
    facts = _values(item, ITEM_FACTS, ITEM_LINKS)
    days = {name: getattr(item, name) for name in ITEM_DAYS}
    if item.date_precision != DatePrecision.DAY:
        facts["date_precision"] = item.date_precision
    return facts | {name: day.isoformat() if day else None for name, day in days.items()}


def _values(record: Any, facts: tuple[str, ...], links: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in facts}
    for name in links:
        linked = getattr(record, name)
        values[name] = None if linked is None else getattr(linked, "number", None) or str(linked)
    return values


def save_dossier_version(
    dossier: Dossier, snapshot: dict[str, Any], changed: list[str], reason: str, by: User | None
) -> DossierVersion:
    """Write the version row for `dossier.version`; call inside the transaction that changed the dossier."""
    return DossierVersion.objects.create(
        dossier=dossier, **_row(dossier, dossier.sealing_key, snapshot, changed, reason, by)
    )


def save_item_version(
    item: Item, snapshot: dict[str, Any], changed: list[str], reason: str, by: User | None
) -> ItemVersion:
    """Write the version row for `item.version`; call inside the transaction that changed the item."""
    version = item_version(item, snapshot, changed, reason, by)
    version.save(force_insert=True)
    return version


def item_version(item: Item, snapshot: dict[str, Any], changed: list[str], reason: str, by: User | None) -> ItemVersion:
    """Return the version row for `item.version`, not saved yet."""
    return ItemVersion(item=item, **_row(item, item.dossier.sealing_key, snapshot, changed, reason, by))


def _row(
    record: Any, key: Any, snapshot: dict[str, Any], changed: list[str], reason: str, by: User | None
) -> dict[str, Any]:
    return {
        "version": record.version,
        "saved_at": clock.now(),
        "saved_by": by,
        "changed": changed,
        "reason": reason,
        "sealed": seal_text(json.dumps(snapshot, ensure_ascii=False, sort_keys=True), key),
    }


def open_version(version: SealedVersion, dossier: Dossier) -> dict[str, Any]:
    """Return the snapshot of a version; the caller has asked for the right to read its dossier."""
    opened: dict[str, Any] = json.loads(unseal_text(bytes(version.sealed), dossier.sealing_key))
    return opened
