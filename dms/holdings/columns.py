"""The columns of the dossier list, on the screen and in its export. Never own fields: some of them are personal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Dossier


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the word in addresses, the heading, and the value as text."""

    key: str
    heading: str | Promise
    value: Callable[[Dossier], Any]

    def text(self, dossier: Dossier) -> str:
        """Return the value as shown: empty where there is none, dates as 2026-11-24."""
        value = self.value(dossier)
        return "" if value is None else str(value)


NUMBER = Column("number", _("Number"), lambda dossier: dossier.number)
NAME = Column("name", _("Name"), lambda dossier: dossier.name)
CHOOSABLE = (
    Column("kind", _("Kind"), lambda dossier: dossier.kind),
    Column("series", _("Series"), lambda dossier: dossier.series),
    Column("department", _("Department"), lambda dossier: dossier.department),
    Column("responsible", _("Responsible"), lambda dossier: dossier.responsible),
    Column("classification", _("Classification"), lambda dossier: dossier.classification),
    Column("level", _("Level"), lambda dossier: dossier.get_level_display()),
    Column("unit", _("Unit"), lambda dossier: dossier.unit),
    Column("floor", _("Floor"), lambda dossier: dossier.floor),
    Column("opened", _("Opened on"), lambda dossier: dossier.opened_on.isoformat()),
    Column("state", _("State"), lambda dossier: dossier.get_state_display()),
)
DEFAULT = ("kind", "department", "responsible", "classification", "opened", "state")
EVERY = (NUMBER, NAME, *CHOOSABLE)


def chosen(keys: list[str]) -> list[Column]:
    """Return the choosable columns named by `keys`, in the list's own order; the usual ones where none is named."""
    wanted = set(keys) & {column.key for column in CHOOSABLE} or set(DEFAULT)
    return [column for column in CHOOSABLE if column.key in wanted]
