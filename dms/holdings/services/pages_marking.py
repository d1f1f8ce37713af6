"""Turns many pages at once, marks sides as blank or written on, and goes back to a former image (A10 A12)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import NotFound, Refusal, require
from dms.journal.services import record, record_many
from dms.organisation.models import User

from ..models import Capture, Item, Page, PageState, Reading
from ..selectors import decide_item
from .pages_layout import changed_meanwhile, insist_unfiled

QUARTERS = frozenset({0, 90, 180, 270})


class Mark(StrEnum):
    """What a page is marked as: blank, written on, or to be looked at by the recogniser once more."""

    BLANK = "blank"
    WRITTEN = "written"
    UNREAD = "unread"


def turn_pages(*, turns: Mapping[int, tuple[int, int]], acting_user: User) -> None:
    """Turn the images of many pages for everybody: page → (turn it has, turn it gets), degrees clockwise.

    The stored images do not change, so filed pages may be turned too. Raise NotAllowed; Refusal (`changed_meanwhile`)
    where a page has another turn than was seen.
    """
    if not all(new in QUARTERS for _old, new in turns.values()):
        raise Refusal(_("A page is turned by 90, 180 or 270 degrees."))
    with transaction.atomic():
        rows = Capture.objects.select_for_update(of=("self",)).filter(page__in=list(turns), is_current=True)
        captures = list(rows.select_related("page__item__dossier").order_by("pk"))
        _ask_for(acting_user, {capture.page.item_id for capture in captures}, unfiled=False)
        if {capture.page_id: capture.turn for capture in captures} != {page: old for page, (old, _) in turns.items()}:
            raise changed_meanwhile()
        for turn in QUARTERS:
            some = [capture for capture in captures if turns[capture.page_id][1] == turn]
            if some:
                Capture.objects.filter(pk__in=[capture.pk for capture in some]).update(turn=turn)
                pages = [capture.page for capture in some]
                record_many("page.turned", by=acting_user, things=pages, facts={"turn": turn})


def mark_pages(*, states: Mapping[int, str], mark: Mark, acting_user: User) -> None:
    """A10: mark pages of unfiled items as blank, whose sides are then not numbered, or not blank.

    `states`: page → the state it was seen in. A page marked blank loses its text for search; the text stays kept, and
    counts again once the page is marked written on. Raise NotAllowed; Refusal where an item is filed, or a page is in
    another state by now (`changed_meanwhile`).
    """
    with transaction.atomic():
        # Items before pages, as everywhere.
        items = set(Page.objects.filter(pk__in=list(states)).values_list("item_id", flat=True))
        _ask_for(acting_user, items, unfiled=True)
        locked = list(_locked(states))
        if {page.item_id for page in locked} != items or {page.pk: page.state for page in locked} != dict(states):
            raise changed_meanwhile()
        rows = Page.objects.filter(pk__in=[page.pk for page in locked])
        {Mark.BLANK: _make_blank, Mark.WRITTEN: _make_written, Mark.UNREAD: _make_unread}[mark](rows)
        record_many("page.marked", by=acting_user, things=locked, facts={"mark": mark.value})


def use_capture(*, page: Page, version: int, seen_version: int, acting_user: User) -> None:
    """A12: let a former image of a page count again, with the text it had; every image stays readable.

    Raise NotAllowed, NotFound where there is no such image, Refusal (`changed_meanwhile`) where another than
    `seen_version` counts by now.
    """
    with transaction.atomic():
        _ask_for(acting_user, {page.item_id}, unfiled=False)
        (locked,) = _locked([page.pk])
        if not locked.captures.filter(is_current=True, version=seen_version).exists():
            raise changed_meanwhile()
        locked.captures.filter(is_current=True).update(is_current=False)
        if locked.captures.filter(version=version).update(is_current=True) != 1:
            raise NotFound
        rows = Page.objects.filter(pk=locked.pk)
        if Reading.objects.filter(capture__page=locked, capture__is_current=True, is_current=True).exists():
            rows.update(state=PageState.RECOGNISED, text_version=F("text_version") + 1, **_rested(_confidence()))
        else:
            _make_unread(rows)
        record("page.image_restored", by=acting_user, thing=locked, facts={"capture": version})


def _locked(pages: Iterable[int]) -> QuerySet[Page]:
    rows = Page.objects.select_for_update(of=("self",)).select_related("item__dossier")
    return rows.filter(pk__in=list(pages)).order_by("pk")


def _ask_for(user: User, items: set[int], *, unfiled: bool) -> None:
    """Ask for the right to work on each of these items, and that it is not filed."""
    rows = Item.objects.select_for_update(of=("self",)) if unfiled else Item.objects
    for item in rows.select_related("dossier__classification", "classification").filter(pk__in=items).order_by("pk"):
        require(decide_item(user, Act.WORK, item))
        if unfiled:
            insist_unfiled(item)


def _make_blank(rows: QuerySet[Page]) -> None:
    Reading.objects.filter(capture__page__in=rows.values("pk"), is_current=True, capture__is_current=True).update(
        is_current=False
    )
    rows.filter(text_version__gt=0).update(text_version=F("text_version") + 1)
    rows.update(state=PageState.BLANK, **_rested(None))


def _make_written(rows: QuerySet[Page]) -> None:
    newest = (
        Reading.objects.filter(capture__page__in=rows.values("pk"), capture__is_current=True)
        .order_by("capture", "-version")
        .values_list("capture", "pk", "is_current")
    )
    chosen: dict[int, int] = {}
    for capture, reading, is_current in newest:
        if is_current or capture not in chosen:
            chosen[capture] = reading
    Reading.objects.filter(pk__in=chosen.values()).update(is_current=True)
    rows.update(state=PageState.RECOGNISED, text_version=F("text_version") + 1, **_rested(_confidence()))


def _make_unread(rows: QuerySet[Page]) -> None:
    rows.update(state=PageState.WAITING, **_rested(None))


def _confidence() -> Subquery:
    current = Reading.objects.filter(capture__page=OuterRef("pk"), capture__is_current=True, is_current=True)
    return Subquery(current.values("confidence")[:1])


def _rested(confidence: Any) -> dict[str, Any]:
    """No worker holds the page any more, and its tries count anew (they are numbered by tens)."""
    return {
        "leased_until": None,
        "leased_by": "",
        "attempt": (F("attempt") / 10 + 1) * 10,
        "failure": "",
        "confidence": confidence,
        "checked_at": None,
    }
