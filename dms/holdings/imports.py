"""A customer list, one row a dossier: looked at row by row first, written only when somebody says so (A1 B1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core.errors import Refusal
from dms.journal.services import record
from dms.vault.services import blind_index

from .import_rows import Row, understand
from .import_words import HEADINGS, Configuration, folded
from .models import Dossier, DossierName, PersonalValue
from .policy import folded_name
from .selectors import visible_among
from .services import create_dossier
from .services.personal import scope_of
from .spreadsheets import Line

CHUNK = 400


@dataclass(slots=True)
class Plan:
    """A whole list as it would be imported now."""

    rows: list[Row]

    @property
    def good(self) -> list[Row]:
        """The rows without errors."""
        return [row for row in self.rows if not row.errors]

    @property
    def bad(self) -> list[Row]:
        """The rows with errors."""
        return [row for row in self.rows if row.errors]


@dataclass(slots=True)
class Outcome:
    """What an import did: dossiers opened by row, and rows that were refused after all, with the reason."""

    opened: list[tuple[Row, Dossier]] = field(default_factory=list)
    refused: list[tuple[Row, str]] = field(default_factory=list)


def plan_import(user: Any, lines: list[Line]) -> Plan:
    """Return what `lines` (the heading first) would open; raise Refusal for a heading that cannot be understood."""
    configuration = Configuration(facts_of(user).archivist_of)
    if not lines or len(lines) == 1:
        raise Refusal(
            _("The list has a heading at most, and no rows."), _("Write one customer a row below the heading.")
        )
    columns = _columns(configuration, lines[0][1])
    rows = [
        Row(number, {key: cell for key, cell in zip(columns, cells, strict=False) if key})
        for number, cells in lines[1:]
    ]
    for row in rows:
        understand(row, configuration, user)
    _find_alike(user, rows)
    return Plan(rows)


def _columns(configuration: Configuration, heading: list[str]) -> list[str]:
    """Return for each column its standard key, or the heading of an own field; raise Refusal for any other."""
    standard = configuration.standard_headings()
    columns: list[str] = []
    for word in heading:
        key = standard.get(folded(word), folded(word))
        if key and key not in HEADINGS and not configuration.is_own_field(key):
            raise Refusal(
                _("The heading “%(word)s” is not known.") % {"word": word},
                _("Use the headings of the template; leave out other columns."),
            )
        if key and key in columns:
            raise Refusal(_("The heading “%(word)s” stands there twice.") % {"word": word})
        columns.append(key)
    if "name" not in columns:
        raise Refusal(_("The list has no column for the name."), _("Use the headings of the template."))
    return columns


def _find_alike(user: Any, rows: list[Row]) -> None:
    """A1: warn where the customer stands in the list twice or seems to have a dossier already; a few queries in all."""
    seen: dict[tuple[int, str], int] = {}
    by_name = _existing(user, DossierName.objects, "name", {row.name for row in rows if row.name})
    indexes = {id(row): _personal_indexes(row) for row in rows if not row.errors}
    wanted = {index for found in indexes.values() for index in found}
    by_index = _existing(user, PersonalValue.objects, "blind_index", wanted)
    for row in rows:
        if "kind" not in row.arguments or not row.name:
            continue
        fonds = row.arguments["kind"].fonds_id
        earlier = seen.setdefault((fonds, folded_name(row.name)), row.number)
        if earlier != row.number:
            row.alike.append(_("row %(number)s") % {"number": earlier})
        found = [*by_name.get(row.name, []), *(d for i in indexes.get(id(row), []) for d in by_index.get(i, []))]
        row.alike += sorted({dossier.number for dossier in found if dossier.fonds_id == fonds})


def _existing(user: Any, manager: Any, column: str, words: set[str]) -> dict[str, list[Dossier]]:
    found: dict[str, list[Dossier]] = {}
    for chunk in _chunks(sorted(words)):
        pairs = list(manager.filter(**{f"{column}__in": chunk}).values_list(column, "dossier")[: 20 * CHUNK])
        dossiers = visible_among(user, Act.KNOW, Dossier.objects.filter(pk__in={pk for _word, pk in pairs})).in_bulk()
        for word, pk in pairs:
            if pk in dossiers:
                found.setdefault(word, []).append(dossiers[pk])
    return found


def _personal_indexes(row: Row) -> list[str]:
    kind = row.arguments["kind"]
    personal = {definition.code: definition for definition in kind.fields.all() if definition.personal}
    return [
        blind_index(str(value).strip(), scope_of(kind.fonds_id, personal[code]))
        for code, value in row.arguments["fields"].items()
        if code in personal
    ]


def _chunks(words: list[str]) -> Iterator[list[str]]:
    return (words[start : start + CHUNK] for start in range(0, len(words), CHUNK))


def carry_out(plan: Plan, *, only_good: bool, acting_user: Any) -> Outcome:
    """Open the dossiers of `plan`: all or none, or (where asked) each good row by itself; journalled as one import.

    Raises Refusal where all or none was asked and a row is refused; nothing is written then.
    """
    outcome = Outcome()
    if only_good:
        for row in plan.good:
            _open(row, outcome, acting_user)
        record("customer_list.imported", by=acting_user, facts=_facts(plan, outcome))
        return outcome
    if plan.bad:
        raise Refusal(
            _("%(count)s rows cannot be imported as they are.") % {"count": len(plan.bad)},
            _("Correct the list and upload it again, or import the good rows only."),
        )
    with transaction.atomic():
        for row in plan.rows:
            _open(row, outcome, acting_user)
            if outcome.refused:
                number, words = outcome.refused[0][0].number, outcome.refused[0][1]
                raise Refusal(_("Row %(number)s: %(words)s Nothing was imported.") % {"number": number, "words": words})
        record("customer_list.imported", by=acting_user, facts=_facts(plan, outcome))
    return outcome


def _open(row: Row, outcome: Outcome, acting_user: Any) -> None:
    try:
        outcome.opened.append((row, create_dossier(**row.arguments, acting_user=acting_user)))
    except Refusal as refusal:
        outcome.refused.append((row, str(refusal)))
    except ValidationError as error:
        outcome.refused.append((row, " ".join(error.messages)))


def _facts(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    return {"rows": len(plan.rows), "opened": len(outcome.opened)}


def headings_for(user: Any) -> Iterable[str]:
    """Return the template's headings: the standard ones, then the own fields of all kinds, each once."""
    kinds = Configuration(facts_of(user).archivist_of).kinds
    own = dict.fromkeys(str(definition) for kind in kinds for definition in kind.fields.all())
    return [*(str(label) for label in HEADINGS.values()), *own]
