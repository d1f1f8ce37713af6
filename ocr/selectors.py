"""Reads of texts: the current text of a page, its versions, what waits, what somebody should look at."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.leases import free
from dms.holdings.models import Capture, Dossier, ItemState, Page, PageState, Reading
from dms.holdings.selectors import any_way, may_anywhere, pages_visible_to
from dms.intake.scan_quality import SURE_FROM, SURE_FROM_ELSE
from dms.organisation.models import PostKind
from dms.vault.services import read

from .alto import from_alto, plain_text
from .page_text import PageText

PAGE_SIZE = 50


def current_capture(page: Page) -> Capture:
    """Return the image of `page` that counts now, with its stored files."""
    capture: Capture = page.captures.select_related("master").get(is_current=True)
    return capture


def current_captures(pages: Iterable[Page]) -> dict[int, Capture]:
    """Return the images that count now, with masters and text layers, by their pages' keys, in one query."""
    current = Capture.objects.filter(page__in=[page.pk for page in pages], is_current=True)
    return {capture.page_id: capture for capture in current.select_related("master", "text_layer__stored")}


def current_reading(page: Page) -> Reading | None:
    """Return the text that counts now: the current one of the current image."""
    return (
        Reading.objects.filter(capture__page=page, capture__is_current=True, is_current=True)
        .select_related("alto", "capture", "made_by")
        .first()
    )


def text_of(reading: Reading) -> PageText:
    """Return the text of one version, from the vault. Raises the vault's `Destroyed` or `Damaged`."""
    return from_alto(read(reading.alto))


def plain_text_of(reading: Reading) -> str:
    """Return `text_of(reading).text` without its boxes, several times faster; raises as `text_of`."""
    return plain_text(read(reading.alto))


def page_text(page: Page) -> PageText:
    """Return the current text of `page`; without lines where it has none. Rights are the caller's to ask."""
    reading = current_reading(page)
    if reading is not None:
        return text_of(reading)
    capture = current_capture(page)
    return PageText(capture.width, capture.height, turn=capture.turn)


def readings_of(page: Page) -> QuerySet[Reading]:
    """Return every text the page ever had, newest first."""
    return (
        Reading.objects.filter(capture__page=page)
        .select_related("alto", "capture", "made_by")
        .order_by("-capture__version", "-version")
    )


def pages_waiting() -> QuerySet[Page]:
    """Return the pages to be read, fair by batch: every batch's first page before any batch's second."""
    place = Coalesce(F("source__received_file__position") + F("source__index_in_file"), F("position"))
    return (
        Page.objects.filter(state=PageState.WAITING)
        .exclude(item__state=ItemState.WITHDRAWN)
        .order_by("attempt", place, "pk")
    )


def next_waiting(number: int) -> list[int]:
    """Return the primary keys of up to `number` pages to be read that no worker holds, in their turn."""
    return list(pages_waiting().filter(free(clock.now())).values_list("pk", flat=True)[:number])


def count_waiting() -> dict[str, int]:
    """Return how many pages wait to be read and how many are being read."""
    waiting = Page.objects.filter(state=PageState.WAITING).exclude(item__state=ItemState.WITHDRAWN)
    held = waiting.exclude(free(clock.now())).count()
    return {"waiting": waiting.count() - held, "in work": held}


def count_failed() -> int:
    """Return how many pages could not be read."""
    return Page.objects.filter(state=PageState.FAILED).exclude(item__state=ItemState.WITHDRAWN).count()


