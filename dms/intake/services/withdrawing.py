"""Takes back what was made of a file: its pages, captures and keys (before filing only; R2, A12).

In two steps: a short transaction that decides and marks the file (`to_undo`); then the item is withdrawn and the mark
removed. Killed in between, `finish_withdrawals` does the second step.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import F

from dms.core import clock
from dms.core.errors import Refusal
from dms.holdings.models import Item, ItemState, Page
from dms.holdings.policy import may_withdraw_item
from dms.holdings.services import withdraw_item
from dms.holdings.services.items import stored_files_of_pages
from dms.holdings.services.pages_layout import gather_pages
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.services import condemn

from .. import policy
from ..files.names import title_of
from ..files.refused import FileRefused
from ..models import PACKED, FileState, PageSource, ReceivedFile, TextLayer
from .answers import insist
from .batches import locked_file
from .leasing import renewed

logger = logging.getLogger(__name__)


def withdraw_file(*, received_file: ReceivedFile, reason: str = "", acting_user: User) -> ReceivedFile:
    """Withdraw a wrong upload before filing: its pages are gone for good, the entry in the journal stays.

    With a ZIP goes every file that was taken out of it, unless it stands filed.
    Raise NotAllowed, or Refusal once its batch or item is filed.
    """
    with transaction.atomic():
        file = locked_file(received_file, acting_user)
        insist(policy.may_withdraw(file.batch.state, file.state))
        if file.item is not None:
            insist(may_withdraw_item(file.item.state, frozen=file.item.is_frozen))
        item = _without_pages(file, acting_user)
        changes: dict[str, Any] = {"to_undo": True} if file.kind == PACKED else {}
        _decide(ReceivedFile.objects.filter(pk=file.pk), item, state=FileState.WITHDRAWN, fingerprint="", **changes)
        if file.stored is not None and not file.stored.is_gone:
            condemn([file.stored], reason="withdrawn before filing")
        record("file.withdrawn", by=acting_user, thing=file, facts={"reason": reason[:200]}, sealed=file.name)
    file.refresh_from_db()
    _finish(file, acting_user)
    return file


def refuse_file(file: ReceivedFile, refusal: FileRefused) -> int:
    """Refuse a leased file and take back the pages made of it so far; return 1. Raise LeaseLost, NotAllowed.

    Where only the right is missing (`no_right`) the pages stay: whoever has it tries again and they are gone on with.
    """
    with transaction.atomic():
        renewed(file)
        file.refresh_from_db()
        stays = refusal.code == "no_right"
        item = file.item if stays else _without_pages(file, file.received_by)
        found: dict[str, Any] = {"reason": refusal.code, "facts": refusal.facts}
        if stays:
            found["to_undo"] = False
        _decide(ReceivedFile.objects.filter(pk=file.pk), item, state=FileState.REFUSED, fingerprint="", **found)
        facts = {"code": refusal.code, **refusal.facts}
        record("file.split.refused", by=None, thing=file, facts=facts, sealed=file.name)
    file.refresh_from_db()
    if file.to_undo:
        _finish(file, file.received_by)
    return 1


def finish_withdrawals() -> int:
    """Withdraw the items of files that were given up and still carry the mark; return how many."""
    left = ReceivedFile.objects.filter(to_undo=True).select_related("item", "received_by").order_by("pk")
    return sum(_finish(file, file.received_by) for file in left[:20])


def _decide(row: Any, item: Item | None, **changes: Any) -> None:
    """Write the decision; a new attempt number makes whoever still splits the file lose its lease."""
    released = {"leased_until": None, "leased_by": "", "attempt": F("attempt") + 1, "slices": F("attempt") + 1}
    row.update(**{"item": item, "to_undo": item is not None, "changed_at": clock.now(), **released, **changes})


def _without_pages(file: ReceivedFile, acting_user: User) -> Item | None:
    """Undo the links and text layers of the file's pages; return the item that now holds these pages alone, if any."""
    pages = list(
        Page.objects.filter(source__received_file=file)
        .select_related("item__dossier")
        .order_by("source__index_in_file")
    )
    layers = TextLayer.objects.filter(capture__page__in=pages).select_related("stored")
    condemned = [layer.stored for layer in layers if not layer.stored.is_gone]
    if condemned:
        condemn(condemned, reason="withdrawn before filing")
    layers.delete()
    PageSource.objects.filter(received_file=file).delete()
    if not pages:
        return file.item if file.batch.item_id is None else None
    # What was removed at the light table lies in withdrawn items, perhaps beside pages of other files.
    removed = [page.pk for page in pages if page.item.state == ItemState.WITHDRAWN]
    if removed:
        files = stored_files_of_pages(Page.objects.filter(pk__in=removed))
        condemn([stored for stored in files if not stored.is_gone], reason="withdrawn before filing")
        pages = [page for page in pages if page.pk not in removed]
    if not pages:
        return None
    homes = {page.item_id for page in pages}
    alone = not Page.objects.filter(item__in=homes).exclude(pk__in=[page.pk for page in pages]).exists()
    if len(homes) == 1 and alone and file.batch.item_id is None:
        return pages[0].item
    return gather_pages(dossier=pages[0].item.dossier, pages=pages, title=title_of(file.name), acting_user=acting_user)


def _finish_packed(file: ReceivedFile, acting_user: User) -> int:
    for entry in file.entries.exclude(state=FileState.WITHDRAWN).order_by("position"):
        try:
            withdraw_file(received_file=entry, reason="came in a ZIP that was withdrawn", acting_user=acting_user)
        except Refusal as refusal:
            if refusal.status >= 500:
                raise
            logger.error("file %s: cannot be withdrawn with its ZIP: %s", entry.public_id, refusal.code)
    ReceivedFile.objects.filter(pk=file.pk, to_undo=True).update(to_undo=False, changed_at=clock.now())
    return 1


def _finish(file: ReceivedFile, acting_user: User) -> int:
    if file.kind == PACKED:
        return _finish_packed(file, acting_user)
    if file.item is None:
        return 0
    try:
        if file.item.state != ItemState.WITHDRAWN:
            withdraw_item(item=file.item, reason="wrong upload", acting_user=acting_user)
    except Refusal as refusal:
        if refusal.status >= 500:  # the vault is out of reach: later
            raise
        # The right was lost in between, or somebody filed the item: for people to see, not to be decided here.
        logger.error("file %s: its item cannot be withdrawn: %s", file.public_id, refusal.code)
        ReceivedFile.objects.filter(pk=file.pk).update(to_undo=False)
        return 0
    ReceivedFile.objects.filter(pk=file.pk, to_undo=True).update(item=None, to_undo=False, changed_at=clock.now())
    file.item = None
    return 1
