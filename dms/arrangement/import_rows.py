"""One row of a list of items: its words turned into an entry, or into errors at their columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dms.holdings.services.items import FilingFacts
from dms.holdings.services.items_bulk import NewEntry

from .import_words import COLUMNS, Configuration, last_day, rough_date
from .models.relations import RelationKind

LONGEST = {"key": 80, "title": 300, "issuer": 120, "issue_no": 80, "remarks": 300}
MOST_PAGES = 100_000
MOST_COPIES = 999


@dataclass(slots=True)
class Row:
    """One row: the entry it makes and what it is to another one, or why it makes none. `errors`: (column, words)."""

    number: int
    cells: dict[str, str]
    entry: NewEntry | None = None
    relation: RelationKind | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the list calls it."""
        return self.cells.get("key", "")

    @property
    def related_key(self) -> str:
        """What the list calls the item it is related to."""
        return self.cells.get("related_key", "")

    def wrong(self, column: str, words: str) -> None:
        """Write down an error at its column."""
        self.errors.append((column, words))


def understand(row: Row, configuration: Configuration) -> None:
    """Turn the row's words into an entry; write down each error at its column."""
    found = {name: _found(row, name, find) for name, find in _finders(row, configuration).items()}
    if row.errors:
        return
    day, precision = found.pop("date")
    kind = found.pop("relation")
    if kind is not None and not row.related_key:
        row.wrong("related_key", _("This is missing."))
    if kind is None and row.related_key:
        row.wrong("relation", _("This is missing."))
    if found["period_from"] and found["period_to"] and found["period_to"] < found["period_from"]:
        row.wrong("period_to", _("The period ends before it begins."))
    if row.errors:
        return
    row.relation = kind
    row.entry = NewEntry(
        title=found["title"],
        section=found["section"],
        document_date=day,
        classification=found["classification"],
        issuer=found["issuer"],
        issue_number=found["issue_no"],
        copies=found["copies"],
        remarks=found["remarks"],
        source_key=found["key"],
        filing=FilingFacts(
            document_type=found["type"],
            date_precision=precision,
            period_from=found["period_from"],
            period_to=found["period_to"],
            opened_on=found["opened_on"],
            stated_pages=found["pages"],
        ),
    )


def _finders(row: Row, configuration: Configuration) -> dict[str, Callable[[str], Any]]:
    return {
        "key": lambda word: _text("key", word),
        "title": lambda word: _text("title", _given(word)),
        "type": configuration.document_type,
        "issuer": lambda word: _text("issuer", word),
        "issue_no": lambda word: _text("issue_no", word),
        "date": rough_date,
        "section": configuration.section,
        "classification": configuration.classification,
        "pages": lambda word: _number(word, None, 0, MOST_PAGES),
        "copies": lambda word: _number(word, 1, 1, MOST_COPIES),
        "relation": lambda word: configuration.relation(word) if word else None,
        "period_from": _first_day,
        "period_to": last_day,
        "opened_on": _first_day,
        "remarks": lambda word: _text("remarks", word),
    }


def _found(row: Row, column: str, find: Callable[[str], Any]) -> Any:
    try:
        return find(row.cells.get(column, ""))
    except ValidationError as error:
        row.wrong(column, error.messages[0])
        return None


def _given(word: str) -> str:
    if not word:
        raise ValidationError(_("This is missing."))
    return word


def _text(column: str, word: str) -> str:
    if len(word) > LONGEST[column]:
        raise ValidationError(_("This is longer than %(most)s characters.") % {"most": LONGEST[column]})
    if "\x00" in word:
        raise ValidationError(_("This holds a character that is none."))
    return word


def _number(word: str, empty: int | None, least: int, most: int) -> int | None:
    if not word:
        return empty
    if not word.isascii() or not word.isdigit() or not least <= int(word[:12]) <= most:
        raise ValidationError(
            _("“%(word)s” is no whole number from %(least)s to %(most)s.")
            % {"word": word[:40], "least": least, "most": most}
        )
    return int(word)


def _first_day(word: str) -> date | None:
    return rough_date(word)[0]


def label_of(column: str) -> str:
    """Return what a column is called, with its code."""
    return f"{COLUMNS[column]} ({column})" if column in COLUMNS else column
