"""Gathers what the forms are told of a volume, a dossier or a year, for somebody who may print it. Writes nothing.

A form names nothing that its reader may not know of: neighbours are named only to those who may read them, and a volume
into which something of a higher classification came since is refused as a whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.clearance.models import ORDINARY, SecurityClass
from dms.clearance.policy import Act, decide
from dms.clearance.selectors import facts_of
from dms.core.errors import NotFound
from dms.holdings.models import Dossier, DossierState, Item
from dms.holdings.selectors import DOSSIER_RELATED, decide_item
from dms.organisation.models import User

from ..models import Binding, ClassJoin, CrossReference, FilingYearOverride, HandSetPosition, Volume
from ..selectors.papers import page_counts
from ..selectors.volumes import (
    RELATED,
    bindings_of,
    facts_of_volume,
    get_volume_for,
    volumes_of_dossier,
    volumes_visible_to,
)
from .shapes import (
    CatalogueRow,
    CoverFacts,
    DossierLabelFacts,
    NoteSheetFacts,
    ReorderingRow,
    SpineFacts,
    VolumeListRow,
)

# What must be known of an item to decide whether it may be named, and where it is.
NEIGHBOURS = ("classification", "binding__volume__dossier", *(f"dossier__{name}" for name in DOSSIER_RELATED))


@dataclass(frozen=True, slots=True)
class BoundVolume:
    """A volume with what is bound in it, in order, for one reader."""

    volume: Volume
    bindings: tuple[Binding, ...]
    reader: Any

    @property
    def items(self) -> list[int]:
        """The keys of what is bound in it."""
        return [binding.item_id for binding in self.bindings]

    @property
    def numbered(self) -> int:
        """How many items have a number of their own (件)."""
        return sum(binding.number is not None for binding in self.bindings)

    @property
    def rank(self) -> int:
        """The highest classification of the dossier and of what is bound."""
        own = (_rank_of(binding.item) for binding in self.bindings)
        return max(self.volume.dossier.classification.rank, self.volume.rank, *own, ORDINARY)


def get_bound_volume_for(user: Any, public_id: str, act: Act) -> BoundVolume:
    """Return the volume with what is in it, or raise NotFound or NotAllowed; all that is in it may be known."""
    volume = get_volume_for(user, public_id, act)
    bindings = tuple(bindings_of([volume]).select_related("item__classification", "under"))
    bound = BoundVolume(volume, bindings, user)
    facts = facts_of(user)
    if not decide(facts, act, replace(facts_of_volume(volume, facts.user_id), rank=bound.rank)):
        raise NotFound
    return bound


def _rank_of(item: Item) -> int:
    return item.classification.rank if item.classification else ORDINARY


def cover_of(bound: BoundVolume) -> CoverFacts:
    """Return the facts of the cover; the customer is called as today, the code stays blank until the closing."""
    volume, dossier = bound.volume, bound.volume.dossier
    first, last = _dates_of([binding.item for binding in bound.bindings])
    return CoverFacts(
        fonds=str(dossier.fonds),
        fonds_code=dossier.fonds.code,
        series=str(dossier.series),
        title=title_of(volume),
        dossier_number=dossier.number,
        customer=dossier.name,
        filing_year=volume.filing_year,
        volume_number="" if volume.number is None else str(volume.number),
        reference_code=volume.reference_code,
        retention=str(volume.retention),
        classification=_class_names().get(bound.rank, ""),
        items=bound.numbered,
        pages=volume.last_page,
        date_from=first,
        date_to=last,
        part=str(volume.part),
    )


def _class_names() -> dict[int, str]:
    """Return what the classes above ordinary are called, by rank: an ordinary volume bears no mark."""
    return {one.rank: str(one) for one in SecurityClass.objects.exclude(rank=ORDINARY)}


def title_of(volume: Volume) -> str:
    """Return what a volume is called (案卷题名): whose papers of which year."""
    return _("%(customer)s: papers of %(year)s") % {"customer": volume.dossier.name, "year": volume.filing_year}


def rows_of(bound: BoundVolume) -> list[CatalogueRow]:
    """Return the rows of the in-volume catalogue."""
    return [
        CatalogueRow(
            no="" if binding.number is None else str(binding.number),
            issue_number=binding.item.issue_number,
            issuer=binding.item.issuer,
            title=binding.item.title,
            date=binding.item.date_text,
            first_page=binding.first_page or 0,
            last_page=binding.last_page or 0,
            remarks=binding.item.remarks,
        )
        for binding in bound.bindings
    ]


def note_of(bound: BoundVolume) -> NoteSheetFacts:
    """Return the facts of the note sheet, with every decision against the rules and every reference."""
    volume = bound.volume
    return NoteSheetFacts(
        reference_code=volume.reference_code,
        items=bound.numbered,
        pages=volume.last_page,
        compiler=_name_of(volume.closed_by),
        checker=_name_of(volume.checked_by),
        compiled_on=_day_of(volume.closed_at),
        checked_on=_day_of(volume.checked_at),
        sheets=volume.sheets,
        remarks=tuple(line for line in volume.remarks.splitlines() if line.strip()),
        overrides=tuple(_decisions(bound)),
        cross_references=tuple(_references(bound)),
    )


def _decisions(bound: BoundVolume) -> Iterable[str]:
    here = {"item__in": bound.items}
    related = ("item", "decided_by")
    for year in FilingYearOverride.objects.filter(**here).select_related(*related, "approved_by").order_by("pk"):
        yield _("%(item)s: bound under %(year)s by decision of %(who)s, approved by %(approver)s: %(reason)s") % {
            "item": _called(year.item),
            "year": year.year,
            "who": _name_of(year.decided_by),
            "approver": _name_of(year.approved_by),
            "reason": year.reason,
        }
    for place in HandSetPosition.objects.filter(**here).select_related(*related).order_by("pk"):
        yield _("%(item)s: place in the volume set by %(who)s: %(reason)s") % _told(place)
    for join in ClassJoin.objects.filter(**here).select_related(*related).order_by("pk"):
        yield _("%(item)s: joined to this volume by %(who)s: %(reason)s") % _told(join)


def _told(decision: HandSetPosition | ClassJoin) -> dict[str, str]:
    return {"item": _called(decision.item), "who": _name_of(decision.decided_by), "reason": decision.reason}


def _references(bound: BoundVolume) -> Iterable[str]:
    within = set(bound.items)
    found = CrossReference.objects.filter(Q(item__in=within) | Q(other__in=within)).order_by("pk")
    for reference in found.select_related(*(f"{side}__{name}" for side in ("item", "other") for name in NEIGHBOURS)):
        for here, there in ((reference.item, reference.other), (reference.other, reference.item)):
            if here.pk in within:
                yield _("%(item)s: see %(other)s; %(reason)s") % {
                    "item": _called(here),
                    "other": _elsewhere(there, bound.reader),
                    "reason": reference.reason,
                }


def _elsewhere(item: Item, reader: Any) -> str:
    """Return what an item in another volume is called and where it is; nothing of it to who may not read it."""
    if not decide_item(reader, Act.READ, item):
        return _("another paper")
    binding = getattr(item, "binding", None)
    where = binding.volume.journal_label if binding else ""
    return f"{_called(item)} ({where})" if where else _called(item)


def spine_of(bound: BoundVolume, width: int) -> SpineFacts:
    """Return the facts of a spine of `width` mm for this volume alone."""
    cover = cover_of(bound)
    return SpineFacts(
        width=width,
        fonds=cover.fonds,
        reference_code=cover.reference_code,
        title=cover.title,
        year=str(cover.filing_year),
        volumes=cover.volume_number,
        retention=cover.retention,
        classification=cover.classification,
    )


def reordering_of(bound: BoundVolume) -> list[ReorderingRow]:
    """A10: return how the paper, which lies as it was entered, comes into the order of its volume."""
    counts = page_counts(bound.items)
    lying = sorted(binding.item.entry_number for binding in bound.bindings)
    present = {entry: place for place, entry in enumerate(lying, 1)}
    return [
        ReorderingRow(
            target=place,
            present=present[binding.item.entry_number],
            entry_number=str(binding.item.entry_number),
            title=binding.item.title,
            date=binding.item.date_text,
            sheets=counts[binding.item_id].sheets if binding.item_id in counts else 0,
            code=str(binding.item.entry_number),
            belongs_to=str(binding.under.entry_number) if binding.under else "",
        )
        for place, binding in enumerate(bound.bindings, 1)
    ]


def label_of(dossier: Dossier, code: str) -> DossierLabelFacts:
    """Return the facts of a dossier's label, the customer called as today (R8); `code` is its address."""
    departed = dossier.state != DossierState.OPEN
    return DossierLabelFacts(
        number=dossier.number,
        customer=dossier.name,
        fonds=str(dossier.fonds),
        series=str(dossier.series),
        code=code,
        unit=dossier.unit,
        floor=dossier.floor,
        department=str(dossier.department),
        state=str(dossier.get_state_display()) if departed else "",
    )


