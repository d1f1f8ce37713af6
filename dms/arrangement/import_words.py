"""How a list of items names things: its columns, types, sections, relations, and dates known only roughly."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.clearance.models import SecurityClass
from dms.holdings.import_words import Lookup, day_of, folded, in_every_language
from dms.holdings.models import DatePrecision, DocumentType, Dossier

from .models.relations import RelationKind

COLUMNS = {
    "key": gettext_lazy("Key"),
    "title": gettext_lazy("Title"),
    "type": gettext_lazy("Document type"),
    "issuer": gettext_lazy("Issuer"),
    "issue_no": gettext_lazy("Issue number"),
    "date": gettext_lazy("Date"),
    "section": gettext_lazy("Section"),
    "classification": gettext_lazy("Classification"),
    "pages": gettext_lazy("Pages"),
    "copies": gettext_lazy("Copies"),
    "relation": gettext_lazy("Relation"),
    "related_key": gettext_lazy("Related key"),
    "period_from": gettext_lazy("Period from"),
    "period_to": gettext_lazy("Period until"),
    "opened_on": gettext_lazy("Opened on"),
    "remarks": gettext_lazy("Remarks"),
}
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年?")
_BEFORE = re.compile(r"(?:before |<)(\d{4})|(\d{4})年?(?:以前|之前)", re.IGNORECASE)


def headings() -> dict[str, str]:
    """Return the columns by every word that may head them: the code, and the name in each language."""
    return {word: key for key, label in COLUMNS.items() for word in {key, *in_every_language(label)}}


def rough_date(word: str) -> tuple[date | None, DatePrecision]:
    """A7: return a date as far as it is known: 2023-05-01, 2023-05, 1998, before 1998; (None, day) for an empty word.

    Raise ValidationError in words.
    """
    given = word.strip()
    try:
        if found := _MONTH.fullmatch(given):
            return date(int(found.group(1)), int(found.group(2)), 1), DatePrecision.MONTH
        if found := _YEAR.fullmatch(given):
            return date(int(found.group(1)), 1, 1), DatePrecision.YEAR
        if found := _BEFORE.fullmatch(given):
            return date(int(found.group(1) or found.group(2)), 1, 1), DatePrecision.BEFORE
    except ValueError:
        raise ValidationError(_("“%(word)s” is no date: write 2023-05-01, 2023-05 or 1998.") % {"word": word}) from None
    try:
        return day_of(given), DatePrecision.DAY
    except ValidationError:
        raise ValidationError(_("“%(word)s” is no date: write 2023-05-01, 2023-05 or 1998.") % {"word": word}) from None


def last_day(word: str) -> date | None:
    """Return the last day of what a rough date may mean, for the end of a period."""
    day, precision = rough_date(word)
    if day is None or precision is DatePrecision.DAY:
        return day
    if precision is DatePrecision.BEFORE:
        return max(day, date(2, 1, 1)) - timedelta(days=1)
    if precision is DatePrecision.YEAR or day.month == 12:
        return day.replace(month=12, day=31)
    return day.replace(month=day.month + 1) - timedelta(days=1)


class Configuration:
    """Everything a list of items may name in one dossier, read once."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        types = DocumentType.objects.filter(fonds=dossier.fonds_id)
        self._own_types = Lookup(COLUMNS["type"], types)
        self._types = Lookup(COLUMNS["type"], DocumentType.objects.filter(fonds__isnull=True))
        sections = list(dossier.kind.sections.order_by("position", "code"))
        self._sections = Lookup(COLUMNS["section"], sections)
        self.default_section = next((section for section in sections if section.is_default), None)
        self._classes = Lookup(COLUMNS["classification"], SecurityClass.objects.all())
        self._relations = {
            name: RelationKind(kind)
            for kind, label in RelationKind.choices
            for name in {folded(kind), *in_every_language(label)}
        }

    def document_type(self, word: str) -> Any:
        """Return the type of that name, the fonds' own first; None for an empty word."""
        if not word:
            return None
        try:
            return self._own_types.find(word, self.dossier.fonds_id)
        except ValidationError:
            return self._types.find(word)

    def section(self, word: str) -> Any:
        """Return the section of that name, for an empty word the kind's default."""
        return self._sections.find(word) if word else self.default_section

    def classification(self, word: str) -> Any:
        """Return the classification of that name; for an empty word the kind's, None where it adds nothing."""
        if word:
            return self._classes.find(word)
        default = self.dossier.kind.default_classification
        return default if default.rank > self.dossier.classification.rank else None

    def relation(self, word: str) -> RelationKind:
        """Return the kind of relation of that name; raise ValidationError."""
        kind = self._relations.get(folded(word))
        if kind is None:
            named: Iterable[str] = (str(one) for one in RelationKind)
            raise ValidationError(
                _("“%(word)s” is no relation: write one of %(all)s.") % {"word": word, "all": ", ".join(named)}
            )
        return kind
