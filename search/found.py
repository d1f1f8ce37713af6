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
    """A page found by its text, or (`page_id` None) an item found by its title or its entry alone.

    `may_read`: whether its content may be read too, which goes without saying of a page found by its text.
    """

    item_id: int
    page_id: int | None
    dossier_number: str = ""
    document_date: date | None = None
    entry_number: int = 0
    position: int = 0
    may_read: bool = True

    def place(self, order: Order) -> tuple[Any, ...]:
        """Return the key by which hits of both sorts stand in one row under `order`, which is not relevance."""
        day = self.document_date
        if order is Order.DATE:
            return (day is None, -(day or date.min).toordinal(), self.dossier_number, self.entry_number, self.position)
        return (self.dossier_number, day is None, day or date.min, self.entry_number, self.position)


# Names of the facts of a hit that are counted.
FACETS = ("series", "kind", "section", "year", "department", "classification")


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found by text and by title.

    `pages`: their number; `best_pages`: the best by rank. `title_items`: every item found by its title or entry alone;
    `first_titles`: the first of them in the order asked for. `groups`: (facet values …, number of hits that have them).
    """

    pages: int = 0
    best_pages: list[Hit] = field(default_factory=list)
    title_items: list[int] = field(default_factory=list)
    first_titles: list[Hit] = field(default_factory=list)
    groups: list[tuple[Any, ...]] = field(default_factory=list)


def title_hit(item: int, may_read: bool, number: str, day: date | str | None, entry: int) -> Hit:
    """Return the hit on an item found by its title; `day` may be written in ISO 8601."""
    when = date.fromisoformat(day) if isinstance(day, str) else day
    return Hit(item, None, number, when, entry, may_read=bool(may_read))
