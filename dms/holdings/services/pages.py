"""Adds pages, their images and their texts. Called by intake and the recogniser, which ask for rights themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.models import StoredFile

from ..models import Capture, Item, Page, PageState, Reading, ReadingKind
from ..policy import may_change_item
from ..selectors import decide_item


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """The stored files of one image and what is known of it; sizes in pixels of the master, EXIF-turned."""

    master: StoredFile
    derivative: StoredFile
    thumbnail: StoredFile
    media_type: str
    width: int
    height: int
    dpi: int | None = None


def add_page(*, item: Item, capture: CaptureFacts, side: str = "front") -> Page:
    """A10: add the next page to an item, waiting to be read; the item's row is locked so that positions run on."""
    with transaction.atomic():
        locked = Item.objects.select_for_update().get(pk=item.pk)
        if locked.is_frozen:
            require(may_change_item(locked.state, frozen=True))
        last = Page.objects.filter(item=item).aggregate(last=Max("position"))["last"] or 0
        page = Page.objects.create(item=item, position=last + 1, side=side)
        _create_capture(page, capture, version=1)
    return page


def add_capture(*, page: Page, capture: CaptureFacts, acting_user: User) -> Capture:
    """A12: add a rescan of a page; the former image stays, and the page is read again."""
    with transaction.atomic():
        locked = Page.objects.select_for_update(of=("self",)).select_related("item__dossier").get(pk=page.pk)
        require(decide_item(acting_user, Act.WORK, locked.item))
        version = (locked.captures.aggregate(last=Max("version"))["last"] or 0) + 1
        locked.captures.filter(is_current=True).update(is_current=False)
        # Tries are numbered by tens: those of the new image count from the beginning.
        attempt = (locked.attempt // 10 + 1) * 10
        created = _create_capture(locked, capture, version=version)
        Page.objects.filter(pk=locked.pk).update(
            state=PageState.WAITING, leased_until=None, leased_by="", attempt=attempt, failure=""
        )
        record("page.rescanned", by=acting_user, thing=locked)
    return created


def _create_capture(page: Page, facts: CaptureFacts, *, version: int) -> Capture:
    return Capture.objects.create(
        page=page,
        version=version,
        master=facts.master,
        derivative=facts.derivative,
        thumbnail=facts.thumbnail,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        dpi=facts.dpi,
        captured_at=clock.now(),
    )


def add_reading(
    *,
    capture: Capture,
    kind: ReadingKind | str,
    alto: StoredFile,
    engine: str = "",
    confidence: int | None = None,
    made_by: User | None = None,
) -> Reading:
    """Add a text of a capture as the current one; call inside the transaction that also moves the page's state on."""
    with transaction.atomic():
        last = capture.readings.aggregate(last=Max("version"))["last"] or 0
        capture.readings.filter(is_current=True).update(is_current=False)
        return Reading.objects.create(
            capture=capture,
            version=last + 1,
            kind=kind,
            engine=engine,
            alto=alto,
            confidence=confidence,
            made_at=clock.now(),
            made_by=made_by,
        )


@dataclass(frozen=True, slots=True)
class NewReading:
    """A text of a capture that is to become the current one."""

    capture: Capture
    kind: ReadingKind
    alto: StoredFile
    engine: str = ""
    confidence: int | None = None


def add_readings(new: Sequence[NewReading]) -> list[Reading]:
    """Do `add_reading` for many captures, each once, by the system; the caller has their pages locked."""
    captures = [one.capture.pk for one in new]
    before = Reading.objects.filter(capture__in=captures).order_by().values_list("capture")
    versions = dict(before.annotate(last=Max("version")))
    if versions:
        Reading.objects.filter(capture__in=versions, is_current=True).update(is_current=False)
    now = clock.now()
    return Reading.objects.bulk_create(
        Reading(
            capture=one.capture,
            version=versions.get(one.capture.pk, 0) + 1,
            kind=one.kind,
            engine=one.engine,
            alto=one.alto,
            confidence=one.confidence,
            made_at=now,
        )
        for one in new
    )


def turn_page(*, page: Page, degrees: int, acting_user: User) -> Capture:
    """Turn the current image clockwise by 90, 180 or 270 degrees for everybody; the stored image does not change."""
    if degrees not in {90, 180, 270}:
        raise Refusal(_("A page is turned by 90, 180 or 270 degrees."))
    with transaction.atomic():
        capture = (
            Capture.objects.select_for_update(of=("self",))
            .select_related("page__item__dossier")
            .get(page=page, is_current=True)
        )
        require(decide_item(acting_user, Act.WORK, capture.page.item))
        capture.turn = (capture.turn + degrees) % 360
        capture.save(update_fields=["turn"])
        record("page.turned", by=acting_user, thing=page, facts={"turn": capture.turn})
    return capture
