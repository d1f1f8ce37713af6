"""Keeps the index true to the records: compares versions, puts in what differs, takes out what is gone.

The index is never told anything it could not find out: killed at any moment, the next comparison does the rest.
"""

# ruff: noqa: S608 (table names are made of our own enumeration; every value is bound)

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import connection

from dms.clearance.policy import Act
from dms.holdings.models import Item, ItemVersion, Page, Reading
from dms.holdings.selectors import pages_visible_to
from dms.vault.errors import Damaged, Destroyed
from ocr.selectors import page_text

from . import apart
from .engines.attached import schema_for
from .engines.base import Document, Kind
from .engines.current import engine
from .tokens import TOKEN_VERSION

logger = logging.getLogger(__name__)

BATCH = 50
REBUILD_BATCH = 200
# The newest texts and entries are looked at in every round, so that they are found within seconds.
NEWEST = 100
# A comparison of everything may take this share of a process's time, and comes at least this often.
SHARE = 0.05
LONGEST_PAUSE = 60.0
LONGEST_KEPT = 30.0
# What a process knows is kept for so many times as long as it took to learn: one results page in many pays for it.
KEPT_FOR = 100
MOST_COUNTED = 1000


class Sweeper:
    """A worker's memory of when it last compared everything; losing it costs a comparison."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._due = now, 0.0

    def due(self) -> bool:
        """Return whether it is time to compare everything again."""
        return self._now() >= self._due

    def sweep(self) -> int:
        """Bring up to a batch of what differs in line; return how many texts were touched."""
        begun = self._now()
        done = sum(index(kind, stale(kind, BATCH)) + drop_gone(kind, BATCH) for kind in Kind)
        if not done:
            self._due = self._now() + min(LONGEST_PAUSE, (self._now() - begun) / SHARE)
        return done


_sweeper = Sweeper()


class Behind:
    """A process's memory of which pages the index lacked when everything was last compared.

    Comparing takes longer the more pages there are, so what it found is kept for a hundred times as long as it took,
    half a minute at most, and never for another generation of the index. Meanwhile only those pages and the newest
    texts are looked at: a page that was just read or corrected is missing at once, one that was indexed since is not.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        # What was compared, until when that is kept, what was missing: one value, for threads come between.
        self._last: tuple[object, float, list[int]] = (None, 0.0, [])

    def pages(self) -> list[int]:
        """Return up to 1,000 pages whose present text is not in the index, by id."""
        compared = (engine().files.current(), connection.settings_dict["NAME"])
        last, until, missing = self._last
        if last != compared or self._now() >= until:
            begun = self._now()
            missing = stale(Kind.PAGE, MOST_COUNTED)
            ended = self._now()
            self._last = (compared, ended + min(LONGEST_KEPT, (ended - begun) * KEPT_FOR), missing)
            return missing
        newest = list(Reading.objects.order_by("-pk").values_list("capture__page_id", flat=True)[:NEWEST])
        return _stale_among(Kind.PAGE, _present_pages([*missing, *newest]), MOST_COUNTED)


_behind = Behind()


def index_next(worker: str) -> int:
    """Index what is new, else compare everything when that is due; return how many texts were touched."""
    done = sum(index(kind, _stale_among(kind, newest)) for kind, newest in _newest())
    return done or (_sweeper.sweep() if _sweeper.due() else 0)


def index(kind: Kind, ids: Sequence[int]) -> int:
    """Put the present texts of these pages or items into the index; return how many it took."""
    return engine().put(list(_documents(kind, ids))) if ids else 0