def failed_pages(user: Any) -> QuerySet[Page]:
    """Return the pages that could not be read and that `user` may have read again, oldest first.

    An archivist's: those to work on. An administrator's: all of the fonds administered, of which nothing but numbers
    may be shown (D1). Nobody else has any.
    """
    posts = user.posts_on(clock.today()) if user.is_active else []
    administered = [post.fonds_id for post in posts if post.kind == PostKind.ADMINISTRATOR]
    archived = [post.fonds_id for post in posts if post.kind == PostKind.ARCHIVIST]
    failed = Page.objects.filter(state=PageState.FAILED).exclude(item__state=ItemState.WITHDRAWN)
    if archived:
        mine = any_way(user, Act.WORK, path="item__dossier__", item_path="item__")
        failed = failed.filter(mine | Q(item__fonds__in=administered)) if administered else failed.filter(mine)
    else:
        failed = failed.filter(item__fonds__in=administered)
    return failed.order_by("pk")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list *To check* is asked for: `failed` pages instead of doubtful ones, of dossiers like `dossier`."""

    failed: bool = False
    dossier: str = ""
    below: int = 0


def to_check(user: Any, wanted: Wanted | None = None) -> QuerySet[Page]:
    """Return the pages `user` may correct whose text is doubtful and unchecked, or could not be read; worst first."""
    wanted = wanted or Wanted()
    mine = [any_way(user, act, path="item__dossier__", item_path="item__") for act in (Act.WORK, Act.READ)]
    pages = Page.objects.filter(*mine).exclude(item__state=ItemState.WITHDRAWN)
    if wanted.failed:
        pages = pages.filter(state=PageState.FAILED).order_by("pk")
    else:
        pages = pages.filter(unsure(wanted.below), checked_at__isnull=True, state=PageState.RECOGNISED)
        pages = pages.order_by("confidence", "pk")
    if wanted.dossier:
        like = Q(item__dossier__number__icontains=wanted.dossier) | Q(item__dossier__name__icontains=wanted.dossier)
        pages = pages.filter(like)
    return pages.select_related("item__dossier", "item__section")


def unsure(below: int = 0) -> Q:
    """Return the condition of pages read with less confidence than `below`; 0: than the operator or their engine says.

    Only where engines differ is it asked who read the page.
    """
    if limit := below or settings.OCR_CHECK_BELOW:
        return Q(confidence__lt=limit)
    limits = [SURE_FROM_ELSE, *SURE_FROM.values()]
    cases = [When(engine__startswith=name, then=Value(least)) for name, least in SURE_FROM.items()]
    current = Reading.objects.filter(capture__page=OuterRef("pk"), capture__is_current=True, is_current=True)
    by_engine = current.annotate(least=Case(*cases, default=Value(SURE_FROM_ELSE)))
    doubtful = Exists(by_engine.filter(least__gt=OuterRef("confidence")))
    return Q(confidence__lt=max(limits)) & (Q(confidence__lt=min(limits)) | Q(doubtful))


def after(pages: QuerySet[Page], place: str) -> QuerySet[Page]:
    """Return what follows `place` ("confidence-key" as `place_of` writes it) in the order of `to_check`."""
    confidence, _dash, key = place.partition("-")
    if not (confidence.isdecimal() and key.isdecimal()):
        return pages
    if pages.query.order_by == ("pk",):
        return pages.filter(pk__gt=int(key))
    return pages.filter(Q(confidence__gt=int(confidence)) | Q(confidence=int(confidence), pk__gt=int(key)))


def place_of(page: Page) -> str:
    """Return where `page` stands in the order of `to_check`."""
    return f"{page.confidence or 0}-{page.pk}"


def may_correct_anything(user: Any) -> bool:
    """Return whether `user` has any dossier to work on."""
    return may_anywhere(user, Act.WORK)


def pages_by_file(user: Any, dossier: Dossier) -> dict[str, list[Page]]:
    """Return the pages of `dossier` that `user` may take copies of, by the name of the file they came from.

    In the order in which files and pages came; of files with one name the later get a number: "a.pdf (2)".
    """
    pages = (
        pages_visible_to(user, Act.DOWNLOAD)
        .filter(item__dossier=dossier, source__isnull=False)
        .select_related("source__received_file", "item")
        .order_by("source__received_file__batch", "source__received_file__position", "source__index_in_file")
    )
    found: dict[str, list[Page]] = {}
    names: dict[int, str] = {}
    for page in pages:
        file = page.source.received_file
        if file.pk not in names:
            names[file.pk] = _free_name(file.name, found)
        found.setdefault(names[file.pk], []).append(page)
    return found


def _free_name(name: str, taken: Container[str]) -> str:
    candidates = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(candidate for candidate in candidates if candidate not in taken)
