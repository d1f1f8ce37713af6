"""Old versions in words: labels, values and what differs. Personal values are masked here, whoever reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .models import Dossier, FieldDefinition, Item
from .policy import masked

Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a version beside the version before it; empty text where there was no value."""

    label: str | Promise
    old: str
    new: str
    changed: bool


class Words:
    """Names and shows the facts of one kind of record; own fields by their definitions."""

    def __init__(self, model: type[Model], definitions: list[FieldDefinition]) -> None:
        self.model = model
        self.own = {definition.code: definition for definition in definitions}

    def label(self, name: str) -> str:
        """Return what a fact is called: an own field by its name, a column by the model's, else the code itself."""
        if name == "created":
            return _("opened") if self.model is Dossier else _("entered")
        if name in self.own:
            return str(self.own[name])
        field = self._field(name)
        return capfirst(str(getattr(field, "verbose_name", name)))

    def place(self, name: str) -> tuple[int, str]:
        """Return where a fact stands among the others: the model's own order, then own fields in theirs."""
        order = [*(field.name for field in self.model._meta.fields), *self.own]
        return (order.index(name) if name in order else len(order), name)

    def labels(self, names: list[str]) -> str:
        """Return what changed, in words."""
        return pgettext("in a list", ", ").join(self.label(name) for name in names)

    def text(self, name: str, value: Any) -> str:
        """Return a value of a version as shown."""
        if value in (None, ""):
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        choices = dict(getattr(self._field(name), "choices", None) or ())
        return str(choices.get(value, value))

    def _field(self, name: str) -> Any:
        return next((field for field in self.model._meta.get_fields() if field.name == name), None)


def words_of(record: Dossier | Item) -> Words:
    """Return the words for a dossier's or an item's versions."""
    definitions = list(record.kind.fields.all()) if isinstance(record, Dossier) else []
    return Words(type(record), definitions)


def rows_of(words: Words, snapshot: Snapshot, before: Snapshot | None) -> list[Row]:
    """Return every fact of `snapshot` beside `before`; facts that are and were empty are left out."""
    old, new = dict(_flat(before or {})), dict(_flat(snapshot))
    personal = {*snapshot.get("personal", {}), *(before or {}).get("personal", {})}
    rows = []
    for name in sorted({*new, *old}, key=words.place):
        then, now = words.text(name, old.get(name)), words.text(name, new.get(name))
        # Compared before masking: another ID number may look the same once masked.
        changed = before is not None and old.get(name) != new.get(name)
        if name in personal:
            then, now = masked(then), masked(now)
        if then or now:
            rows.append(Row(words.label(name), then, now, changed))
    return rows


def _flat(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    for name, value in snapshot.items():
        if name in {"fields", "personal"}:
            yield from value.items()
        else:
            yield name, value
