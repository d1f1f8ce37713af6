"""The filters of the journal's list, as they stand in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from . import selectors, words


class FilterForm(forms.Form):
    """What the auditor looks for; everything may be left out."""

    person = forms.CharField(
        label=_("Person"), required=False, max_length=150, widget=forms.TextInput(attrs={"list": "journal-people"})
    )
    action = forms.ChoiceField(label=_("What was done"), required=False)
    thing = forms.CharField(label=_("Number or reference code"), required=False, max_length=200)
    since = forms.DateField(label=_("From"), required=False, widget=AdminDateInput(attrs={"size": 10}))
    until = forms.DateField(label=_("Until"), required=False, widget=AdminDateInput(attrs={"size": 10}))
    refused = forms.BooleanField(label=_("Refused only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted(selectors.actions_used(), key=words.action)
        self.fields["action"].choices = [("", _("Everything")), *((code, words.action(code)) for code in codes)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return given

    def filters(self) -> selectors.Filters:
        """Return the filters; of a form with mistakes only what is right."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if isinstance(given.get("person"), str):
            given["person"] = given["person"].strip()
        return selectors.Filters(**given)
