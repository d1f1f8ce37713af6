"""What every engine offers. An engine knows texts by number and nobody's rights; it is never asked without them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..query import Node


class Kind(StrEnum):
    """The two sorts of text: pages, found by those who may read them; titles, by those who may know of the entry."""

    PAGE = "page"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be found: the page's or the item's primary key, the version of its text, and the text itself."""

    kind: Kind
    id: int
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A text that was found; the smaller `rank`, the better."""

    id: int
    rank: float


class Engine(Protocol):
    """An index of texts. Every method may be repeated at any time, by any number of processes."""

    def put(self, documents: Iterable[Document]) -> int:
        """Store the documents in the place of their older versions, all or none; return how many changed anything."""

    def forget(self, kind: Kind, ids: Iterable[int]) -> int:
        """Remove the texts so that none of their words is left in any file; they are refused from then on."""

    def versions(self, kind: Kind, ids: Iterable[int]) -> dict[int, int]:
        """Return the version of each of `ids` that is stored and cut as today; others are missing."""

    def search(self, kind: Kind, node: Node) -> Iterator[Match]:
        """Yield every match of `node`, in no order."""


def mixed(version: str) -> str:
    """Return the SQL, for either database, that mixes columns `id` and `version` into a number under 2**31.

    The cube, modulo a prime, of a sum of both: whole numbers of 64 bits hold every step while ids are under 2**46.
    """
    both = f"((id * 48271 + {version} * 16807) % 2147483647)"
    return f"({both} * {both} % 2147483647) * {both} % 2147483647"
