"""What hits are narrowed to: the fields of the query and the facets that were chosen, as conditions on an item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_

from django.db.models import Q

from dms.holdings.models import DossierName

from . import hits
from .found import FACETS
from .query import Filter

_NAMED = {"kind": "dossier__kind", "section": "section", "series": "dossier__series",
          "department": "dossier__department"}  # fmt: skip
_CHOSEN = {"series": "dossier__series", "kind": "dossier__kind", "section": "section",
           "department": "dossier__department", "classification": "dossier__classification"}  # fmt: skip
_LARGEST_ENTRY = 1 << 62
_LARGEST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class Chosen:
    """The facets somebody clicked: name of the facet → primary key, or the year."""

    values: Mapping[str, int]

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> "Chosen":
        """Return what an address asks for; what is no facet or no number is passed over."""
        asked = {name: words.get(name, "") for name in FACETS}
        return cls({name: int(word) for name, word in asked.items() if word.isdecimal() and len(word) < 18})

    def condition(self, path: str) -> Q:
        """Return the condition on an item reached by `path`."""
        equal = {f"{path}{_CHOSEN[name]}": value for name, value in self.values.items() if name in _CHOSEN}
        year = self.values.get("year")
        return Q(**equal) if year is None else Q(**equal) & _within(path, year, year)


def condition_of(fields: tuple[Filter, ...], path: str) -> Q:
    """Return all field filters of a query as one condition on an item reached by `path`."""
    return reduce(and_, (~_one(field, path) if field.excluded else _one(field, path) for field in fields), Q())


def _one(field: Filter, path: str) -> Q:
    if field.field == "title" and field.words is not None:
        return hits.titles_matching(field.words, path)
    if field.field == "year" and field.years is not None:
        return _within(path, *field.years)
    if field.field == "dossier":
        named = DossierName.objects.filter(name__icontains=field.value)  # A13: old names go on finding
        numbered = Q(**{f"{path}dossier__number__istartswith": field.value})
        return numbered | Q(**{f"{path}dossier__in": named.values("dossier")})
    if field.field == "number":
        return _numbered(field.value, path)
    chain = f"{path}{_NAMED[field.field]}__"
    ways = (Q(**{f"{chain}{column}__iexact": field.value}) for column in ("code", "name", "name_en"))
    return reduce(lambda one, other: one | other, ways)


def _within(path: str, first: int, last: int) -> Q:
    """Return the condition that the document's date lies in the years; a range, so that an index can serve it."""
    if not 1 <= first <= last <= _LARGEST_YEAR:
        return Q(**{f"{path}pk__in": []})
    return Q(**{f"{path}document_date__range": (date(first, 1, 1), date(last, 12, 31))})


def _numbered(value: str, path: str) -> Q:
    """Return the condition that the entry number, the reference code or the issue number is `value`."""
    named = Q(**{f"{path}reference_code__istartswith": value}) | Q(**{f"{path}issue_number__iexact": value})
    if value.isdecimal() and int(value) < _LARGEST_ENTRY:
        named |= Q(**{f"{path}entry_number": int(value)})
    return named
