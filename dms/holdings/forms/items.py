"""Forms of items: changing an entry, moving it, withdrawing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from dms.clearance.policy import Act
from dms.core.errors import Refusal

from ..models import DatePrecision, Dossier, Item
from ..selectors import get_dossier_by_number
from .choices import classification_field, document_type_field, section_field


class ItemForm(forms.Form):
    """The entry of an item, with the version the form was opened with."""

    title = forms.CharField(label=_("Title"), max_length=300)
    document_date = forms.DateField(label=_("Date of the document"), required=False, widget=AdminDateInput)
    date_precision = forms.ChoiceField(
        label=_("What is known of the date"),
        choices=DatePrecision.choices,
        required=False,
        help_text=_("Of a year only, give its first day."),
    )
    issuer = forms.CharField(label=_("Issuer"), max_length=120, required=False)
    issue_number = forms.CharField(label=_("Issue number"), max_length=80, required=False)
    period_from = forms.DateField(
        label=_("Period from"), required=False, widget=AdminDateInput, help_text=_("What a plan is for.")
    )
    period_to = forms.DateField(
        label=_("Period until"), required=False, widget=AdminDateInput, help_text=_("What a summary is about.")
    )
    opened_on = forms.DateField(label=_("Meeting opened on"), required=False, widget=AdminDateInput)
    stated_pages = forms.IntegerField(
        label=_("Pages stated"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=_("Sides with writing, as counted on the paper."),
    )
    copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=999)
    remarks = forms.CharField(label=_("Remarks"), max_length=300, required=False)
    reason = forms.CharField(label=_("Reason of the change"), max_length=200, required=False)
    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    FACTS = (
        "title", "section", "document_type", "document_date", "date_precision", "issuer", "issue_number", "copies",
        "stated_pages", "classification", "period_from", "period_to", "opened_on", "remarks",
    )  # fmt: skip

    def __init__(self, data: Any, *, item: Item, user: Any) -> None:
        now = {name: getattr(item, name) for name in self.FACTS} | {
            "section": item.section.code if item.section else None,
            "classification": item.classification.code if item.classification else None,
            "document_type": item.document_type_id,
            "expected_version": item.version,
        }
        super().__init__(data, initial=now)
        self.fields["section"] = section_field(item.dossier.kind, required=False, empty_label=_("not sorted yet"))
        self.fields["document_type"] = document_type_field(
            item.fonds_id,
            required=False,
            empty_label=_("no particular type"),
            help_text=_("Tells under which year the paper is bound."),
        )
        self.fields["classification"] = classification_field(
            user,
            also=item.classification_id,
            required=False,
            empty_label=_("as the dossier"),
            help_text=_("Leave empty for the dossier's own."),
        )
        self.order_fields([*self.FACTS, "reason"])

    def facts(self) -> dict[str, Any]:
        """Return the cleaned facts as `change_item` names them."""
        facts = {name: self.cleaned_data[name] for name in self.FACTS}
        return facts | {"date_precision": facts["date_precision"] or DatePrecision.DAY}


class MoveItemForm(forms.Form):
    """The dossier an item belongs to, by its number, and why it is moved."""

    number = forms.CharField(label=_("Number of the dossier"), max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        self.user = user

    def clean_number(self) -> Dossier:
        """Return the dossier of that number on which one may work; absent and hidden are one answer."""
        try:
            return get_dossier_by_number(self.user, self.cleaned_data["number"], Act.WORK)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class WithdrawItemForm(forms.Form):
    """Why a wrong upload is withdrawn, and the word that one means it."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    sure = forms.BooleanField(label=_("The images and texts of these pages will be gone for good."))
