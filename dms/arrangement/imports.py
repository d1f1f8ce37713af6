"""A list of items of one dossier: looked at row by row first, written all or none, and arranged at once (A6 A7 B1)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dms.clearance.policy import Act, decide
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import Refusal
from dms.holdings.import_words import folded
from dms.holdings.models import Dossier, Item, ItemState
from dms.holdings.selectors import facts_of_dossier
from dms.holdings.services.items_bulk import create_items
from dms.holdings.spreadsheets import Line, read_table
from dms.journal.services import record
from dms.organisation.models import User

from .import_rows import Row, understand
from .import_words import Configuration, headings
from .models import ItemRelation
from .policy.groups import gathered
from .policy.papers import Paper, RelationKind, Tie
from .selectors.papers import ties_of
from .services.arranging import Arranged, arrange_locked
from .services.relations import sentence_of
from .services.rights import dossier_to_work_on

MOST_ROWS = 50_000
MOST_BYTES = 50 << 20
PORTION = 1000
CHUNK = 400

# Called with (what is done, how many of them, of how many).
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Plan:
    """A whole list as it would be imported now. `known`: items of the dossier that rows name, by their key."""

    rows: list[Row]
    known: dict[str, int] = field(default_factory=dict)

    @property
    def bad(self) -> list[Row]:
        """The rows with errors."""
        return [row for row in self.rows if row.errors]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did."""

    items: list[Item]
    relations: int
    arranged: Arranged


class ListRefused(Refusal):
    """Rows that cannot be imported; `carried` names each with its column and words. Nothing was written."""

    code = "rows_refused"

    def __init__(self, bad: Sequence[Row]) -> None:
        super().__init__(
            _("%(count)s rows cannot be imported as they are; nothing was imported.") % {"count": len(bad)},
            _("Correct the list and import it again."),
        )
        self.carried = {"rows": errors_of(bad)}


def errors_of(rows: Sequence[Row], most: int = 1000) -> list[dict[str, Any]]:
    """Return the errors of rows as programs get them, the first `most`."""
    found = [{"row": row.number, "column": column, "words": words} for row in rows for column, words in row.errors]
    return found[:most]


def read_list(content: bytes) -> list[Line]:
    """Return the lines of an Excel or CSV file, the heading first; raise Refusal."""
    return read_table(content, most_rows=MOST_ROWS, most_bytes=MOST_BYTES)


def plan_import(user: User | None, dossier: Dossier, lines: Sequence[Line]) -> Plan:
    """Return what `lines` would enter into the dossier; raise Refusal for a heading that cannot be understood.

    The caller has asked for the right to work on the dossier. `user` None: the machine's operator, whose list may name
    any classification; only a command may say so.
    """
    if len(lines) < 2:
        raise Refusal(_("The list has a heading at most, and no rows."), _("Write one item a row below the heading."))
    columns = _columns(lines[0][1])
    configuration = Configuration(dossier)
    rows = [
        Row(number, {name: cell for name, cell in zip(columns, cells, strict=False) if name})
        for number, cells in lines[1:]
    ]
    for row in rows:
        understand(row, configuration)
    plan = Plan(rows)
    _check_clearance(plan, user, dossier)
    _check_keys(plan, user, dossier)
    if not plan.bad:
        _check_ties(plan, dossier)
    return plan


def _columns(heading: list[str]) -> list[str]:
    known = headings()
    columns: list[str] = []
    for word in heading:
        name = known.get(folded(word), "")
        if word and not name:
            raise Refusal(
                _("The heading “%(word)s” is not known.") % {"word": word},
                _("Use: %(columns)s.") % {"columns": ",".join(dict.fromkeys(known.values()))},
            )
        if name and name in columns:
            raise Refusal(_("The heading “%(word)s” stands there twice.") % {"word": word})
        columns.append(name)
    if "title" not in columns:
        raise Refusal(_("The list has no column for the title."), _("Add a column “title”."))
    return columns


def _check_clearance(plan: Plan, user: User | None, dossier: Dossier) -> None:
    """D1: nobody enters an item that they could not see any more."""
    if user is None:
        return
    facts = facts_of(user)
    thing = facts_of_dossier(dossier, facts.user_id)
    allowed: dict[int, bool] = {}
    for row in plan.rows:
        chosen = row.entry.classification if row.entry else None
        if chosen is None:
            continue
        if chosen.rank not in allowed:
            allowed[chosen.rank] = bool(decide(facts, Act.WORK, replace(thing, rank=max(thing.rank, chosen.rank))))
        if not allowed[chosen.rank]:
            row.wrong("classification", _("“%(word)s” is above your own clearance.") % {"word": chosen})


