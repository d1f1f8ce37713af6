"""Reads waiting pages and is the only writer of what workers read. Pictures are opened in the sandbox, never here.

A worker may read several pages before it writes: they are sealed, entered and journalled together, or none of them.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import F

from dms.core import presence
from dms.core.errors import Refusal
from dms.core.leases import held, lock_held
from dms.holdings.models import Capture, Page, PageState, Reading, ReadingKind
from dms.holdings.services.pages import NewReading, add_readings
from dms.intake.models import TextLayer
from dms.journal.services import record, record_many
from dms.vault.errors import Damaged, Destroyed
from dms.vault.services import SealedFile, discard, enter_all, read, seal_all

from .. import policy
from ..alto import to_alto
from ..errors import EngineCrashed, EngineUnavailable, ImageUnreadable, RecognitionFailed
from ..images import Order
from ..page_text import PageText
from ..sandbox import Sandbox
from ..selectors import current_captures
from ..signals import text_changed
from ..text_layers import from_layer


@dataclass(slots=True)
class Outcome:
    """Pages that had their try (others were given back), those whose outcome was written, seconds of reading."""

    tried: int = 0
    kept: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was read on a page, and where."""

    page: Page
    capture: Capture
    kind: ReadingKind
    text: PageText

    @property
    def state(self) -> PageState:
        """Return the state the page comes to."""
        return PageState.RECOGNISED if self.text.lines else PageState.BLANK


def recognise_page(page: Page, sandbox: Sandbox) -> bool:
    """B1: read `page` (as leased) and keep its text; return False where another worker took it meanwhile.

    Does and raises what `recognise_pages` does and raises.
    """
    return recognise_pages([page], sandbox).kept == 1


def recognise_pages(pages: Sequence[Page], sandbox: Sandbox, *, enough: float = float("inf")) -> Outcome:
    """B1: read `pages` (as leased) one after the other and keep their texts, all in one transaction.

    After `enough` seconds none is begun but the first; those left are given back as if they had never been drawn. The
    engine works outside any transaction. What it found is written only while each page's lease stands: text, state
    and the journal's line together, or nothing. A failed try gives the page back; the last one marks it and says why.
    Raises `EngineUnavailable` and the vault's errors with the page given back untouched: those are not its fault.
    """
    outcome, rest, found = Outcome(), list(pages), list[Found]()
    captures = current_captures(pages)
    begun = time.monotonic()
    try:
        while rest and (not outcome.tried or outcome.seconds < enough):
            page = rest.pop(0)
            presence.is_at([page])
            try:
                text = _try(page, captures[page.pk], sandbox, outcome)
            except (EngineUnavailable, Refusal):
                rest.insert(0, page)
                raise
            found += [text] if text else []
            outcome.tried += 1
            outcome.seconds = time.monotonic() - begun
    finally:
        _give_back_unharmed(rest)
        outcome.kept += _write_texts(found)
    return outcome


def _try(page: Page, capture: Capture, sandbox: Sandbox, outcome: Outcome) -> Found | None:
    if policy.tries_of(page.attempt) > policy.TRIES:
        # Its workers died before they could say anything.
        outcome.kept += _write_failure(page, EngineCrashed.words)
        return None
    try:
        return Found(page, capture, *_text_of(capture, sandbox))
    except EngineUnavailable:
        raise
    except RecognitionFailed as error:
        outcome.kept += _note_failed_try(page, error)
        return None


def _text_of(capture: Capture, sandbox: Sandbox) -> tuple[ReadingKind, PageText]:
    layer: TextLayer | None = getattr(capture, "text_layer", None)  # fetched with it
    try:
        if layer is not None:
            return ReadingKind.TEXT_LAYER, from_layer(read(layer.stored), capture.width, capture.height)
        master = read(capture.master)
    except (Destroyed, Damaged) as error:
        raise ImageUnreadable from error
    order = Order(capture.media_type, capture.width, capture.height, capture.dpi, settings.INTAKE_MAX_PIXELS)
    return ReadingKind.RECOGNISED, sandbox.read(master, order)


