"""Enters, changes, files and withdraws items (A6 A10 A12)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.clearance.policy import Act, may_set_who_sees
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.core.numbering import next_value
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import condemn, seal_text, unseal_text

from .. import policy
from ..models import Capture, DatePrecision, DocumentType, Dossier, Item, ItemState, Page, Reading, Section
from ..selectors import decide_dossier, decide_item
from .versions import item_snapshot, save_item_version

CHANGEABLE = frozenset(
    {
        "section",
        "title",
        "issuer",
        "issue_number",
        "document_type",
        "document_date",
        "date_precision",
        "period_from",
        "period_to",
        "opened_on",
        "stated_pages",
        "copies",
        "remarks",
        "classification",
    }
)


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """What the filing year may depend on besides the date (A7), and the pages as counted on the paper (A10)."""

    document_type: DocumentType | None = None
    date_precision: DatePrecision = DatePrecision.DAY
    period_from: date | None = None
    period_to: date | None = None
    opened_on: date | None = None
    stated_pages: int | None = None

    def as_values(self) -> dict[str, Any]:
        """Return the values by the item's field."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def create_item(
    *,
    dossier: Dossier,
    title: str,
    section: Section | None = None,
    document_date: date | None = None,
    classification: SecurityClass | None = None,
    issuer: str = "",
    issue_number: str = "",
    copies: int = 1,
    remarks: str = "",
    filing: FilingFacts = FilingFacts(),
    acting_user: User,
) -> Item:
    """A6: enter an item into its dossier's catalogue under a permanent entry number of the fonds.

    `filing`: what its filing year may depend on besides the date (A7).
    """
    require(decide_dossier(acting_user, Act.WORK, dossier))
    item = Item(
        fonds_id=dossier.fonds_id,
        dossier=dossier,
        section=section,
        title=title.strip()[:300],
        document_date=document_date,
        classification=classification,
        issuer=issuer,
        issue_number=issue_number,
        copies=copies,
        remarks=remarks,
        received_on=clock.today(),
        received_by=acting_user,
        **filing.as_values(),
    )
    refuse_a_broken_entry(item)
    with transaction.atomic():
        item.entry_number = next_value(f"entry:{dossier.fonds_id}")
        item.save()
        save_item_version(item, item_snapshot(item), ["created"], "", acting_user)
        record("item.created", by=acting_user, thing=item, facts={"dossier": dossier.number})
    return item


def change_item(
    *,
    item: Item,
    changes: Mapping[str, Any],
    reason: str = "",
    expected_version: int | None = None,
    acting_user: User,
) -> Item:
    """A12: change an entry; the old version stays readable."""
    if unknown := set(changes) - CHANGEABLE:
        raise Refusal(_("This cannot be changed: %(what)s.") % {"what": ", ".join(sorted(unknown))})
    with transaction.atomic():
        locked = _lock(item)
        require(decide_item(acting_user, Act.WORK, locked))
        require(policy.may_change_item(locked.state, frozen=locked.is_frozen))
        if expected_version is not None and locked.version != expected_version:
            raise Refusal(
                _("Somebody changed this item in the meantime."),
                _("Look at the present values and make your change again."),
                code="changed_meanwhile",
            )
        changed = [name for name, value in changes.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, changes[name])
        refuse_a_broken_entry(locked)
        if not changed:
            return locked
        if "classification" in changed:
            require(may_set_who_sees(facts_of(acting_user), locked.fonds_id))
        require(decide_item(acting_user, Act.WORK, locked))
        locked.version += 1
        locked.save()
        save_item_version(locked, item_snapshot(locked), changed, reason, acting_user)
        record("item.changed", by=acting_user, thing=locked, facts={"changed": changed})
    return locked


def _lock(item: Item) -> Item:
    return (
        Item.objects.select_for_update(of=("self",))
        .select_related("dossier__classification", "classification", "section", "document_type")
        .get(pk=item.pk)
    )


