"""How a customer list names things: headings and values in Chinese, English or code. Reads configuration only."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import Level, SecurityClass
from dms.organisation.models import Department

from .models import DossierKind, FieldDefinition, Series
from .selectors import people_of

HEADINGS = {
    "kind": _("Kind"),
    "series": _("Series"),
    "department": _("Department"),
    "name": _("Name"),
    "classification": _("Classification"),
    "level": _("Level"),
    "responsible": _("Responsible"),
    "unit": _("Unit"),
    "floor": _("Floor"),
    "opened_on": _("Opened on"),
    "remarks": _("Remarks"),
}
LANGUAGES = ("zh-hans", "en")
DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


def in_every_language(words: Any) -> set[str]:
    """Return a translatable text in each of our languages, folded."""
    found = set()
    for language in LANGUAGES:
        with translation.override(language):
            found.add(folded(str(words)))
    return found


def folded(word: str) -> str:
    """Return a word as compared: no space around it, no star that marks a required column, lower case."""
    return word.strip().strip("*").strip().lower()


def names_of(thing: Any) -> set[str]:
    """Return what a configured thing may be called in a list: code, Chinese and English name."""
    return {folded(word) for word in (thing.code, thing.name, thing.name_en) if word}


class Lookup:
    """Finds a configured thing by any of its names within one fonds (or all, for what belongs to none)."""

    def __init__(self, label: Any, things: Iterable[Any]) -> None:
        self.label = label
        self.things: dict[tuple[int | None, str], list[Any]] = {}
        self.alone: dict[int | None, list[Any]] = {}
        for thing in things:
            fonds = getattr(thing, "fonds_id", None)
            self.alone.setdefault(fonds, []).append(thing)
            for name in names_of(thing):
                self.things.setdefault((fonds, name), []).append(thing)

    def find(self, word: str, fonds: int | None = None) -> Any:
        """Return the thing; an empty word means the only one there is. Raise ValidationError in words."""
        if not word:
            only = self.alone.get(fonds, [])
            if len(only) == 1:
                return only[0]
            raise ValidationError(_("This is missing."))
        found = self.things.get((fonds, folded(word)), [])
        if len(found) > 1:
            raise ValidationError(_("Several are called “%(word)s”: write the code.") % {"word": word})
        if not found:
            raise ValidationError(_("There is no “%(word)s”.") % {"word": word})
        return found[0]


class Configuration:
    """Everything a list may name, read once: the kinds of some fonds and what belongs to them."""

    def __init__(self, fonds: Iterable[int]) -> None:
        fonds = list(fonds)
        kinds = DossierKind.objects.filter(fonds__in=fonds).select_related("fonds", "default_classification")
        self.kinds = list(kinds.prefetch_related("fields").order_by("fonds", "code"))
        self.series_by = Lookup(HEADINGS["series"], Series.objects.filter(fonds__in=fonds))
        self.departments_by = Lookup(HEADINGS["department"], Department.objects.filter(fonds__in=fonds))
        self.classes_by = Lookup(HEADINGS["classification"], SecurityClass.objects.all())
        self.people = {folded(person.username): person for person in people_of(fonds)}
        self.levels = {
            name.removesuffix("级"): level
            for level in Level
            for name in {folded(level), *in_every_language(level.label)}
        }
        self._kinds: dict[str, list[DossierKind]] = {}
        for kind in self.kinds:
            for name in names_of(kind):
                self._kinds.setdefault(name, []).append(kind)

    def kind(self, word: str) -> DossierKind:
        """Return the kind of that name; an empty word means the only one. Raise ValidationError in words."""
        found = self._kinds.get(folded(word), []) if word else self.kinds
        if len(found) == 1:
            return found[0]
        if not word:
            raise ValidationError(_("This is missing."))
        if found:
            raise ValidationError(_("Several are called “%(word)s”: write the code.") % {"word": word})
        raise ValidationError(_("There is no “%(word)s”.") % {"word": word})

    def level(self, word: str, kind: DossierKind) -> str:
        """Return the level of that name, the kind's own for an empty word."""
        if not word:
            return kind.default_level
        level = self.levels.get(folded(word).removesuffix("级"))
        if level is None:
            raise ValidationError(_("There is no “%(word)s”.") % {"word": word})
        return str(level)

    def person(self, word: str) -> Any:
        """Return the person of that sign-in name, None for an empty word."""
        if word and folded(word) not in self.people:
            raise ValidationError(_("Nobody signs in as “%(word)s”.") % {"word": word})
        return self.people[folded(word)] if word else None

    def standard_headings(self) -> dict[str, str]:
        """Return the standard columns by every word that may head them."""
        return {word: key for key, label in HEADINGS.items() for word in {key, *in_every_language(label)}}

    def own_field(self, kind: DossierKind, heading: str) -> FieldDefinition | None:
        """Return the own field of `kind` that `heading` names."""
        return next((field for field in kind.fields.all() if folded(heading) in names_of(field)), None)

    def is_own_field(self, heading: str) -> bool:
        """Return whether any kind has a field of that name."""
        return any(self.own_field(kind, heading) for kind in self.kinds)


def day_of(word: str) -> date | None:
    """Return the day written as 2023-5-1, 2023/5/1, 2023.5.1, 2023年5月1日 or 20230501; None for an empty word."""
    if not word:
        return None
    match = DAY.fullmatch(word.strip())
    try:
        if match is None:
            raise ValueError(word)
        return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        raise ValidationError(_("“%(word)s” is no date: write 2023-05-01.") % {"word": word}) from None
