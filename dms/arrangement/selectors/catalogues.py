"""The in-volume catalogue (卷内文件目录, A11 B4): closed volumes as they are, open ones as the rules make them now.

Whoever may not know of the highest classification in a volume does not learn of the volume.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dms.clearance.models import ORDINARY, SecurityClass
from dms.clearance.policy import Act, decide
from dms.clearance.selectors import facts_of
from dms.holdings.models import Dossier, Item
from dms.holdings.selectors import facts_of_dossier

from ..models import Binding, Volume, VolumeState
from ..policy.reference_codes import item_codes
from ..policy.volume_parts import arranged
from ..words import reason_words
from .codes import provisional_code
from .papers import papers_of, volume_key_of

BoundFacts = tuple[int, int | None, int | None, int | None, int, str, int | None]


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """An item in its volume. `number` None: a row below another item. Pages None: no side has writing."""

    item: Item
    number: int | None
    reference_code: str
    first_page: int | None
    last_page: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CatalogueVolume:
    """A volume with its rows in order; `volume` is None where an open one was not written down yet."""

    volume: Volume | None
    year: int
    part: int
    classification: str
    retention: str
    reference_code: str
    state: str
    over_long: bool
    rows: tuple[CatalogueRow, ...]


def catalogue_of(user: Any, dossier: Dossier, *, year: int | None = None) -> list[CatalogueVolume]:
    """A11, B4: return the volumes of a dossier (of one filing year) that `user` may read, with their rows in order.

    The caller has asked for the right to read the dossier, and journals the look. `user` None: the machine's operator,
    who holds its keys and is told everything; only a command may say so.
    """
    return _Catalogue(user, dossier).volumes(year)


class _Catalogue:
    """Reads the dossier once and turns its volumes into rows with words."""

    def __init__(self, user: Any, dossier: Dossier) -> None:
        self.dossier = dossier
        self.everything = user is None
        self.facts = facts_of(user)
        self.thing = facts_of_dossier(dossier, self.facts.user_id)
        self.class_codes = dict(SecurityClass.objects.values_list("rank", "code"))
        items = Item.objects.filter(dossier=dossier).select_related("classification", "document_type")
        self.items: Mapping[int, Item] = {item.pk: item for item in items.iterator(chunk_size=2000)}
        rows = Volume.objects.filter(dossier=dossier).select_related("retention", "classification")
        self.known = {(volume_key_of(volume), volume.part): volume for volume in rows}
        self.names: dict[int, str] = {}

    def volumes(self, year: int | None) -> list[CatalogueVolume]:
        found = [*self._settled(year), *self._open(year)]
        return [volume for _place, volume in sorted(found, key=lambda one: one[0])]

    def _settled(self, year: int | None) -> Iterable[tuple[Any, CatalogueVolume]]:
        columns = ("item", "number", "first_page", "last_page", "filing_year", "because", "because_of")
        for (key, _part), volume in self.known.items():
            if volume.state == VolumeState.OPEN or year not in {None, volume.filing_year}:
                continue
            if self._may_know(volume.rank):
                bound = list(Binding.objects.filter(volume=volume).order_by("order").values_list(*columns))
                code = volume.reference_code or self._provisional(key, volume.part)
                yield self._place(key, volume.part), self._shown(volume, key, volume.part, code, volume.rank, bound)

    def _open(self, year: int | None) -> Iterable[tuple[Any, CatalogueVolume]]:
        known = papers_of(self.dossier)
        for planned in arranged(known.papers, known.ties, known.rules, known.taken).volumes:
            if year not in {None, planned.key.year} or not self._may_know(planned.rank):
                continue
            volume = self.known.get((planned.key, planned.part))
            bound: list[BoundFacts] = [
                (
                    row.key,
                    row.number,
                    *(row.pages or (None, None)),
                    row.year.year,
                    str(row.year.because),
                    row.year.of,
                )
                for row in planned.rows
            ]
            code = (volume.reference_code if volume else "") or self._provisional(planned.key, planned.part)
            shown = self._shown(volume, planned.key, planned.part, code, planned.rank, bound, planned.over_long)
            yield self._place(planned.key, planned.part), shown

    def _may_know(self, rank: int) -> bool:
        if self.everything:
            return True
        return bool(decide(self.facts, Act.READ, replace(self.thing, rank=max(self.thing.rank, rank))))

    @staticmethod
    def _place(key: Any, part: int) -> tuple[Any, ...]:
        """Return where a volume stands among the dossier's: as `Volume.objects.in_order()` says."""
        return key.year, key.own_class, -key.retention.years, key.retention.code, part

    def _provisional(self, key: Any, part: int) -> str:
        classification = self.class_codes.get(key.own_class, "")
        return provisional_code(self.dossier, key.year, key.retention.code, classification, part)

    def _shown(
        self,
        volume: Volume | None,
        key: Any,
        part: int,
        code: str,
        rank: int,
        bound: list[BoundFacts],
        over_long: bool = False,
    ) -> CatalogueVolume:
        codes = item_codes(code, (row[1] for row in bound))
        rows = tuple(self._row(facts, its_code) for facts, its_code in zip(bound, codes, strict=True))
        return CatalogueVolume(
            volume=volume,
            year=key.year,
            part=part,
            classification=self.class_codes.get(rank, ""),
            retention=key.retention.code,
            reference_code=code,
            state=volume.state if volume else str(VolumeState.OPEN),
            over_long=volume.over_long if volume and not volume.is_open else over_long,
            rows=rows,
        )

    def _row(self, facts: BoundFacts, code: str) -> CatalogueRow:
        key, number, first, last, year, because, of = facts
        reason = reason_words(year, because, self._name(of) if of else "")
        return CatalogueRow(self.items[key], number, code, first, last, reason)

    def _name(self, key: int) -> str:
        """Return what an item is called to this person; nothing where they may not know of it."""
        if key not in self.names:
            item = self.items.get(key)
            known = item is not None and self._may_read(item)
            self.names[key] = (item.issue_number or item.title) if item and known else ""
        return self.names[key]

    def _may_read(self, item: Item) -> bool:
        return self._may_know(item.classification.rank if item.classification else ORDINARY)


def as_json(volumes: Iterable[CatalogueVolume]) -> list[dict[str, Any]]:
    """Return the catalogue as programs get it."""
    return [
        {
            "year": volume.year,
            "part": volume.part,
            "classification": volume.classification,
            "retention": volume.retention,
            "reference_code": volume.reference_code,
            "items": [
                {
                    "no": row.number,
                    "key": row.item.source_key or row.item.public_id,
                    "title": row.item.title,
                    "reference_code": row.reference_code,
                    "first_page": row.first_page,
                    "last_page": row.last_page,
                    "filing_year_reason": row.reason,
                }
                for row in volume.rows
            ],
        }
        for volume in volumes
    ]
