"""Enters many items at once; freezes and releases the items of a volume. The same writes as items.py, in portions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from dms.clearance.models import SecurityClass
from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import require
from dms.core.numbering import next_values
from dms.journal.services import record_many
from dms.organisation.models import User

from ..models import Dossier, Item, ItemVersion, Section
from ..selectors import decide_dossier
from .items import FilingFacts, refuse_a_broken_entry
from .versions import item_snapshot, item_version

PORTION = 500


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An item to be entered; `source_key` is what the list it comes from calls it."""

    title: str
    section: Section | None = None
    document_date: date | None = None
    classification: SecurityClass | None = None
    issuer: str = ""
    issue_number: str = ""
    copies: int = 1
    remarks: str = ""
    source_key: str = ""
    filing: FilingFacts = field(default_factory=FilingFacts)


def create_items(*, dossier: Dossier, entries: Sequence[NewEntry], acting_user: User) -> list[Item]:
    """A6: do `create_item` for many entries of one dossier, all or none, in their order.

    Raise NotAllowed; Refusal for the first entry that is broken.
    """
    require(decide_dossier(acting_user, Act.WORK, dossier))
    today = clock.today()
    items = [
        Item(
            fonds_id=dossier.fonds_id,
            dossier=dossier,
            section=entry.section,
            title=entry.title.strip()[:300],
            document_date=entry.document_date,
            classification=entry.classification,
            issuer=entry.issuer,
            issue_number=entry.issue_number,
            copies=entry.copies,
            remarks=entry.remarks,
            source_key=entry.source_key,
            received_on=today,
            received_by=acting_user,
            **entry.filing.as_values(),
        )
        for entry in entries
    ]
    for item in items:
        refuse_a_broken_entry(item)
    with transaction.atomic():
        for item, number in zip(items, next_values(f"entry:{dossier.fonds_id}", len(items)), strict=True):
            item.entry_number = number
        created = Item.objects.bulk_create(items, batch_size=PORTION)
        _keep_versions(created, ["created"], "", acting_user)
        record_many("item.created", by=acting_user, things=created, facts={"dossier": dossier.number})
    return created


def freeze_items(*, codes: Mapping[int, str], reason: str, acting_user: User) -> None:
    """A12: make items read-only under their final reference codes (item → code); the caller closes their volume.

    The caller has asked for the right, and holds the dossier's lock. Old versions stay readable.
    """
    items = _locked(codes)
    now = clock.now()
    for item in items:
        item.reference_code, item.frozen_at = codes[item.pk], now
        item.version += 1
    _write(items, "item.frozen", reason, acting_user)


def release_items(*, items: Iterable[int], reason: str, acting_user: User) -> None:
    """A12: let items of a volume that was opened again be changed; their codes are provisional from now on."""
    released = _locked(items)
    for item in released:
        item.reference_code, item.frozen_at = "", None
        item.version += 1
    _write(released, "item.released", reason, acting_user)


def _locked(ids: Iterable[int]) -> list[Item]:
    rows = Item.objects.select_for_update(of=("self",)).select_related(
        "dossier", "section", "classification", "document_type"
    )
    wanted = list(ids)
    portions = (wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION))
    return [item for some in portions for item in rows.filter(pk__in=some).order_by("pk")]


def _write(items: list[Item], action: str, reason: str, acting_user: User) -> None:
    Item.objects.bulk_update(items, ["reference_code", "frozen_at", "version"], batch_size=200)
    _keep_versions(items, ["reference_code"], reason, acting_user)
    record_many(action, by=acting_user, things=items)


def _keep_versions(items: list[Item], changed: list[str], reason: str, by: User) -> None:
    ItemVersion.objects.bulk_create(
        (item_version(item, item_snapshot(item), changed, reason, by) for item in items), batch_size=PORTION
    )
