"""Gathers what the rules must know of a dossier's papers. Shows nothing to anybody, so it asks for no right."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from dms.clearance.models import SecurityClass
from dms.holdings.models import DocumentType, Dossier, Item, ItemState, Page, PageState, RetentionPeriod
from dms.holdings.models.pages import Side
from dms.holdings.shipped import PERMANENT as PERMANENT_CODE

from ..models import Binding, ClassJoin, FilingYearOverride, HandSetPosition, ItemRelation, Volume
from ..policy.papers import (
    FOR_EVER,
    Bound,
    OrderRule,
    Paper,
    Precision,
    RelationKind,
    Retention,
    Role,
    Rules,
    RuleSet,
    Tie,
    date_key_of,
)
from ..policy.volume_parts import VolumeKey

COLUMNS = (
    "pk", "entry_number", "document_date", "date_precision", "received_on", "issue_number", "document_type_id",
    "period_from", "period_to", "opened_on", "section_id", "classification_id", "stated_pages",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageCount:
    """The pages of an item: all, those with writing, those nobody has read yet, and the sheets."""

    pages: int = 0
    written: int = 0
    unread: int = 0
    sheets: int = 0


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything the rules need of one dossier."""

    papers: list[Paper]
    ties: list[Tie]
    rules: Rules
    taken: dict[VolumeKey, set[int]]


def papers_of(dossier: Dossier) -> Papers:
    """Return the papers of a dossier that are not withdrawn, their ties, the rules of its kind and its closed parts."""
    items = Item.objects.filter(dossier=dossier).exclude(state=ItemState.WITHDRAWN)
    reader = _Reader(dossier)
    return Papers(
        papers=[reader.paper(row) for row in items.order_by("entry_number").values_list(*COLUMNS).iterator()],
        ties=list(ties_of(dossier)),
        rules=rules_of(dossier),
        taken=_taken(dossier),
    )


def ties_of(dossier: Dossier) -> Iterator[Tie]:
    """Yield the relations between the items of a dossier."""
    rows = ItemRelation.objects.filter(item__dossier=dossier).values_list("item_id", "kind", "other_id")
    return (Tie(item, RelationKind(kind), other) for item, kind, other in rows)


def rules_of(dossier: Dossier) -> Rules:
    """Return the rules of a dossier's kind."""
    kind = dossier.kind
    return Rules(
        rule_set=RuleSet(kind.year_rules),
        order=OrderRule(kind.paper_order),
        by_section=kind.sections.exclude(paper_order="").exists(),
        sheets_per_volume=kind.sheets_per_volume,
        own_volume=frozenset(SecurityClass.objects.filter(own_volume=True).values_list("rank", flat=True)),
    )


def retention_of(period: RetentionPeriod) -> Retention:
    """Return a retention period as the rules compare it."""
    return Retention(FOR_EVER if period.years is None else period.years, period.code)


def volume_key_of(volume: Volume) -> VolumeKey:
    """Return what a volume's papers have in common, as the rules say it."""
    rank = volume.classification.rank if volume.classification else -1
    return VolumeKey(volume.filing_year, retention_of(volume.retention), rank)


def _taken(dossier: Dossier) -> dict[VolumeKey, set[int]]:
    taken: dict[VolumeKey, set[int]] = defaultdict(set)
    settled = Volume.objects.settled().filter(dossier=dossier).select_related("retention", "classification")
    for volume in settled:
        taken[volume_key_of(volume)].add(volume.part)
    return taken


def page_counts(items: Any) -> dict[int, PageCount]:
    """Return how many pages each of `items` (a queryset or list of keys) has; items without pages are left out."""
    unread = Q(state__in=(PageState.WAITING, PageState.FAILED))
    rows = (
        Page.objects.filter(item__in=items)
        .order_by()
        .values_list("item")
        .annotate(
            all=Count("pk"),
            written=Count("pk", filter=~Q(state=PageState.BLANK)),
            unread=Count("pk", filter=unread),
            fronts=Count("pk", filter=Q(side=Side.FRONT)),
        )
    )
    return {item: PageCount(n, written, waiting, fronts or n) for item, n, written, waiting, fronts in rows}


class _Reader:
    """Turns rows of items into papers, with everything configured read once."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier_rank = dossier.classification.rank
        self.ranks = dict(SecurityClass.objects.values_list("pk", "rank"))
        periods = {period.pk: retention_of(period) for period in RetentionPeriod.objects.all()}
        permanent = Retention(FOR_EVER, PERMANENT_CODE)
        self.fallback = periods.get(dossier.kind.retention_id or 0, permanent)
        sections = list(dossier.kind.sections.order_by("position", "code"))
        self.sections = {section.pk: place for place, section in enumerate(sections, 1)}
        self.section_orders = {s.pk: OrderRule(s.paper_order) for s in sections if s.paper_order}
        self.section_periods = {s.pk: periods[s.retention_id] for s in sections if s.retention_id}
        types = list(DocumentType.objects.order_by("position", "code"))
        self.places = {one.pk: place for place, one in enumerate(types, 1)}
        self.roles = {one.pk: Role(one.role) for one in types}
        self.type_periods = {one.pk: periods[one.retention_id] for one in types if one.retention_id}
        self.pages = page_counts(Item.objects.filter(dossier=dossier).values("pk"))
        here = {"item__dossier": dossier}
        self.overrides = dict(FilingYearOverride.objects.filter(**here).values_list("item", "year"))
        self.joins = dict(ClassJoin.objects.filter(**here).values_list("item", "classification__rank"))
        self.behind = {
            item: behind or 0 for item, behind in HandSetPosition.objects.filter(**here).values_list("item", "behind")
        }
        settled = Binding.objects.filter(**here).exclude(volume__state="open")
        self.bound = {
            item: Bound(volume, year) for item, volume, year in settled.values_list("item", "volume", "filing_year")
        }

    def paper(self, row: tuple[Any, ...]) -> Paper:
        """Return the paper of one row of `COLUMNS`."""
        (key, entry, day, precision, received, issue, type_id, first, last, opened, section, own_class, stated) = row
        pages = self.pages.get(key)
        sides = pages.written if pages else stated or 0
        return Paper(
            key=key,
            entry=entry,
            dated=date_key_of(day, Precision(precision)) if day else None,
            received=date_key_of(received),
            issue_number=issue,
            role=self.roles.get(type_id, Role.PLAIN),
            period_from=_year(first),
            period_to=_year(last),
            opened=_year(opened),
            section=self.sections.get(section, 0),
            section_order=self.section_orders.get(section),
            place=self.places.get(type_id, 0),
            rank=max(self.dossier_rank, self.ranks.get(own_class, 0)),
            retention=self.section_periods.get(section) or self.type_periods.get(type_id) or self.fallback,
            sheets=pages.sheets if pages else sides,
            sides=sides,
            override=self.overrides.get(key),
            bound=self.bound.get(key),
            joins=self.joins.get(key),
            after=self.behind.get(key),
        )


def _year(day: date | None) -> int | None:
    return day.year if day else None
