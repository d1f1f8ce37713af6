"""Forms of the configuration: series, dossier kinds, their sections and own fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal
from dms.core.numbering import check_pattern

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
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["fonds"]
        else:
            self.fields["fonds"].empty_label = None

    def clean_number_pattern(self) -> str:
        """Refuse a pattern that makes no numbers, at its field."""
        pattern: str = self.cleaned_data["number_pattern"]
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
    DossierKind, Section, formset=RowsFormSet, fields=("position", "code", "name", "name_en"), extra=0, can_delete=True
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
