"""Forms of the configuration: series, dossier kinds, their sections and own fields."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.numbering import check_pattern
from dms.organisation.models import Department, Fonds

from ..models import DossierKind, FieldDefinition, Section, Series
from .choices import SeriesField


class SeriesForm(forms.ModelForm[Series]):
    """A branch of the classification scheme and the branch it stands under."""

    class Meta:
        model = Series
        fields = ("fonds", "code", "name", "name_en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = Series.objects.select_related("fonds").order_by("path")
        if self.instance.pk:
            above = above.filter(fonds=self.instance.fonds_id).exclude(path__startswith=self.instance.path)
            parent = self.instance.get_parent()
            self.initial["parent"] = parent.public_id if parent else None
            del self.fields["fonds"]
        else:
            self.fields["fonds"].empty_label = None
        self.fields["parent"] = SeriesField(
            queryset=above, to_field_name="public_id", label=_("Under"), required=False, empty_label=_("at the top")
        )


class KindForm(forms.ModelForm[DossierKind]):
    """A dossier kind."""

    class Meta:
        model = DossierKind
        fields = (
            "fonds", "code", "name", "name_en", "number_pattern", "has_unit", "default_classification", "default_level",
            "year_rules", "paper_order", "retention", "sheets_per_volume", "volume_pattern", "closing_confirmed",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["fonds"]
        else:
            self.fields["fonds"].empty_label = None
        self.fields["retention"].empty_label = _("permanent")  # type: ignore[attr-defined]
        for name in ("number_pattern", "volume_pattern"):
            # The screen shows beneath what number the pattern makes, while somebody types.
            self.fields[name].widget.attrs["data-pattern"] = json.dumps(self._sample(), ensure_ascii=False)

    def _sample(self) -> dict[str, str]:
        """Return what tokens stand for in an example: this kind's own codes, else those of the first of each."""
        kind, today = self.instance, clock.today()
        fonds = kind.fonds if kind.pk else Fonds.objects.order_by("code").first()
        series = Series.objects.filter(fonds=fonds).order_by("path").first()
        department = Department.objects.filter(fonds=fonds).order_by("code").first()
        codes = {"fonds": fonds, "series": series, "department": department, "kind": kind if kind.pk else None}
        return {name: one.code if one else name.upper() for name, one in codes.items()} | {
            "year": f"{today.year:04}",
            "month": f"{today.month:02}",
            "seq": "1",
        }

    def clean_volume_pattern(self) -> str:
        """Refuse a pattern that makes no codes, at its field."""
        return _checked(self.cleaned_data["volume_pattern"])

    def clean_number_pattern(self) -> str:
        """Refuse a pattern that makes no numbers, at its field."""
        return _checked(self.cleaned_data["number_pattern"])


def _checked(pattern: str) -> str:
    try:
        check_pattern(pattern)
    except Refusal as refusal:
        raise ValidationError(str(refusal)) from refusal
    return pattern


class RowsFormSet(BaseInlineFormSet):
    """Rows under a kind; the row to fill in last is always there, and empty rows are no rows."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Put the box that removes a row last and call it so."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")


def _narrow(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


SectionFormSet = inlineformset_factory(
    DossierKind,
    Section,
    formset=RowsFormSet,
    fields=("position", "code", "name", "name_en", "retention", "paper_order", "is_default"),
    extra=0,
    can_delete=True,
)
FieldFormSet = inlineformset_factory(
    DossierKind,
    FieldDefinition,
    formset=RowsFormSet,
    fields=(
        "position", "code", "name", "name_en", "type", "required", "personal", "choices", "pattern", "help_text",
    ),
    widgets={"choices": _narrow()},
    extra=0,
    can_delete=True,
)  # fmt: skip
