"""What a search brings: hits, the orders they may stand in, and what is counted about them. Asks nobody anything."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Order(StrEnum):
    """What hits are sorted by; volume order is dossier, date, entry number while there are no volumes."""

    RELEVANCE = "relevance"
    DATE = "date"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Hit:
    """A page found by its text, or (`page_id` None) an item found by its title or its entry alone."""

    item_id: int
    page_id: int | None
    dossier_number: str = ""
    document_date: date | None = None
    entry_number: int = 0
    position: int = 0

    def place(self, order: Order) -> tuple[Any, ...]:
        """Return the key by which hits of both sorts stand in one row under `order`, which is not relevance."""
        day = self.document_date
        if order is Order.DATE:
            return (day is None, -(day or date.min).toordinal(), self.dossier_number, self.entry_number, self.position)
        return (self.dossier_number, day is None, day or date.min, self.entry_number, self.position)


# Names of the facts of a hit that are counted.
FACETS = ("series", "kind", "section", "year", "department", "classification")
Counted = tuple[Any, ...]  # its values, in the order of FACETS


@dataclass(frozen=True, slots=True)
class PagesFound:
    """How many pages were found, the best of them, and how many there are of each combination of facet values.

    `groups`: (facet values …, number). `items`: those of the asked items that have a page among what was counted.
    """

    total: int
    best: list[Hit] = field(default_factory=list)
    groups: list[tuple[Any, ...]] = field(default_factory=list)
    items: set[int] = field(default_factory=set)
