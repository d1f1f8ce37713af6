"""The dossier list: keyset pages by number or by name, through rights. Reads only; no totals, no offsets.

A page is made of one query for each way to the right to know (and each classification where the way is limited by
one): each reads its few rows in order from an index of its own, and the merged rows are cut to the page. An OR of the
ways, or a count, would touch every row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import merge
from itertools import product
from typing import Any

from django.db.models import Q

from dms.clearance.models import SecurityClass
from dms.clearance.policy import Act, Branch, branches
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.organisation.models import Department

from .models import Dossier, DossierName
from .policy import initial_of
from .selectors import branch_q, visible_among

INITIALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ#"
AFTER_LETTERS = "{"  # the character after z
LAST_CHARACTER = "\U0010ffff"
RELATED = ("kind", "series", "department", "classification", "responsible", "fonds")
Key = tuple[Any, ...]


class Order(StrEnum):
    """What the list is sorted by; the key always ends with the primary key, so that it is total."""

    NUMBER = "number"
    NAME = "name"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("number", "pk") if self is Order.NUMBER else ("name_sort", "number", "pk")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None and "" mean everything. `text` begins a number, a name or a unit."""

    text: str = ""
    kind: int | None = None
    series: frozenset[int] | None = None
    department: Department | None = None
    classification: int | None = None
    level: str = ""
    state: str = ""
    responsible: int | None = None
    year: int | None = None

    def condition(self) -> Q:
        """Return the filters that no branch takes into itself, as one condition."""
        equal = {
            "kind": self.kind,
            "level": self.level or None,
            "state": self.state or None,
            "responsible": self.responsible,
            "opened_on__year": self.year,
        }
        condition = Q(**{name: value for name, value in equal.items() if value is not None})
        return condition if self.series is None else condition & Q(series__in=sorted(self.series))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after (or, backwards, before) `key`, which may be shorter than the order's columns."""

    key: Key = ()
    backwards: bool = False
    inclusive: bool = False


FIRST = Place()
LAST = Place(backwards=True)


@dataclass(frozen=True, slots=True)
class ListPage:
    """The rows of a page in order, and whether there are more on either side. `known_only`: may not be read."""

    rows: list[Dossier]
    has_previous: bool
    has_next: bool
    known_only: frozenset[int] = frozenset()


def list_page(user: Any, filters: Filters, order: Order, place: Place, size: int) -> ListPage:
    """Return the page of at most `size` dossiers that `user` may know of and that meet `filters`.

    A place with nothing behind it gives the last page, one with nothing before it the first.
    """
    ways = list(_ways(user, filters))
    keys = _keys(ways, order, place, size + 1)
    if not keys and place not in (FIRST, LAST):
        place = FIRST if place.backwards else LAST
        keys = _keys(ways, order, place, size + 1)
    more, keys = len(keys) > size, keys[:size]
    if place.backwards:
        keys.reverse()
    # Beside a dossier of the list there is that dossier; only a jump has to look what lies behind it.
    behind = bool(place.key) and bool(keys) and (not place.inclusive or _any_beyond(ways, order, keys[0]))
    readable, rows = _rows(user, [key[-1] for key in keys])
    return ListPage(
        rows=rows,
        has_previous=more if place.backwards else behind,
        has_next=behind if place.backwards else more,
        known_only=frozenset(row.pk for row in rows) - readable,
    )


def place_of(user: Any, public_id: str, order: Order, *, backwards: bool = False) -> Place:
    """Return the place beside a dossier of the list; the first page where the user may not know of it (any more)."""
    found = visible_among(user, Act.KNOW, Dossier.objects.filter(public_id=public_id)).first()
    if found is None:
        return FIRST
    return Place(tuple(getattr(found, column) for column in order.columns), backwards)


def place_of_number(number: str) -> Place:
    """Return the place of the first dossier whose number is `number` or comes after it."""
    return Place((number.strip(),), inclusive=True)


def place_of_initial(user: Any, filters: Filters, initial: str) -> Place:
    """B3: return the place of the first name under `initial` (A to Z by pinyin; # for what has no letter)."""
    if initial != "#":
        return Place((initial.lower(),), inclusive=True)
    first = _keys(list(_ways(user, filters)), Order.NAME, FIRST, 1)
    digits_first = bool(first) and initial_of(first[0][0]) == "#"
    return FIRST if digits_first else Place((AFTER_LETTERS,), inclusive=True)