def _write_texts(found: list[Found]) -> int:
    """Write what was found; return on how many pages it could be."""
    if not found:
        return 0
    presence.is_at([one.page for one in found])
    # Sealed before the transaction: forcing keys and files to the disk must hold up no other writer.
    written = [one for one in found if one.text.lines]
    try:
        files = seal_all([to_alto(one.text) for one in written]) if written else []
    except (Refusal, OSError):  # a replica away, a disk full: the next try is not the worse for it
        _give_back_unharmed([one.page for one in found])
        raise
    sealed = dict(zip((one.page.pk for one in written), files, strict=True))
    try:
        return _write_together(found, sealed)
    except (IntegrityError, DataError):
        if len(found) == 1:
            raise
    # One of them cannot be written. That is not the others' fault.
    return _write_apart(found, sealed)


def _write_apart(found: list[Found], sealed: dict[int, SealedFile]) -> int:
    kept, broken = 0, None
    for one in found:
        try:
            kept += _write_together([one], sealed)
        except (IntegrityError, DataError) as error:
            broken = error
    if broken:
        raise broken
    return kept


def _write_together(found: Sequence[Found], sealed: dict[int, SealedFile]) -> int:
    with transaction.atomic():
        # Locked here and now: whoever draws, withdraws or corrects the pages waits for the few writes below.
        standing = {page.pk for page in lock_held([one.page for one in found])}
        mine = [one for one in found if one.page.pk in standing]
        if mine:
            # What is rolled back becomes an orphan, which the vault sweeps up.
            _enter_readings(mine, sealed)
            _turn(mine)
            _move_on(mine)
            announce([one.page.pk for one in mine])
    discard(*(sealed[one.page.pk] for one in found if one.page.pk in sealed and one.page.pk not in standing))
    return len(mine)


def _enter_readings(found: list[Found], sealed: dict[int, SealedFile]) -> None:
    written = [one for one in found if one.state == PageState.RECOGNISED]
    if len(written) < len(found):
        blank = [one.capture.pk for one in found if one.state == PageState.BLANK]
        Reading.objects.filter(capture__in=blank, is_current=True).update(is_current=False)
    if written:
        altos = enter_all([sealed[one.page.pk] for one in written], purpose="alto")
        add_readings(
            [
                NewReading(one.capture, one.kind, alto, one.text.engine[:60], one.text.confidence)
                for one, alto in zip(written, altos, strict=True)
            ]
        )


def _turn(found: list[Found]) -> None:
    for one in found:
        if one.text.turn:
            Capture.objects.filter(pk=one.capture.pk, turn=0).update(turn=one.text.turn)


def _move_on(found: list[Found]) -> None:
    """Give the pages their new states and the journal its lines, in one statement each for those that are alike."""
    alike: dict[tuple[Any, ...], list[Page]] = defaultdict(list)
    for one in found:
        key = (one.state, one.kind, one.text.engine, one.text.confidence, policy.new_beginning(one.page.attempt))
        new_version = one.state == PageState.RECOGNISED or bool(one.page.text_version)
        alike[*key, new_version].append(one.page)
    for (state, kind, engine, confidence, attempt, new_version), pages in alike.items():
        Page.objects.filter(pk__in=[page.pk for page in pages]).update(
            state=state,
            text_version=F("text_version") + (1 if new_version else 0),
            confidence=confidence,
            checked_at=None,
            failure="",
            leased_until=None,
            leased_by="",
            attempt=attempt,
        )
        facts = {"kind": kind.value, "engine": engine, "confidence": confidence}
        action = "page.blank" if state == PageState.BLANK else "page.recognised"
        record_many(action, by=None, things=pages, facts=facts)


def _note_failed_try(page: Page, error: RecognitionFailed) -> bool:
    # A picture that cannot be opened will not open the next time either.
    if isinstance(error, ImageUnreadable) or policy.tries_of(page.attempt) >= policy.TRIES:
        return _write_failure(page, error.words)
    return held(page).update(leased_until=None, leased_by="", failure=error.words) == 1


def _write_failure(page: Page, words: str) -> bool:
    ended = {"leased_until": None, "leased_by": "", "attempt": policy.new_beginning(page.attempt)}
    with transaction.atomic():
        if not held(page).update(state=PageState.FAILED, failure=words, **ended):
            return False
        record("page.recognition_failed", by=None, thing=page, facts={"why": words, "attempt": page.attempt})
    return True


def _give_back_unharmed(pages: Iterable[Page]) -> None:
    """End the leases as if they had never been: only their holder may do so, who has stopped."""
    for page in pages:
        held(page).update(leased_until=None, leased_by="", attempt=F("attempt") - 1)


def announce(ids: list[int]) -> None:
    """Tell those above, after the commit, that these pages have another text."""
    transaction.on_commit(partial(text_changed.send, sender=None, page_ids=ids), robust=True)
