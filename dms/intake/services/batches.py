"""Opens and files scan batches; answers what they ask (A6 A10)."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.core.refusals import Answer
from dms.holdings.models import Dossier, Item, Section
from dms.holdings.selectors import decide_dossier, decide_item
from dms.holdings.services import file_item
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import condemn

from .. import policy, selectors
from ..check_sheets import sheet_facts
from ..models import BatchState, FileState, PageSource, ReceivedFile, ScanBatch
from ..scan_quality import may_file_checked
from .answers import insist
from .check_overrides import note_override
from .removed_pages import destroy_removed


def open_batch(
    *,
    dossier: Dossier,
    item: Item | None = None,
    section: Section | None = None,
    document_date: date | None = None,
    note: str = "",
    acting_user: User,
) -> ScanBatch:
    """Open a batch into a dossier, or into one item of it; raise NotAllowed or Refusal.

    Without `item` every file becomes an item of its own, under `section` and `document_date`.
    """
    require(decide_dossier(acting_user, Act.WORK, dossier))
    if item is not None:
        require(decide_item(acting_user, Act.WORK, item))
        insist(policy.may_receive(BatchState.OPEN, item.state))
        if item.dossier_id != dossier.pk:
            raise Refusal(_("This item belongs to another dossier."))
    if section is not None and section.kind_id != dossier.kind_id:
        raise Refusal(_("This section belongs to another kind of dossier."))
    with transaction.atomic():
        batch = ScanBatch.objects.create(
            dossier=dossier,
            item=item,
            section=section,
            document_date=document_date,
            note=note.strip()[:300],
            opened_by=acting_user,
            opened_at=clock.now(),
        )
        record("batch.opened", by=acting_user, thing=batch, thing_label=dossier.number)
    return batch


def locked_file(received_file: ReceivedFile, acting_user: User) -> ReceivedFile:
    """Return the file locked (batch first, then file), after asking for the right; call inside a transaction."""
    batch = locked_batch(received_file.batch, acting_user)
    files = ReceivedFile.objects.select_for_update(of=("self",)).select_related("stored", "item")
    found = files.get(pk=received_file.pk)
    found.batch = batch
    return found


def locked_batch(batch: ScanBatch, acting_user: User) -> ScanBatch:
    """Return the batch locked, after asking for the right; call inside a transaction."""
    found = (
        ScanBatch.objects.select_for_update(of=("self",))
        .select_related("dossier__classification", "item__classification", "section")
        .get(pk=batch.pk)
    )
    require(decide_dossier(acting_user, Act.WORK, found.dossier))
    return found


def answer_duplicate(*, received_file: ReceivedFile, keep: bool, acting_user: User) -> ReceivedFile:
    """A10: say whether a file received before is wanted once more (`keep`) or not, which destroys the upload."""
    with transaction.atomic():
        file = locked_file(received_file, acting_user)
        insist(policy.may_answer_duplicate(file.batch.state, file.state))
        file.state = FileState.RECEIVED if keep else FileState.WITHDRAWN
        file.changed_at = clock.now()
        if not keep:
            _give_up_upload([file], "received before and not wanted once more")
        file.save(update_fields=["state", "changed_at", "fingerprint"])
        record("file.kept_twice" if keep else "file.withdrawn", by=acting_user, thing=file, sealed=file.name)
    return file


def try_again(*, received_file: ReceivedFile, acting_user: User) -> ReceivedFile:
    """Let a refused file be split once more, now in the name of who asks."""
    with transaction.atomic():
        file = locked_file(received_file, acting_user)
        kept = file.stored is not None and not file.stored.is_gone
        insist(policy.may_try_again(file.batch.state, file.state, file.reason, kept=kept))
        # What was made of it before is withdrawn first.
        if file.to_undo:
            raise Refusal(_("The pages of the first try are still being removed."), _("Try again in a minute."))
        ReceivedFile.objects.filter(pk=file.pk).update(
            state=FileState.RECEIVED,
            reason="",
            facts={},
            pages_found=None,
            received_by=acting_user,
            slices=F("attempt"),
            leased_until=None,
            leased_by="",
            changed_at=clock.now(),
        )
        record("file.tried_again", by=acting_user, thing=file, sealed=file.name)
    file.refresh_from_db()
    return file


def file_batch(*, batch: ScanBatch, because: str = "", acting_user: User) -> ScanBatch:
    """A6, A17: the batch was checked: its items are filed; uploads, only a transport, and removed pages are destroyed.

    `because`: why it is filed although the check of its scans asks for more. Killed in between it may be done again.
    Raise NotAllowed, or Refusal while files wait or ask, or findings are open.
    """
    with transaction.atomic():
        locked = locked_batch(batch, acting_user)
        insist(policy.may_file(locked.state, files_by_state(locked)))
        insist(may_file_scans(locked, because))
    for item in _items_of(locked):
        file_item(item=item, acting_user=acting_user)
    with transaction.atomic():
        locked = locked_batch(batch, acting_user)
        # Asked once more: files may have come while the items were filed.
        insist(policy.may_file(locked.state, files_by_state(locked)))
        _give_up_uploads_of(locked)
        locked.state, locked.closed_by, locked.closed_at = BatchState.CLOSED, acting_user, clock.now()
        locked.save(update_fields=["state", "closed_by", "closed_at"])
        if because.strip() and not may_file_scans(locked):
            note_override(locked, because, acting_user)
        record("batch.filed", by=acting_user, thing=locked, thing_label=locked.dossier.number)
    destroy_removed(locked)
    return locked


def may_file_scans(batch: ScanBatch, because: str = "") -> Answer:
    """A17: return whether the check of the batch's scans lets it be filed; `because` overrides it."""
    return may_file_checked(sheet_facts(batch), required=settings.SCAN_CHECK_REQUIRED, because=because)


def files_by_state(batch: ScanBatch) -> dict[str, int]:
    """Return how many files of the batch are in each state, and how many are being sent in pieces."""
    rows = ReceivedFile.objects.filter(batch=batch).order_by().values_list("state").annotate(count=Count("pk"))
    return {**dict(rows), **selectors.uploading([batch.pk]).get(batch.pk, {})}


def _items_of(batch: ScanBatch) -> list[Item]:
    """The items that hold a page of the batch: at the light table pages come into others than they were split to."""
    split = PageSource.objects.filter(received_file__batch=batch, received_file__state=FileState.SPLIT)
    return list(Item.objects.filter(pk__in=split.values("page__item"), state="intake").order_by("entry_number"))


def _give_up_uploads_of(batch: ScanBatch) -> None:
    stored = StoredFile.objects.alive().filter(pk__in=batch.files.filter(stored__isnull=False).values("stored"))
    if ids := list(stored):
        condemn(ids, reason="transport of a filed batch")


def _give_up_upload(files: list[ReceivedFile], reason: str) -> None:
    stored = [file.stored for file in files if file.stored is not None and not file.stored.is_gone]
    for file in files:
        file.fingerprint = ""
    if stored:
        condemn(stored, reason=reason)