def volumes_of_a_dossier(user: Any, dossier: Dossier) -> list[VolumeListRow]:
    """Return the volumes of a dossier that `user` may print, in order."""
    return _listed(volumes_of_dossier(user, Act.PRINT, dossier))


def volumes_of_a_year(user: Any, year: int, *, after: int, most: int) -> list[VolumeListRow]:
    """Return the volumes of a year that `user` may print, by code: `most` of them after the first `after`."""
    volumes = volumes_visible_to(user, Act.PRINT).filter(filing_year=year).select_related(*RELATED)
    ordered = volumes.order_by("fonds", "reference_code", "dossier__number", "part", "pk")
    return _listed(ordered[after : after + most], start=after + 1)


def _listed(volumes: QuerySet[Volume], *, start: int = 1) -> list[VolumeListRow]:
    found = list(volumes)
    told, names = _extents(found), _class_names()
    rows = []
    for no, volume in enumerate(found, start):
        items, first, last = told.get(volume.pk, (0, "", ""))
        rows.append(
            VolumeListRow(
                no=no,
                reference_code=volume.reference_code,
                customer=volume.dossier.name,
                title=title_of(volume),
                year=volume.filing_year,
                part=str(volume.part),
                retention=str(volume.retention),
                classification=names.get(max(volume.rank, volume.dossier.classification.rank), ""),
                items=items,
                pages=volume.last_page,
                date_from=first,
                date_to=last,
                state=str(volume.get_state_display()),
            )
        )
    return rows


def _extents(volumes: Sequence[Volume]) -> dict[int, tuple[int, str, str]]:
    """Return of each volume how many numbered items it has and the first and last day, in one query."""
    rows = (
        Binding.objects.filter(volume__in=[volume.pk for volume in volumes])
        .order_by()
        .values_list("volume")
        .annotate(Count("number"), Min("item__document_date"), Max("item__document_date"))
    )
    return {key: (items, str(first or ""), str(last or "")) for key, items, first, last in rows}


def _dates_of(items: Sequence[Item]) -> tuple[str, str]:
    """Return the first and the last date of the papers, as far as they are known."""
    dated = sorted((item for item in items if item.document_date), key=lambda item: (item.document_date, item.pk))
    return (dated[0].date_text, dated[-1].date_text) if dated else ("", "")


def _called(item: Item) -> str:
    return item.reference_code or item.issue_number or item.title


def _name_of(person: User | None) -> str:
    return (person.get_full_name() or person.username) if person else ""


def _day_of(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
