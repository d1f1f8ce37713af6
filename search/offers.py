"""What the search box offers while somebody types: dossiers and entries whose number begins so. Opens no text."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dms.clearance.policy import Act
from dms.holdings.listing import FIRST, Filters, Order, list_page
from dms.holdings.models import Item, ItemState
from dms.holdings.selectors import any_way
from dms.organisation.models import Fonds

FEWEST_CHARACTERS = 2
MOST_OF_EACH = 5
# Longer digits are no entry number, and no integer of the database.
LONGEST_NUMBER = 18
# Above every character a number is written with: ends the range that stands for "begins with".
END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Offer:
    """One line under the box: a number, what it is called, and its address."""

    number: str
    name: str
    url: str


def offers(user: Any, words: str) -> list[Offer]:
    """Return the dossiers and entries that `user` may know of (D1) and whose number begins with `words`.

    Dossiers also by the beginning of their name or unit; entries by issue number, or by their whole entry number.
    Nothing for fewer than two characters.
    """
    words = words.strip()
    if len(words) < FEWEST_CHARACTERS:
        return []
    return [*_dossiers(user, words), *_items(user, words)]


def _dossiers(user: Any, words: str) -> list[Offer]:
    rows = list_page(user, Filters(text=words), Order.NUMBER, FIRST, MOST_OF_EACH).rows
    return [Offer(row.number, row.name, reverse("holdings:dossier", args=[row.public_id])) for row in rows]


def _items(user: Any, words: str) -> list[Offer]:
    ways = [Q(issue_number__gt="", issue_number__gte=words, issue_number__lt=words + END)]
    if words.isascii() and words.isdecimal() and len(words) < LONGEST_NUMBER:
        ways.append(Q(fonds__in=Fonds.objects.values("pk"), entry_number=int(words)))
    known = any_way(user, Act.KNOW, path="dossier__", item_path="")
    found: dict[int, Item] = {}
    for way in ways:  # one query each: every way has an index of its own
        rows = Item.objects.filter(known, way).exclude(state=ItemState.WITHDRAWN)
        found |= {row.pk: row for row in rows.order_by("issue_number", "entry_number")[:MOST_OF_EACH]}
    return [
        Offer(row.issue_number or str(row.entry_number), row.title, reverse("holdings:item", args=[row.public_id]))
        for row in list(found.values())[:MOST_OF_EACH]
    ]
