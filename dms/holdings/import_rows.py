"""One row of a customer list: its words turned into what opens a dossier, or into errors at their columns."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dms.clearance.selectors import facts_of

from .import_words import HEADINGS, Configuration, day_of
from .models import DossierKind
from .services.dossiers import clean_own_fields

LONGEST = {"name": 120, "unit": 40, "floor": 20, "remarks": 4000}


@dataclass(slots=True)
class Row:
    """One row of a list: what it would open, or why it cannot. `alike` names dossiers and rows that seem the same."""

    number: int
    cells: dict[str, str]
    arguments: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The customer's name, for the screen."""
        return self.cells.get("name", "")


def understand(row: Row, configuration: Configuration, user: Any) -> None:
    """Turn the row's words into what create_dossier takes; write down each error at its column."""
    given = row.cells.get
    try:
        kind = configuration.kind(given("kind", ""))
    except ValidationError as error:
        row.errors.append((str(HEADINGS["kind"]), error.messages[0]))
        return
    fonds = kind.fonds_id
    found = {
        "series": lambda: configuration.series_by.find(given("series", ""), fonds),
        "department": lambda: configuration.departments_by.find(given("department", ""), fonds),
        "name": lambda: _name(given("name", "")),
        "classification": lambda: _classification(configuration, given("classification", ""), kind, user),
        "level": lambda: configuration.level(given("level", ""), kind),
        "responsible": lambda: configuration.person(given("responsible", "")),
        "unit": lambda: _unit(given("unit", ""), "unit", kind),
        "floor": lambda: _unit(given("floor", ""), "floor", kind),
        "opened_on": lambda: day_of(given("opened_on", "")),
        "remarks": lambda: _not_too_long("remarks", given("remarks", "")),
    }
    row.arguments["kind"] = kind
    for key, find in found.items():
        try:
            row.arguments[key] = find()
        except ValidationError as error:
            row.errors.append((str(HEADINGS[key]), error.messages[0]))
    _understand_own_fields(row, configuration, kind)


def _name(word: str) -> str:
    if not word:
        raise ValidationError(_("This is missing."))
    return _not_too_long("name", word)


def _not_too_long(key: str, word: str) -> str:
    if len(word) > LONGEST[key]:
        raise ValidationError(_("This is longer than %(most)s characters.") % {"most": LONGEST[key]})
    return word


def _unit(word: str, key: str, kind: DossierKind) -> str:
    if word and not kind.has_unit:
        raise ValidationError(_("This kind of dossier has no unit and floor."))
    return _not_too_long(key, word)


def _classification(configuration: Configuration, word: str, kind: DossierKind, user: Any) -> Any:
    found = configuration.classes_by.find(word) if word else kind.default_classification
    if found.rank > facts_of(user).clearance_rank:
        raise ValidationError(_("“%(word)s” is above your own clearance.") % {"word": found})
    return found


def _understand_own_fields(row: Row, configuration: Configuration, kind: DossierKind) -> None:
    own: dict[str, object] = {}
    for heading, word in row.cells.items():
        if heading in HEADINGS or not word:
            continue
        definition = configuration.own_field(kind, heading)
        if definition is None:
            row.errors.append((heading, _("This kind of dossier has no such field.")))
        else:
            own[definition.code] = word
    names = {definition.code: str(definition) for definition in kind.fields.all()}
    try:
        clean_own_fields(kind, own)
    except ValidationError as error:
        row.errors += [(names.get(code, code), str(errors[0].messages[0])) for code, errors in error.error_dict.items()]
    row.arguments["fields"] = own
