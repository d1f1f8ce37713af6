"""Takes back what was made of a file: its pages, captures and keys (before filing only; R2, A12).

In two steps: a short transaction that decides, with the item as its mark on the file; then the item is withdrawn and
the mark removed. Killed in between, `finish_withdrawals` does the second step.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import F

from dms.core import clock
from dms.core.errors import Refusal, require
from dms.holdings.models import Item, ItemState, Page
from dms.holdings.policy import may_withdraw_item
from dms.holdings.services import withdraw_item
from dms.holdings.services.rearranging import take_out_pages
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.services import condemn

from .. import policy
from ..files.names import title_of
from ..files.refused import FileRefused
from ..models import FileState, PageSource, ReceivedFile, TextLayer
from .batches import locked_file
from .leasing import renewed

logger = logging.getLogger(__name__)


def withdraw_file(*, received_file: ReceivedFile, reason: str = "", acting_user: User) -> ReceivedFile:
    """Withdraw a wrong upload before filing: its pages are gone for good, the entry in the journal stays.

    Raise NotAllowed, or Refusal once its batch or item is filed.
    """
    with transaction.atomic():
        file = locked_file(received_file, acting_user)
        require(policy.may_withdraw(file.batch.state, file.state))
        if file.item is not None:
            require(may_withdraw_item(file.item.state))
        item = _without_pages(file, acting_user)
        _decide(ReceivedFile.objects.filter(pk=file.pk), item, state=FileState.WITHDRAWN, fingerprint="")
        if file.stored is not None and not file.stored.is_gone:
            condemn([file.stored], reason="withdrawn before filing")
        record("file.withdrawn", by=acting_user, thing=file, facts={"reason": reason[:200]}, sealed=file.name)
    file.refresh_from_db()
    _finish(file, acting_user)
    return file


def refuse_file(file: ReceivedFile, refusal: FileRefused) -> int:
    """Refuse a leased file and take back the pages made of it so far; return 1. Raise LeaseLost."""
    with transaction.atomic():
        renewed(file)
        file.refresh_from_db()
        item = _without_pages(file, file.received_by)
        found: dict[str, Any] = {"reason": refusal.code, "facts": refusal.facts, "low_dpi": False}
        _decide(ReceivedFile.objects.filter(pk=file.pk), item, state=FileState.REFUSED, fingerprint="", **found)
        facts = {"code": refusal.code, **refusal.facts}
        record("file.split.refused", by=None, thing=file, facts=facts, sealed=file.name)
    file.refresh_from_db()
    _finish(file, file.received_by)
    return 1


def finish_withdrawals() -> int:
    """Withdraw the items of files that were given up and still carry their mark; return how many."""
    given_up = (FileState.WITHDRAWN, FileState.REFUSED)
    left = ReceivedFile.objects.filter(state__in=given_up, item__isnull=False).select_related("item", "received_by")
    return sum(_finish(file, file.received_by) for file in left[:20])


def _decide(row: Any, item: Item | None, **changes: Any) -> None:
    """Write the decision; a new attempt number makes whoever still splits the file lose its lease."""
    released = {"leased_until": None, "leased_by": "", "attempt": F("attempt") + 1, "slices": F("attempt") + 1}
    row.update(item=item, changed_at=clock.now(), **released, **changes)


def _without_pages(file: ReceivedFile, acting_user: User) -> Item | None:
    """Undo the links and text layers of the file's pages; return the item that now holds these pages alone, if any."""
    pages = list(Page.objects.filter(source__received_file=file).order_by("source__index_in_file"))
    layers = TextLayer.objects.filter(capture__page__in=pages).select_related("stored")
    condemned = [layer.stored for layer in layers if not layer.stored.is_gone]
    if condemned:
        condemn(condemned, reason="withdrawn before filing")
    layers.delete()
    PageSource.objects.filter(received_file=file).delete()
    if file.item is None or file.batch.item_id is None:
        return file.item
    if not pages:
        return None
    return take_out_pages(item=file.item, pages=pages, title=title_of(file.name), acting_user=acting_user)


def _finish(file: ReceivedFile, acting_user: User) -> int:
    if file.item is None:
        return 0
    try:
        if file.item.state != ItemState.WITHDRAWN:
            withdraw_item(item=file.item, reason="wrong upload", acting_user=acting_user)
    except Refusal as refusal:
        # The right was lost in between, or the item filed by somebody: seen by people, not decided here.
        logger.warning("file %s: its item cannot be withdrawn: %s", file.public_id, refusal.code)
        return 0
    ReceivedFile.objects.filter(pk=file.pk, item=file.item).update(item=None, changed_at=clock.now())
    file.item = None
    return 1
