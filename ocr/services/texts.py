"""Corrections, checks, new tries, and what is done with texts that are there; reading is done in recognising.py."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import NotFound, Refusal, require
from dms.holdings.models import Page, PageState, Reading, ReadingKind
from dms.holdings.selectors import decide_item, get_dossier_by_number
from dms.holdings.services import add_reading
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.services import store

from .. import policy
from ..alto import to_alto
from ..corrections import corrected
from ..page_text import PageText
from ..selectors import current_capture, failed_pages, page_text, pages_by_file, text_of
from .recognising import announce

_AT_ONCE = 100  # pages in one transaction


def retry_page(*, page: Page, acting_user: User) -> None:
    """B1: have a page read anew that could not be read; its tries count from the beginning."""
    with transaction.atomic():
        locked = _locked(page)
        require(decide_item(acting_user, Act.WORK, locked.item))
        require(policy.may_read_again(locked.state))
        _begin_again(locked, acting_user)


def retry_failed_pages(*, public_id: str = "", acting_user: User) -> int:
    """B1: have the pages read anew that could not be read, of those `failed_pages` grants; return how many.

    `public_id`: that page only; raises NotFound where it is not among them. An administrator may: it shows nothing.
    """
    again = failed_pages(acting_user)
    if public_id:
        again = again.filter(public_id=public_id)
    ids, done = list(again.values_list("pk", flat=True)), 0
    if public_id and not ids:
        raise NotFound
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            pages = Page.objects.filter(pk__in=ids[start : start + _AT_ONCE], state=PageState.FAILED).order_by("pk")
            for page in pages.select_for_update(of=("self",)).select_related("item"):
                _begin_again(page, acting_user)
                done += 1
    return done


def _begin_again(page: Page, acting_user: User) -> None:
    Page.objects.filter(pk=page.pk).update(
        state=PageState.WAITING,
        failure="",
        attempt=policy.new_beginning(page.attempt),
        leased_until=None,
        leased_by="",
    )
    record("page.read_again", by=acting_user, thing=page)


def correct_text(
    *, page: Page, new_lines: Sequence[str], acting_user: User, seen_version: int | None = None
) -> Reading | None:
    """A12: keep `new_lines` as the page's text, under the boxes of the text they correct; older versions stay readable.

    `seen_version` is the page's text version that was corrected: where another has come since, nothing is changed and
    `TextMovedOn` raised. Nothing new to say counts as having checked the text, and returns None.
    """
    with transaction.atomic():
        locked = _locked(page)
        require(decide_item(acting_user, Act.WORK, locked.item))
        require(policy.may_correct(locked.state))
        if seen_version is not None and seen_version != locked.text_version:
            raise TextMovedOn()
        before = page_text(locked)
        after = corrected(before, new_lines)
        if after.lines == before.lines:
            _mark_checked(locked, acting_user)
            return None
        alto = store(to_alto(after), purpose="alto")
        reading = add_reading(
            capture=current_capture(locked),
            kind=ReadingKind.CORRECTED,
            alto=alto,
            engine=after.engine[:60],
            confidence=after.confidence,
            made_by=acting_user,
        )
        Page.objects.filter(pk=locked.pk).update(
            state=PageState.RECOGNISED,
            text_version=F("text_version") + 1,
            confidence=after.confidence,
            checked_at=clock.now(),
            failure="",
        )
        record("page.text_corrected", by=acting_user, thing=locked, facts={"version": reading.version})
        announce([locked.pk])
    return reading


def mark_checked(*, page: Page, acting_user: User) -> None:
    """B1: note that somebody found the text of a page good enough; it leaves the list *To check*."""
    with transaction.atomic():
        locked = _locked(page)
        require(decide_item(acting_user, Act.WORK, locked.item))
        require(policy.may_correct(locked.state))
        _mark_checked(locked, acting_user)


def _mark_checked(page: Page, acting_user: User) -> None:
    Page.objects.filter(pk=page.pk).update(checked_at=clock.now())
    record("page.text_checked", by=acting_user, thing=page)


def open_text(*, page: Page, reading: Reading, acting_user: User) -> PageText:
    """C6: return one version of the page's text for reading on a screen, and write down that it was read."""
    require(decide_item(acting_user, Act.READ, page.item))
    if reading.capture.page_id != page.pk:
        raise Refusal(_("This text belongs to another page."))
    text = text_of(reading)
    record("page.text_read", by=acting_user, thing=page, facts={"version": reading.version})
    return text


class TextMovedOn(Refusal):
    """Somebody else, or the recogniser, gave the page a new text while this one was being corrected."""

    code = "text_moved_on"

    def __init__(self) -> None:
        super().__init__(
            _("The text of this page has changed since you opened it."),
            _("Compare with the present text, then save again."),
        )


def _locked(page: Page) -> Page:
    locked: Page = (
        Page.objects.select_for_update(of=("self",))
        .select_related("item__classification", "item__dossier__classification")
        .get(pk=page.pk)
    )
    return locked


def export_texts(*, number: str, acting_user: User) -> dict[str, str]:
    """C3: return the texts of dossier `number` by the files its pages came from, pages parted by form feeds.

    Only items this person may take copies of. Names that occur twice get a number. Raises `NotFound` or `NotAllowed`.
    """
    dossier = get_dossier_by_number(acting_user, number, Act.DOWNLOAD)
    texts = {
        name: "\f".join(page_text(page).text for page in pages)
        for name, pages in pages_by_file(acting_user, dossier).items()
    }
    record("dossier.text_exported", by=acting_user, thing=dossier, facts={"files": len(texts)})
    return texts
