"""Reads waiting pages, keeps corrections: the only writer of texts. Pictures are opened in the sandbox, never here."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import NotFound, Refusal, require
from dms.core.leases import held
from dms.holdings.models import Capture, Page, PageState, Reading, ReadingKind
from dms.holdings.selectors import decide_item, get_dossier_by_number
from dms.holdings.services import add_reading
from dms.intake.models import TextLayer
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.errors import Damaged, Destroyed
from dms.vault.models import StoredFile
from dms.vault.services import discard, enter, read, seal, store

from . import policy
from .alto import to_alto
from .corrections import corrected
from .errors import EngineCrashed, EngineUnavailable, ImageUnreadable, RecognitionFailed
from .images import Order
from .page_text import PageText
from .sandbox import Sandbox
from .selectors import current_capture, failed_pages, page_text, pages_by_file, text_of
from .signals import text_changed
from .text_layers import from_layer

_AT_ONCE = 100  # pages in one transaction


def recognise_page(page: Page, sandbox: Sandbox) -> bool:
    """B1: read `page` (as leased) and keep its text; return False where another worker took it meanwhile.

    The engine works outside any transaction. What it found is written only while the lease stands: text, state and
    the journal's line together, or nothing. A failed try gives the page back; the last one marks it and says why.
    Raises `EngineUnavailable` and the vault's errors with the page given back untouched: those are not its fault.
    """
    if policy.tries_of(page.attempt) > policy.TRIES:
        # Its workers died before they could say anything.
        return _write_failure(page, EngineCrashed.words)
    capture = current_capture(page)
    try:
        kind, text = _text_of(capture, sandbox)
    except (EngineUnavailable, Refusal):
        _give_back_unharmed(page)
        raise
    except RecognitionFailed as error:
        return _note_failed_try(page, error)
    return _write_text(page, capture, kind, text)


def _text_of(capture: Capture, sandbox: Sandbox) -> tuple[ReadingKind, PageText]:
    layer = TextLayer.objects.filter(capture=capture).select_related("stored").first()
    try:
        if layer is not None:
            return ReadingKind.TEXT_LAYER, from_layer(read(layer.stored), capture.width, capture.height)
        master = read(capture.master)
    except (Destroyed, Damaged) as error:
        raise ImageUnreadable from error
    order = Order(capture.media_type, capture.width, capture.height, capture.dpi, settings.INTAKE_MAX_PIXELS)
    return ReadingKind.RECOGNISED, sandbox.read(master, order)


def _write_text(page: Page, capture: Capture, kind: ReadingKind, text: PageText) -> bool:
    # Sealed before the transaction: forcing key and file to the disk must hold up no other writer.
    sealed = seal(to_alto(text)) if text.lines else None
    with transaction.atomic():
        # Locked here and now: whoever draws, withdraws or corrects the page waits for the few writes below.
        if not held(page).select_for_update().exists():
            if sealed:
                discard(sealed)
            return False
        if sealed:
            # What is rolled back becomes an orphan, which the vault sweeps up.
            _enter(capture, kind, text, enter(sealed, purpose="alto"))
            version, state = F("text_version") + 1, PageState.RECOGNISED
        else:
            capture.readings.filter(is_current=True).update(is_current=False)
            version, state = F("text_version") + (1 if page.text_version else 0), PageState.BLANK
        Capture.objects.filter(pk=capture.pk, turn=0).update(turn=text.turn)
        held(page).update(
            state=state,
            text_version=version,
            confidence=text.confidence,
            checked_at=None,
            failure="",
            **_ended(page),
        )
        facts = {"kind": kind.value, "engine": text.engine, "confidence": text.confidence}
        record("page.blank" if state == PageState.BLANK else "page.recognised", by=None, thing=page, facts=facts)
        _announce(page)
    return True


def _enter(
    capture: Capture, kind: ReadingKind, text: PageText, alto: StoredFile, made_by: User | None = None
) -> Reading:
    return add_reading(
        capture=capture, kind=kind, alto=alto, engine=text.engine[:60], confidence=text.confidence, made_by=made_by
    )


def _note_failed_try(page: Page, error: RecognitionFailed) -> bool:
    # A picture that cannot be opened will not open the next time either.
    if isinstance(error, ImageUnreadable) or policy.tries_of(page.attempt) >= policy.TRIES:
        return _write_failure(page, error.words)
    return held(page).update(leased_until=None, leased_by="", failure=error.words) == 1


def _write_failure(page: Page, words: str) -> bool:
    with transaction.atomic():
        if not held(page).update(state=PageState.FAILED, failure=words, **_ended(page)):
            return False
        record("page.recognition_failed", by=None, thing=page, facts={"why": words, "attempt": page.attempt})
    return True


def _ended(page: Page) -> dict[str, Any]:
    """No lease any more; whatever comes next (a rescan, a new try) counts its tries anew."""
    return {"leased_until": None, "leased_by": "", "attempt": policy.new_beginning(page.attempt)}


def _give_back_unharmed(page: Page) -> None:
    """End the lease as if it had never been: only its holder may do so, who has stopped."""
    held(page).update(leased_until=None, leased_by="", attempt=F("attempt") - 1)


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
        reading = _enter(current_capture(locked), ReadingKind.CORRECTED, after, alto, acting_user)
        Page.objects.filter(pk=locked.pk).update(
            state=PageState.RECOGNISED,
            text_version=F("text_version") + 1,
            confidence=after.confidence,
            checked_at=clock.now(),
            failure="",
        )
        record("page.text_corrected", by=acting_user, thing=locked, facts={"version": reading.version})
        _announce(locked)
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


def _announce(page: Page) -> None:
    transaction.on_commit(partial(text_changed.send, sender=None, page_ids=[page.pk]), robust=True)


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
