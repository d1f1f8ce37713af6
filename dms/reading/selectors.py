"""What the reading room shows of an item: images, texts, hits, versions, readers. Its callers ask for the right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db.models import Q, QuerySet

from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.refusals import Answer
from dms.holdings.models import Capture, Item, Page, Reading
from dms.journal.models import JournalEntry
from dms.organisation.models import PostKind, User
from ocr.page_text import Box, PageText
from ocr.selectors import text_of
from search.marks import boxes_of
from search.oracle import occurrences
from search.query import Node

from . import policy

# An item may have thousands of pages; hits are asked for in portions, so that no answer takes long.
PAGES_A_PORTION = 40
READERS_SHOWN = 100
LINES_LOOKED_THROUGH = 2 * READERS_SHOWN
ONE_LOOK = timedelta(minutes=1)
LOOKS = ("page.read", "page.text_read", "item.downloaded", "item.printed")

# An image with the text read from it, if there is one.
Image = tuple[Capture, Reading | None]


@dataclass(frozen=True, slots=True)
class PageHits:
    """Where the query stands on one page: for each hit its boxes (one a line it touches), in the capture's pixels."""

    page: Page
    hits: list[list[Box]]


def captures_of(item: Item) -> QuerySet[Capture]:
    """Return the current image of every page of an item, in the order of the pages."""
    return (
        Capture.objects.filter(page__item=item, is_current=True)
        .select_related("page", "derivative", "thumbnail")
        .order_by("page__position")
    )


def images_of(items: Iterable[int]) -> dict[int, list[Image]]:
    """Return the current images of the pages of many items (keys), in the order of the pages, each with its text."""
    captures = (
        Capture.objects.filter(page__item__in=list(items), is_current=True)
        .select_related("page", "derivative")
        .order_by("page__position")
    )
    readings = Reading.objects.filter(is_current=True, capture__in=captures.order_by().values("pk"))
    texts = {reading.capture_id: reading for reading in readings.select_related("alto")}
    found: dict[int, list[Image]] = {}
    for capture in captures:
        found.setdefault(capture.page.item_id, []).append((capture, texts.get(capture.pk)))
    return found


def capture_of(page: Page, version: int | None = None) -> Capture | None:
    """Return the current image of a page, or the one of that version; None where there is none."""
    chosen = Q(is_current=True) if version is None else Q(version=version)
    return page.captures.select_related("derivative", "thumbnail").filter(chosen).first()


def readings_of(capture: Capture) -> list[Reading]:
    """Return the versions of the text of an image, newest first."""
    return list(capture.readings.select_related("alto", "made_by").order_by("-version"))


def hits_on(text: PageText, query: Node | None) -> list[list[Box]]:
    """Return where the words of `query` stand on a page: for each hit its boxes."""
    if query is None:
        return []
    found = [boxes_of([span], text) for span in occurrences(query, text.text)]
    return [boxes for boxes in found if boxes]


def hits_in_item(item: Item, query: Node | None, *, after: int = 0) -> tuple[list[PageHits], int | None]:
    """Return the pages with hits among the next portion after that position, and where the next portion begins.

    The second is None where there is nothing more.
    """
    readings = (
        Reading.objects.filter(is_current=True, capture__is_current=True, capture__page__item=item)
        .filter(capture__page__position__gt=after)
        .select_related("alto", "capture__page")
        .order_by("capture__page__position")
    )
    portion = list(islice(readings[: PAGES_A_PORTION + 1], PAGES_A_PORTION + 1))
    more = len(portion) > PAGES_A_PORTION
    portion = portion[:PAGES_A_PORTION]
    found = [PageHits(reading.capture.page, hits_on(text_of(reading), query)) for reading in _kept(portion)]
    return [page for page in found if page.hits], portion[-1].capture.page.position if more else None


def _kept(readings: Iterable[Reading]) -> Iterable[Reading]:
    """Leave out texts that were destroyed: they have no hits, and those of their neighbours are still wanted."""
    return (reading for reading in readings if not reading.alto.is_gone)


def decide_readers(user: User, item: Item) -> Answer:
    """Return whether this person may see who has read the item (C6)."""
    audits = any(
        post.kind == PostKind.AUDITOR and post.fonds_id == item.fonds_id for post in user.posts_on(clock.today())
    )
    return policy.may_see_readers(facts_of(user), fonds_id=item.fonds_id, audits=audits)


def looks_at(item: Item) -> list[JournalEntry]:
    """Return the journal's last lines about who saw, copied or printed the item or a page of it, newest first.

    Image and text of a page, opened together, are one look.
    """
    pages = Page.objects.filter(item=item).values("public_id")
    things = Q(thing_type="holdings.page", thing_id__in=pages) | Q(thing_type="holdings.item", thing_id=item.public_id)
    looks: list[JournalEntry] = []
    for look in JournalEntry.objects.filter(things, action__in=LOOKS).order_by("-id")[:LINES_LOOKED_THROUGH]:
        if looks and _are_one_look(look, looks[-1]):
            looks[-1] = look if look.action == "page.read" else looks[-1]
        else:
            looks.append(look)
    return looks[:READERS_SHOWN]


def _are_one_look(one: JournalEntry, other: JournalEntry) -> bool:
    return (
        {one.action, other.action} == {"page.read", "page.text_read"}
        and (one.actor_id, one.thing_id) == (other.actor_id, other.thing_id)
        and abs(other.at - one.at) < ONE_LOOK
    )
