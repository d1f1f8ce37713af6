"""Brings the open volumes of a dossier to what the rules say now (A7 A8 A9 A10). Doing it twice changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dms.clearance.models import SecurityClass
from dms.holdings.models import Dossier, RetentionPeriod
from dms.holdings.shipped import PERMANENT
from dms.journal.services import record
from dms.organisation.models import User

from ..models import Binding, Volume, VolumeState
from ..policy.groups import Contradiction
from ..policy.volume_parts import PlannedVolume, arranged
from ..selectors.papers import papers_of
from .rights import dossier_to_work_on

PORTION = 1000
# What a binding says besides its volume, in the order of `_facts_of`.
FACTS = (
    "item_id", "order", "number", "under_id", "first_page", "last_page", "because", "because_of_id", "filing_year",
)  # fmt: skip
BindingFacts = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Arranged:
    """What an arrangement came to: how many open volumes there are, how many were made anew, what contradicts."""

    volumes: int
    changed: int
    contradictions: tuple[Contradiction, ...] = ()


def arrange_dossier(*, dossier: Dossier, acting_user: User) -> Arranged:
    """A7 A8 A9 A10: compute the open volumes of a dossier and write down what differs; closed ones stay as they are.

    Raise NotAllowed. One dossier is arranged by one at a time.
    """
    with transaction.atomic():
        return arrange_locked(dossier_to_work_on(dossier.pk, acting_user), acting_user)


def arrange_locked(dossier: Dossier, acting_user: User | None) -> Arranged:
    """Do `arrange_dossier` for a dossier whose row the caller has locked, and for whom the caller has asked."""
    known = papers_of(dossier)
    plan = arranged(known.papers, known.ties, known.rules, known.taken)
    changed = _Writer(dossier).write(plan.volumes)
    if changed:
        facts = {"parts": len(plan.volumes), "changed": changed}
        record("dossier.arranged", by=acting_user, thing=dossier, thing_label=dossier.number, facts=facts)
    return Arranged(len(plan.volumes), changed, tuple(plan.contradictions))


class _Writer:
    """Compares the open volumes of one dossier with a plan, and writes what differs."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.periods = {period.code: period for period in RetentionPeriod.objects.all()}
        self.classes = {one.rank: one for one in SecurityClass.objects.all()}
        rows = Volume.objects.filter(dossier=dossier, state=VolumeState.OPEN)
        self.open = {(v.filing_year, v.retention_id, v.classification_id, v.part): v for v in rows}
        self.bound: dict[int, list[BindingFacts]] = {volume.pk: [] for volume in self.open.values()}
        bindings = Binding.objects.filter(volume__dossier=dossier, volume__state=VolumeState.OPEN)
        for volume, *facts in bindings.order_by("volume", "order").values_list("volume_id", *FACTS):
            self.bound[volume].append(tuple(facts))

    def write(self, plan: list[PlannedVolume]) -> int:
        """Write what differs; return how many volumes were made, changed or taken away."""
        todo: list[tuple[Volume, list[BindingFacts]]] = []
        emptied: list[Volume] = []
        left = dict(self.open)
        for planned in plan:
            volume = self._volume_for(planned, left)
            facts = [_facts_of(place, row, planned) for place, row in enumerate(planned.rows, 1)]
            differs = self._describe(volume, planned)
            if volume.pk is None or differs or self.bound[volume.pk] != facts:
                todo.append((volume, facts))
        for volume in left.values():
            # One that was opened again keeps its number and code, whatever lies in it (A11).
            if volume.number is None or self.bound[volume.pk]:
                emptied.append(volume)
        self._unbind([volume.pk for volume, _facts in todo if volume.pk] + [volume.pk for volume in emptied])
        for volume, _facts in todo:
            volume.save()
        self._bind(todo)
        self._take_away(emptied)
        return len(todo) + len(emptied)

    def _volume_for(self, planned: PlannedVolume, left: dict[Any, Volume]) -> Volume:
        period = self._period(planned.key.retention.code)
        classification = self.classes.get(planned.key.own_class)
        key = (planned.key.year, period.pk, classification.pk if classification else None, planned.part)
        return left.pop(key, None) or Volume(
            fonds_id=self.dossier.fonds_id,
            dossier=self.dossier,
            filing_year=planned.key.year,
            retention=period,
            classification=classification,
            part=planned.part,
        )

    def _period(self, code: str) -> RetentionPeriod:
        if code not in self.periods:
            # What is shipped was deleted: papers of which nothing is said are kept for ever all the same.
            self.periods[code] = RetentionPeriod.objects.create(code=PERMANENT, name="永久", name_en="Permanent")
        return self.periods[code]

    @staticmethod
    def _describe(volume: Volume, planned: PlannedVolume) -> bool:
        """Set what a volume says of its content; return whether anything differs."""
        last = max((row.pages[1] for row in planned.rows if row.pages), default=0)
        now = {"rank": planned.rank, "sheets": planned.sheets, "last_page": last, "over_long": planned.over_long}
        differs = any(getattr(volume, name) != value for name, value in now.items())
        for name, value in now.items():
            setattr(volume, name, value)
        return differs

    def _unbind(self, volumes: Iterable[int]) -> None:
        Binding.objects.filter(volume__in=list(volumes)).delete()
        # Papers that came from another dossier leave its open volume.
        came = Binding.objects.filter(item__dossier=self.dossier).exclude(volume__dossier=self.dossier)
        came.filter(volume__state=VolumeState.OPEN).delete()

    @staticmethod
    def _bind(todo: list[tuple[Volume, list[BindingFacts]]]) -> None:
        rows = (Binding(volume=volume, **dict(zip(FACTS, one, strict=True))) for volume, facts in todo for one in facts)
        Binding.objects.bulk_create(rows, batch_size=PORTION)

    @staticmethod
    def _take_away(emptied: list[Volume]) -> None:
        numbered = [volume.pk for volume in emptied if volume.number is not None]
        Volume.objects.filter(pk__in=numbered).update(rank=0, sheets=0, last_page=0, over_long=False)
        Volume.objects.filter(pk__in=[volume.pk for volume in emptied if volume.number is None]).delete()


def _facts_of(place: int, row: Any, planned: PlannedVolume) -> BindingFacts:
    first, last = row.pages or (None, None)
    under = None if row.number is not None else row.top
    year = row.year
    return (row.key, place, row.number, under, first, last, str(year.because), year.of, planned.key.year)