def stale(kind: Kind, limit: int) -> list[int]:
    """Return up to `limit` ids whose present text the index does not have, or has cut by an older rule."""
    if connection.vendor != "sqlite":
        return apart.stale(kind, limit)
    table, version = apart.TABLES[kind]
    schema = schema_for(connection, engine())
    sql = f"""
        SELECT t.id FROM {table} t LEFT JOIN {schema}.{kind}_doc d ON d.id = t.id
        WHERE t.{version} > 0 AND (d.id IS NULL OR d.version <> t.{version} OR d.token_version <> %s)
          AND t.id NOT IN (SELECT id FROM {schema}.{kind}_forgotten)
        ORDER BY t.id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, (TOKEN_VERSION, limit))
        return [row[0] for row in cursor.fetchall()]


def drop_gone(kind: Kind, limit: int) -> int:
    """Take texts out of the index whose page or item is gone or has no text any more; return how many."""
    gone = _gone(kind, limit)
    return engine().drop(kind, gone) if gone else 0


def pages_not_indexed(user: object = None) -> int:
    """Return how many pages have a text that the index does not know yet; with `user`, of those the user may read.

    Counting stops at 1,000. Every results page asks, so that what `Behind` remembers is taken.
    """
    waiting = _behind.pages()
    if user is None or not waiting:
        return len(waiting)
    return pages_visible_to(user, Act.READ).filter(pk__in=waiting).count()


def count_stale() -> int:
    """Return how many texts of pages and titles wait to be indexed; counting stops at 1,000 of each."""
    return sum(len(stale(kind, MOST_COUNTED)) for kind in Kind)


def forget_pages(ids: Iterable[int]) -> int:
    """Remove these pages' words from every file of the index for good (purge, D2); return how many it held.

    Comes before the destruction of their keys. They are not indexed again, even while their rows still stand.
    """
    return engine().forget(Kind.PAGE, ids)


def forget_titles(ids: Iterable[int]) -> int:
    """Remove these items' titles from every file of the index for good; return how many it held."""
    return engine().forget(Kind.TITLE, ids)


def rebuild(done: Callable[[int], None] = lambda count: None) -> int:
    """Build the index anew from the records, beside the present one, and switch to it; return how many texts it has.

    Raises BlockingIOError where another rebuild is at work.
    """
    return engine().rebuild(_everything(), done)


def _everything() -> Iterator[list[Document]]:
    for kind in Kind:
        last = 0
        while ids := _ids_after(kind, last):
            yield list(_documents(kind, ids))
            last = ids[-1]


def _ids_after(kind: Kind, last: int) -> list[int]:
    rows = Page.objects.filter(text_version__gt=0) if kind is Kind.PAGE else Item.objects.all()
    return list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:REBUILD_BATCH])


def _documents(kind: Kind, ids: Sequence[int]) -> Iterator[Document]:
    """Yield present texts; the version is read first, so that a text that changes meanwhile is seen to differ."""
    if kind is Kind.TITLE:
        for pk, version, title in Item.objects.filter(pk__in=ids).values_list("pk", "version", "title"):
            yield Document(kind, pk, version, title)
        return
    for page in Page.objects.filter(pk__in=ids, text_version__gt=0):
        yield Document(kind, page.pk, page.text_version, _text_of(page))


def _text_of(page: Page) -> str:
    """Return the page's text; none where it was destroyed or is damaged, so that one page does not stop the others."""
    try:
        return page_text(page).text
    except (Destroyed, Damaged) as error:
        logger.warning("page %s is indexed without words: %s", page.pk, error.code)
        return ""


def _newest() -> Iterator[tuple[Kind, dict[int, int]]]:
    """Yield the newest texts' and entries' present versions."""
    pages = Reading.objects.order_by("-pk").values_list("capture__page_id", flat=True)[:NEWEST]
    yield Kind.PAGE, _present_pages(list(pages))
    items = ItemVersion.objects.order_by("-pk").values_list("item_id", flat=True)[:NEWEST]
    yield Kind.TITLE, dict(Item.objects.filter(pk__in=list(items)).values_list("pk", "version"))


def _present_pages(ids: list[int]) -> dict[int, int]:
    return dict(Page.objects.filter(pk__in=ids, text_version__gt=0).values_list("pk", "text_version"))


def _stale_among(kind: Kind, present: dict[int, int], limit: int = BATCH) -> list[int]:
    if not present:
        return []
    indexed = engine().versions(kind, present)
    wrong = [pk for pk, version in present.items() if indexed.get(pk) != version]
    return sorted(set(wrong) - engine().forgotten(kind))[:limit] if wrong else []


def _gone(kind: Kind, limit: int) -> list[int]:
    if connection.vendor != "sqlite":
        return apart.gone(kind, limit)
    table, version = apart.TABLES[kind]
    schema = schema_for(connection, engine())
    sql = f"""
        SELECT d.id FROM {schema}.{kind}_doc d LEFT JOIN {table} t ON t.id = d.id
        WHERE t.id IS NULL OR t.{version} = 0 LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, (limit,))
        return [row[0] for row in cursor.fetchall()]