def _check_keys(plan: Plan, user: User | None, dossier: Dossier) -> None:
    """Keys are used once, and name a row of the list or an item that is in the dossier already."""
    used = Counter(row.key for row in plan.rows if row.key)
    asked = {row.key for row in plan.rows} | {row.related_key for row in plan.rows}
    taken, plan.known = _standing(dossier, user, sorted(asked - {""}))
    for row in plan.rows:
        if used[row.key] > 1:
            row.wrong("key", _("The key “%(key)s” stands there more than once.") % {"key": row.key})
        elif row.key in taken:
            row.wrong("key", _("The dossier has an item with the key “%(key)s” already.") % {"key": row.key})
        if row.related_key and row.related_key == row.key:
            row.wrong("related_key", _("An item cannot be related to itself."))
        elif row.related_key and row.related_key not in used and row.related_key not in plan.known:
            row.wrong(
                "related_key", _("Nothing in the list or the dossier has the key “%(key)s”.") % {"key": row.related_key}
            )


def _standing(dossier: Dossier, user: User | None, keys: list[str]) -> tuple[set[str], dict[str, int]]:
    """Return the keys that items of the dossier have, and those items that may be related, by key."""
    facts = facts_of(user)
    thing = facts_of_dossier(dossier, facts.user_id)
    taken: set[str] = set()
    usable: dict[str, int] = {}
    for start in range(0, len(keys), CHUNK):
        rows = Item.objects.filter(dossier=dossier, source_key__in=keys[start : start + CHUNK])
        for item in rows.select_related("classification"):
            taken.add(item.source_key)
            rank = item.classification.rank if item.classification else 0
            may = user is None or decide(facts, Act.WORK, replace(thing, rank=max(thing.rank, rank)))
            if may and item.state != ItemState.WITHDRAWN:
                usable[item.source_key] = item.pk
    return taken, usable


def _check_ties(plan: Plan, dossier: Dossier) -> None:
    """A7 A8: circles and contradictions are errors of the rows they name; the rows count as keys below zero."""
    places = {row.key: -place for place, row in enumerate(plan.rows, 1) if row.key}
    by_key = {-place: row for place, row in enumerate(plan.rows, 1)}
    new = [
        Tie(-place, RelationKind(row.relation), places.get(row.related_key) or plan.known[row.related_key])
        for place, row in enumerate(plan.rows, 1)
        if row.relation is not None
    ]
    ties = [*ties_of(dossier), *new]
    named = {key for tie in ties for key in (tie.item, tie.other)}
    papers = {key: Paper(key, entry=key if key > 0 else 10**12 - key) for key in named}
    for fault in gathered(papers, ties).contradictions:
        concerned = [by_key[key] for key in fault.keys if key in by_key]
        names = [_name(key, by_key) for key in fault.keys]
        for row in concerned[:1]:
            row.wrong("relation", sentence_of(fault.fault, names))


def _name(key: int, by_key: dict[int, Row]) -> str:
    row = by_key.get(key)
    if row is not None:
        return _("“%(title)s” (%(entry)s)") % {"title": row.cells.get("title", ""), "entry": row.key}
    return _("an item of the dossier")


def carry_out(plan: Plan, *, dossier: Dossier, acting_user: User, progress: Progress | None = None) -> Outcome:
    """A6 A7: enter every row of `plan`, tie and arrange them, in one transaction; journalled as one import.

    Raise ListRefused where a row has errors, NotAllowed; nothing is written then.
    """
    if plan.bad:
        raise ListRefused(plan.bad)
    tell = progress or (lambda *_told: None)
    entries = [row.entry for row in plan.rows if row.entry is not None]
    with transaction.atomic():
        locked = dossier_to_work_on(dossier.pk, acting_user)
        items: list[Item] = []
        for start in range(0, len(entries), PORTION):
            items += create_items(dossier=locked, entries=entries[start : start + PORTION], acting_user=acting_user)
            tell(_("entered"), len(items), len(entries))
        relations = _relate(plan, items, acting_user)
        facts = {"rows": len(items), "count": relations}
        record("items.imported", by=acting_user, thing=locked, thing_label=locked.number, facts=facts)
        told = arrange_locked(locked, acting_user)
        tell(_("arranged"), len(items), len(entries))
    return Outcome(items, relations, told)


def _relate(plan: Plan, items: list[Item], acting_user: User) -> int:
    made_by_key = {item.source_key: item.pk for item in items if item.source_key}
    now = clock.now()
    relations = [
        ItemRelation(
            item=item,
            kind=row.relation,
            other_id=made_by_key.get(row.related_key) or plan.known[row.related_key],
            made_by=acting_user,
            made_at=now,
        )
        for row, item in zip(plan.rows, items, strict=True)
        if row.relation is not None
    ]
    return len(ItemRelation.objects.bulk_create(relations, batch_size=PORTION))
