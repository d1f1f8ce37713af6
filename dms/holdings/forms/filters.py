"""The filters of the dossier list, read from the address. Shows choices of one's own fonds only."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import Level

from ..listing import Filters
from ..models import DossierState, Series
from ..selectors import fonds_of
from .choices import classification_field, department_field, kind_field, people_field, series_field

ALL = _("all")


class FilterForm(forms.Form):
    """What the list is narrowed to. A value that is none of the choices filters nothing and says so at its field."""

    q = forms.CharField(
        label=_("Begins with"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Number, name or unit begins with …"), "type": "search"}),
    )
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", ALL), *Level.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", ALL), *DossierState.choices])
    year = forms.IntegerField(label=_("Year opened"), required=False, min_value=1900, max_value=2200)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        fonds, options = fonds_of(user), {"required": False, "empty_label": ALL}
        self.fields["kind"] = kind_field(fonds, **options)
        self.fields["series"] = series_field(fonds, **options)
        self.fields["department"] = department_field(fonds, **options)
        self.fields["classification"] = classification_field(user, every=True, **options)
        self.fields["responsible"] = people_field(fonds, **options)
        self.order_fields(
            ["q", "kind", "series", "department", "responsible", "classification", "level", "state", "year"]
        )

    def filters(self) -> Filters:
        """Return what the list asks for; a series stands for all branches under it."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return Filters(
            text=given.get("q", ""),
            kind=_pk(given.get("kind")),
            series=_branches_under(given.get("series")),
            department=given.get("department"),
            classification=_pk(given.get("classification")),
            level=given.get("level", ""),
            state=given.get("state", ""),
            responsible=_pk(given.get("responsible")),
            year=given.get("year"),
        )

    def in_force(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield (name, label, value in words) of each filter that narrows the list."""
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value not in (None, ""):
                choices = dict(getattr(field, "choices", ())) if isinstance(value, str) and name != "q" else {}
                yield name, field.label, choices.get(value, value)


def _pk(chosen: Any) -> int | None:
    return None if chosen is None else chosen.pk


def _branches_under(series: Series | None) -> frozenset[int] | None:
    if series is None:
        return None
    return frozenset(Series.get_tree(series).values_list("pk", flat=True))