def every_dossier(user: Any, filters: Filters, order: Order, *, limit: int) -> Iterator[Dossier]:
    """Yield the list from its beginning, at most `limit` rows, page by page so that memory stays flat."""
    place, left = FIRST, limit
    while left > 0:
        page = list_page(user, filters, order, place, min(500, left))
        yield from page.rows
        if not page.has_next:
            return
        left -= len(page.rows)
        place = Place(tuple(getattr(page.rows[-1], column) for column in order.columns))


def _ways(user: Any, filters: Filters) -> Iterator[Q]:
    """Yield one condition for each indexed walk: the user's branches, each fixed to single values."""
    facts, at = facts_of(user), clock.now()
    ranks = dict(SecurityClass.objects.values_list("pk", "rank"))
    condition = filters.condition()
    for branch in branches(facts, Act.KNOW):
        for single in _fixed(branch, filters):
            fixed = branch_q(replace(single, max_rank=None), facts.user_id, at) & condition
            if filters.department:
                fixed &= Q(department=filters.department)
            for class_condition, text_condition in product(_classes(branch, ranks, filters), _text_ways(filters.text)):
                yield fixed & class_condition & text_condition


def _fixed(branch: Branch, filters: Filters) -> Iterator[Branch]:
    """Yield the branch once for each single fonds or department it covers; the department filter takes the index."""
    department = filters.department
    if branch.fonds is not None:
        if department is not None and branch.level is None:
            if department.fonds_id in branch.fonds:  # the department implies its fonds
                yield replace(branch, fonds=None)
            return
        for fonds in sorted(branch.fonds):
            yield replace(branch, fonds=frozenset({fonds}))
    elif branch.departments is not None:
        for one in sorted(branch.departments):
            if department is None or department.pk == one:
                yield replace(branch, departments=frozenset({one}))
    else:
        yield branch


def _classes(branch: Branch, ranks: dict[int, int], filters: Filters) -> list[Q]:
    """Return one condition for each classification where the branch's index has it second, else one for all."""
    wanted = [
        pk
        for pk, rank in ranks.items()
        if (branch.max_rank is None or rank <= branch.max_rank) and filters.classification in (None, pk)
    ]
    if branch.max_rank is not None or branch.departments is not None:
        return [Q(classification=pk) for pk in wanted]
    return [Q() if filters.classification is None else Q(classification=filters.classification)]


def _text_ways(text: str) -> list[Q]:
    """Return the ways in which a dossier may begin with `text`: number, a name of today or of old, unit."""
    text = text.strip()
    if not text:
        return [Q()]
    first, last = text, text + LAST_CHARACTER
    named = DossierName.objects.filter(name__gte=first, name__lt=last).values("dossier")
    units = Dossier.objects.filter(unit__gte=first, unit__lt=last).exclude(unit="").values("pk")
    return [Q(number__gte=first, number__lt=last), Q(pk__in=named), Q(pk__in=units)]


def _keys(ways: list[Q], order: Order, place: Place, limit: int) -> list[Key]:
    """Return the first `limit` keys of all ways from `place` on, in the direction of `place`, each once."""
    columns = [f"-{name}" if place.backwards else name for name in order.columns]
    found = [
        Dossier.objects.filter(way & _beyond(order, place)).order_by(*columns).values_list(*order.columns)[:limit]
        for way in ways
    ]
    merged = merge(*found, reverse=place.backwards)
    return list(dict.fromkeys(merged))[:limit]


def _beyond(order: Order, place: Place) -> Q:
    """Return the keyset condition. The plain bound on the first column is what the index walks from."""
    if not place.key:
        return Q()
    strict, bound = ("lt", "lte") if place.backwards else ("gt", "gte")
    columns, key = order.columns, place.key
    condition = Q(**{f"{columns[0]}__{bound}": key[0]})
    if place.inclusive:
        return condition
    rest = Q()
    for position in range(len(key)):
        equal = {columns[before]: key[before] for before in range(position)}
        rest |= Q(**equal, **{f"{columns[position]}__{strict}": key[position]})
    return condition & rest


def _any_beyond(ways: list[Q], order: Order, key: Key) -> bool:
    """Return whether there are rows before `key`."""
    condition = _beyond(order, Place(key, backwards=True))
    columns = [f"-{name}" for name in order.columns]
    return any(Dossier.objects.filter(way & condition).order_by(*columns).values_list("pk")[:1] for way in ways)


def _rows(user: Any, pks: list[int]) -> tuple[set[int], list[Dossier]]:
    rows = Dossier.objects.filter(pk__in=pks).select_related(*RELATED).in_bulk()
    readable = visible_among(user, Act.READ, Dossier.objects.filter(pk__in=pks)).values_list("pk", flat=True)
    return set(readable), [rows[pk] for pk in pks if pk in rows]
