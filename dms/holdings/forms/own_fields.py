"""Own fields in a form: one input for each FieldDefinition, checked by the same rule as the service's."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from dms.core.fields import FieldRule, clean_value

from ..models import DossierKind, FieldDefinition, FieldType
from ..policy import masked

PREFIX = "own_"
FORGET = "forget_"
YES_NO = (("", "—"), ("true", _("Yes")), ("false", _("No")))


class OwnFieldsForm(forms.Form):
    """A form with the own fields of a kind behind its usual ones.

    `kept` are personal values in clear that stay where their input is left empty; the form shows them masked only.
    """

    def add_own_fields(self, kind: DossierKind, *, values: dict[str, Any], kept: dict[str, str]) -> None:
        """Add an input for each own field of `kind`, filled with `values` by code."""
        self.definitions = list(kind.fields.all())
        self.kept = kept
        for definition in self.definitions:
            has_value = definition.code in kept
            field = _input(definition, kept_value=kept.get(definition.code))
            field.required = definition.required and not has_value
            field.initial = _shown(values.get(definition.code))
            self.fields[PREFIX + definition.code] = field
            if has_value and not definition.required:
                self.fields[FORGET + definition.code] = forms.BooleanField(
                    label=_("Remove: %(field)s") % {"field": definition}, required=False
                )

    def own_values(self) -> dict[str, object]:
        """Return the values as given, by code, with what is kept; after cleaning."""
        return {definition.code: self._value(definition) for definition in self.definitions}

    def personal_values(self) -> dict[FieldDefinition, str]:
        """Return the personal values by definition, for the look whether the customer exists already."""
        return {d: str(self._value(d) or "").strip() for d in self.definitions if d.personal}

    def clean(self) -> dict[str, Any]:
        """Check each own field by its definition; what is wrong stands at its field."""
        given = super().clean() or self.cleaned_data
        for definition in self.definitions:
            rule = FieldRule(definition.type, definition.required, definition.choice_list(), definition.pattern)
            name = PREFIX + definition.code
            if name in self.errors:
                continue
            try:
                clean_value(rule, self._value(definition))
            except ValidationError as error:
                self.add_error(name, _with_help(error, definition))
        return given

    def _value(self, definition: FieldDefinition) -> object:
        given = self.cleaned_data.get(PREFIX + definition.code, "")
        if given == "" and not self.cleaned_data.get(FORGET + definition.code):
            return self.kept.get(definition.code, "")
        return given


def _input(definition: FieldDefinition, *, kept_value: str | None) -> forms.Field:
    options: dict[str, Any] = {"label": str(definition), "required": False, "help_text": definition.help_text}
    if definition.type == FieldType.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *((word, word) for word in definition.choice_list())], **options)
    if definition.type == FieldType.YES_NO:
        return forms.ChoiceField(choices=YES_NO, **options)
    widgets: dict[str, forms.Widget] = {
        FieldType.LONG_TEXT: AdminAutoHeightTextInput(),
        FieldType.WHOLE_NUMBER: forms.TextInput(attrs={"inputmode": "numeric"}),
        FieldType.AMOUNT: forms.TextInput(attrs={"inputmode": "decimal"}),
        FieldType.DATE: AdminDateInput(),
    }
    field = forms.CharField(widget=widgets.get(definition.type, forms.TextInput()), **options)
    if definition.personal:
        field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
    if kept_value is not None:
        field.widget.attrs["placeholder"] = masked(kept_value)
        kept_words = _("Leave empty to keep the present value.")
        field.help_text = f"{definition.help_text} {kept_words}".strip()
    return field


def _shown(value: Any) -> Any:
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


def _with_help(error: ValidationError, definition: FieldDefinition) -> ValidationError:
    """Say what form is asked for, where the administrator wrote it down."""
    if error.code == "pattern" and definition.help_text:
        return ValidationError(f"{error.message} {definition.help_text}", code="pattern")
    return error
