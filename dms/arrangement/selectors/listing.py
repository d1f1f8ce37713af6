"""The list of volumes across dossiers: filters, order, pages. Through rights; no totals, so that it stays cheap."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from dms.clearance.policy import Act
from dms.holdings.models import ItemState, Page, PageState

from ..models import Binding, Volume, VolumeState
from ..policy.filing_years import Because
from .volumes import RELATED, ways_to


class VolumeOrder(StrEnum):
    """What the list is sorted by."""

    YEAR = "year"
    NUMBER = "number"
    CODE = "code"

    @property
    def columns(self) -> tuple[str, ...]:
        return {
            VolumeOrder.YEAR: ("-filing_year", "dossier__number", "part", "pk"),
            VolumeOrder.NUMBER: ("dossier__number", "filing_year", "part", "pk"),
            VolumeOrder.CODE: ("reference_code", "dossier__number", "filing_year", "part", "pk"),
        }[self]


@dataclass(frozen=True, slots=True)
class VolumeFilters:
    """What the list is narrowed to; None and "" mean everything. `text` begins a dossier's number or a code."""

    text: str = ""
    year: int | None = None
    state: str = ""
    retention: int | None = None
    department: int | None = None
    ready: bool = False
    unanswered: bool = False

    def condition(self) -> Q:
        """Return what columns alone can say."""
        equal = {
            "filing_year": self.year,
            "state": self.state or None,
            "retention": self.retention,
            "dossier__department": self.department,
        }
        condition = Q(**{name: value for name, value in equal.items() if value is not None})
        if self.text:
            condition &= Q(dossier__number__startswith=self.text) | Q(reference_code__startswith=self.text)
        return condition


def volumes_listed(user: Any, filters: VolumeFilters, order: VolumeOrder) -> QuerySet[Volume]:
    """Return the volumes that `user` may read and that meet `filters`, each with `items` counted."""
    ways = ways_to(user, Act.READ)
    allowed = reduce(or_, ways) if ways else Q(pk__in=[])
    found: QuerySet[Volume] = Volume.objects.filter(allowed).filter(filters.condition())
    if filters.ready:
        found = _ready(found)
    if filters.unanswered:
        unanswered = Binding.objects.filter(volume=OuterRef("pk"), because=Because.NO_REPLY)
        found = found.filter(Exists(unanswered))
    return found.select_related(*RELATED).order_by(*order.columns)


def page_of_volumes(
    user: Any, filters: VolumeFilters, order: VolumeOrder, *, number: int, size: int
) -> tuple[list[Volume], bool]:
    """Return page `number` (from 1) and whether there is another one behind it."""
    start = (number - 1) * size
    found = list(volumes_listed(user, filters, order)[start : start + size + 1])
    return with_items(found[:size]), len(found) > size


def every_volume(user: Any, filters: VolumeFilters, order: VolumeOrder, *, limit: int) -> Iterator[Volume]:
    """Yield the list from its beginning, at most `limit` rows."""
    keys = list(volumes_listed(user, filters, order).values_list("pk", flat=True)[:limit])
    for start in range(0, len(keys), 500):
        portion = keys[start : start + 500]
        rows = Volume.objects.select_related(*RELATED).in_bulk(portion)
        yield from with_items([rows[key] for key in portion if key in rows])


def with_items(volumes: list[Any]) -> list[Any]:
    """Return `volumes`, each with `items`, how many numbered items it has."""
    rows = Binding.objects.filter(volume__in=[volume.pk for volume in volumes]).order_by()
    counted = dict(rows.values_list("volume").annotate(Count("number")))
    for volume in volumes:
        volume.items = counted.get(volume.pk, 0)
    return volumes


def _ready(found: QuerySet[Volume]) -> QuerySet[Volume]:
    """A11: keep the open ones in which nothing is missing that the system can see; the paper is looked at by hand."""
    bound = Binding.objects.filter(volume=OuterRef("pk"))
    pages = Page.objects.filter(item__binding__volume=OuterRef("pk"))
    own_pages = Page.objects.filter(item=OuterRef("item"))
    miscounted = (
        bound.filter(item__stated_pages__isnull=False)
        .annotate(written=Count("item__pages", filter=~Q(item__pages__state=PageState.BLANK)))
        .exclude(item__stated_pages=F("written"))
    )
    return found.filter(
        Exists(bound),
        ~Exists(bound.exclude(item__state=ItemState.FILED)),
        ~Exists(bound.filter(item__title="")),
        ~Exists(bound.filter(~Exists(own_pages))),
        ~Exists(pages.filter(state__in=(PageState.WAITING, PageState.FAILED))),
        ~Exists(bound.filter(Exists(own_pages.exclude(state=PageState.BLANK)), first_page__isnull=True)),
        ~Exists(miscounted),
        state=VolumeState.OPEN,
    )