def refuse_a_broken_entry(item: Item) -> None:
    """Raise Refusal where facts of an entry do not go together."""
    if item.section and item.section.kind_id != item.dossier.kind_id:
        raise Refusal(_("This section belongs to another kind of dossier."))
    if not item.title.strip():
        raise Refusal(_("An item needs a title."))
    if item.document_type and item.document_type.fonds_id not in {None, item.fonds_id}:
        raise Refusal(_("This type of document belongs to another fonds."))
    if item.period_from and item.period_to and item.period_to < item.period_from:
        raise Refusal(_("The period ends before it begins."), _("Correct its two days."))
    if item.document_date is None and item.date_precision != DatePrecision.DAY:
        raise Refusal(_("How exactly a date is known is said of a date."), _("Give the date, or leave both out."))


def move_item(*, item: Item, dossier: Dossier, section: Section | None, reason: str, acting_user: User) -> Item:
    """A12: move an item to the dossier it belongs to: a row changes, no file moves; old versions move along."""
    if not reason.strip():
        raise Refusal(_("Moving an item needs a reason."))
    with transaction.atomic():
        locked = _lock(item)
        require(decide_item(acting_user, Act.WORK, locked))
        require(decide_dossier(acting_user, Act.WORK, dossier))
        require(policy.may_change_item(locked.state, frozen=locked.is_frozen))
        if dossier.fonds_id != locked.fonds_id:
            raise Refusal(_("An item stays in its fonds."))
        source = locked.dossier
        _reseal_versions(locked, source, dossier)
        locked.dossier, locked.section = dossier, section
        refuse_a_broken_entry(locked)
        locked.version += 1
        locked.save()
        save_item_version(locked, item_snapshot(locked), ["dossier"], reason, acting_user)
        facts = {"from": source.number, "to": dossier.number}
        record("item.moved", by=acting_user, thing=locked, facts=facts)
    return locked


def _reseal_versions(item: Item, source: Dossier, target: Dossier) -> None:
    """The key of a dossier is destroyed with it: what moves away must not go dark with the old one."""
    for version in item.versions.all():
        text = unseal_text(bytes(version.sealed), source.sealing_key)
        version.sealed = seal_text(text, target.sealing_key)
        version.save(update_fields=["sealed"])


def file_item(*, item: Item, acting_user: User) -> Item:
    """A6: the item was checked and is now part of the archive; doing it twice changes nothing."""
    with transaction.atomic():
        locked = _lock(item)
        require(decide_item(acting_user, Act.WORK, locked))
        if locked.state == ItemState.FILED:
            return locked
        require(policy.may_change_item(locked.state, frozen=locked.is_frozen))
        locked.state, locked.filed_at = ItemState.FILED, clock.now()
        locked.version += 1
        locked.save(update_fields=["state", "filed_at", "version"])
        save_item_version(locked, item_snapshot(locked), ["state"], "", acting_user)
        record("item.filed", by=acting_user, thing=locked)
    return locked


def withdraw_item(*, item: Item, reason: str, acting_user: User) -> Item:
    """Withdraw a wrong upload before filing: the entry number stays used, the images and texts are gone for good."""
    with transaction.atomic():
        locked = _lock(item)
        require(decide_item(acting_user, Act.WORK, locked))
        if locked.state != ItemState.WITHDRAWN:
            require(policy.may_withdraw_item(locked.state, frozen=locked.is_frozen))
            locked.state = ItemState.WITHDRAWN
            locked.version += 1
            locked.save(update_fields=["state", "version"])
            save_item_version(locked, item_snapshot(locked), ["state"], reason, acting_user)
            record("item.withdrawn", by=acting_user, thing=locked)
        condemn(stored_files_of(locked), reason="withdrawn before filing")
    return locked


def stored_files_of(item: Item) -> list[StoredFile]:
    """Return every stored file of an item: masters, derivatives, thumbnails and texts of all its pages."""
    return stored_files_of_pages(Page.objects.filter(item=item))


def stored_files_of_pages(pages: QuerySet[Page]) -> list[StoredFile]:
    """Return every stored file of these pages."""
    captures = Capture.objects.filter(page__in=pages).select_related("master", "derivative", "thumbnail")
    files = [stored for c in captures for stored in (c.master, c.derivative, c.thumbnail)]
    readings = Reading.objects.filter(capture__page__in=pages).select_related("alto")
    return files + [reading.alto for reading in readings]
