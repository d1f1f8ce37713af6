"""Forms of intake. They find what was meant under the user's rights; the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal
from dms.holdings.models import Dossier, Item, Section
from dms.holdings.selectors import get_dossier_by_number, get_item_for

from .models import BatchState


class NewBatchForm(forms.Form):
    """Where the papers go: a dossier by its number, a section and date for all of them, or one item of it."""

    number = forms.CharField(label=_("Dossier"), max_length=200)
    section = forms.CharField(label=_("Section"), required=False)
    document_date = forms.DateField(
        label=_("Date of the documents"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    item = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_number(self) -> Dossier:
        """Return the dossier of that number; the name behind it, put there by the list, is passed over."""
        typed = self.cleaned_data["number"].strip()
        for number in dict.fromkeys((typed, typed.split(" ")[0])):
            try:
                return get_dossier_by_number(self._user, number, Act.WORK)
            except Refusal as refusal:
                last = refusal
        raise forms.ValidationError(str(last))

    def clean(self) -> dict[str, Any]:
        """Find section and item within the dossier."""
        values = super().clean() or {}
        dossier = values.get("number")
        if dossier is None:
            return values
        values["section"] = self._section(dossier, values.get("section", ""))
        values["item"] = self._item(values.get("item", ""))
        return values

    def _section(self, dossier: Dossier, code: str) -> Section | None:
        if not code:
            return None
        section = dossier.kind.sections.filter(code=code).first()
        if section is None:
            self.add_error("section", _("This section belongs to another kind of dossier."))
        return section

    def _item(self, public_id: str) -> Item | None:
        if not public_id:
            return None
        try:
            return get_item_for(self._user, public_id, Act.WORK)
        except Refusal as refusal:
            self.add_error(None, str(refusal))
            return None


class PlaceForm(NewBatchForm):
    """Where unplaced scans go: a dossier by its number, a section of it."""

    document_date = None
    note = None
    item = None

    def clean(self) -> dict[str, Any]:
        """Find the section within the dossier."""
        return {"section": None, **super().clean()}


class DiscardForm(forms.Form):
    """Why unplaced scans are thrown away."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class BatchFilterForm(forms.Form):
    """Which batches the list shows; it lives in the address."""

    q = forms.CharField(label=_("Dossier"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *BatchState.choices])
    mine = forms.BooleanField(label=_("Only mine"), required=False)
