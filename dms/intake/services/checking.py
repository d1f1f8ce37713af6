"""The check of a batch's scans (A17, DA/T 31): draws the sample, keeps each verdict with who and when."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.holdings.models import Capture, Item, Page
from dms.holdings.selectors import decide_item
from dms.holdings.services.pages_layout import changed_meanwhile
from dms.journal.services import record, record_many
from dms.organisation.models import User

from ..check_sheets import noticed
from ..light_table import Table, lying_on
from ..models import CheckedPage, CheckSheet, Drawn, ScanBatch, Verdict
from ..scan_quality import REASONS, sample_size
from .batches import locked_batch
from .check_overrides import begun_sheet

_lots = random.SystemRandom()


def draw_sample(*, batch: ScanBatch, percent: int, acting_user: User) -> CheckSheet:
    """DA/T 31: draw `percent` of the batch's pages by lot, and put every page with a finding on the sheet too.

    Drawing again adds what has come since and what a larger share asks for; verdicts stay. Raise NotAllowed, or Refusal
    where the batch is filed or has no pages.
    """
    if not 1 <= percent <= 100:
        raise Refusal(_("The share to be drawn lies between 1 and 100 percent."), code="percent")
    with transaction.atomic():
        locked = _open_batch(batch, acting_user)
        pages = [page for lying in lying_on(Table(batch=locked), acting_user) for page in lying.pages]
        if not pages:
            raise Refusal(_("There are no pages to check yet."), _("Wait until the files are split."), code="empty")
        sheet = begun_sheet(locked, percent, acting_user)
        known = dict(sheet.pages.values_list("page_id", "drawn"))
        present = {page.pk for page in pages}
        lot = sample_size(len(pages), percent)
        drawn = [pk for pk, why in known.items() if why == Drawn.SAMPLED and pk in present]
        left = sorted(present - set(drawn))
        fresh = set(_lots.sample(left, max(0, lot - len(drawn))))
        sheet.pages.filter(page__in=fresh).update(drawn=Drawn.SAMPLED)
        rows = [CheckedPage(sheet=sheet, page_id=pk, drawn=Drawn.SAMPLED) for pk in sorted(fresh - set(known))]
        seen = {page.pk for page in noticed(pages)} - set(known) - fresh
        rows += [CheckedPage(sheet=sheet, page_id=pk, drawn=Drawn.NOTICED) for pk in sorted(seen)]
        CheckedPage.objects.bulk_create(rows, batch_size=200)
        facts = {"percent": percent, "pages": len(rows), "whole": len(pages)}
        record("batch.sample_drawn", by=acting_user, thing=locked, facts=facts)
    return sheet


def judge_pages(
    *,
    batch: ScanBatch,
    pages: Sequence[tuple[Page, int]],
    verdict: Verdict,
    reasons: Iterable[str] = (),
    note: str = "",
    acting_user: User,
) -> None:
    """A17: keep what was found on these pages, each given with the version of the image that was looked at.

    A page that is to be rescanned needs a reason. A page that was not on the sheet comes onto it. Raise NotAllowed;
    Refusal where the batch is filed or another image counts by now (`changed_meanwhile`).
    """
    why = [reason for reason in REASONS if reason in set(reasons)]
    if verdict not in {Verdict.GOOD, Verdict.RESCAN}:
        raise Refusal(_("A page is good, or to be rescanned."), code="verdict")
    if verdict == Verdict.RESCAN and not why:
        raise Refusal(_("Say what is wrong with the scan."), code="reason")
    with transaction.atomic():
        locked = _open_batch(batch, acting_user)
        _refuse_what_was_not_seen(pages, acting_user)
        sheet = begun_sheet(locked, None, acting_user)
        known = set(sheet.pages.values_list("page_id", flat=True))
        named = [CheckedPage(sheet=sheet, page=page, drawn=Drawn.NAMED) for page, _v in pages if page.pk not in known]
        CheckedPage.objects.bulk_create(named, batch_size=200)
        found: dict[str, Any] = {
            "verdict": verdict,
            "reasons": [str(reason) for reason in why] if verdict == Verdict.RESCAN else [],
            "note": note.strip()[:200],
            "decided_by": acting_user,
            "decided_at": clock.now(),
        }
        for version in {version for _p, version in pages}:
            ids = [page.pk for page, seen in pages if seen == version]
            sheet.pages.filter(page__in=ids).update(capture_version=version, **found)
        facts = {"verdict": verdict.value, "reasons": found["reasons"]}
        record_many("page.checked", by=acting_user, things=[page for page, _v in pages], facts=facts)


def _open_batch(batch: ScanBatch, acting_user: User) -> ScanBatch:
    locked = locked_batch(batch, acting_user)
    if not locked.is_open:
        raise Refusal(_("This batch is filed."), code="batch_filed")
    return locked


def _refuse_what_was_not_seen(pages: Sequence[tuple[Page, int]], acting_user: User) -> None:
    items = Item.objects.select_related("dossier__classification", "classification")
    for item in items.filter(pk__in={page.item_id for page, _v in pages}):
        require(decide_item(acting_user, Act.WORK, item))
    current = Capture.objects.filter(is_current=True, page__in=[page.pk for page, _v in pages])
    if dict(current.values_list("page_id", "version")) != {page.pk: version for page, version in pages}:
        raise changed_meanwhile()
