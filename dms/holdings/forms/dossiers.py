"""Forms of dossiers: opening one, editing one, changing many."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from dms.clearance.models import Level
from dms.clearance.policy import may_set_who_sees
from dms.clearance.selectors import facts_of
from dms.core import clock

from ..models import Dossier, DossierKind, DossierState
from ..services.dossiers import WHO_SEES
from ..services.personal import read_personal_values
from .choices import classification_field, department_field, people_field, series_field
from .own_fields import OwnFieldsForm

UNCHANGED = _("leave as it is")


class DossierForm(OwnFieldsForm):
    """The facts of a dossier, own fields included; `unit` and `floor` only where the kind has them."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("The name the customer has today."))
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    floor = forms.CharField(label=_("Floor"), max_length=20, required=False)
    remarks = forms.CharField(label=_("Remarks"), required=False, widget=AdminAutoHeightTextInput(), max_length=4000)

    FIRST = ("name", "series", "department", "responsible", "classification", "level", "unit", "floor")

    def __init__(self, data: Any, *, kind: DossierKind, user: Any, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        fonds = [kind.fonds_id]
        self.fields["series"] = series_field(fonds)
        self.fields["department"] = department_field(fonds)
        self.fields["responsible"] = people_field(fonds, required=False, empty_label=_("nobody yet"))
        self.fields["classification"] = classification_field(user, empty_label=None)
        if not kind.has_unit:
            del self.fields["unit"], self.fields["floor"]
        self.order_fields(self.FIRST)

    def facts(self) -> dict[str, Any]:
        """Return the cleaned facts as the services name them, without the own fields."""
        names = {*self.FIRST, "remarks", "opened_on", "state"} & set(self.fields)
        return {name: self.cleaned_data[name] for name in names}


class NewDossierForm(DossierForm):
    """A new dossier of a kind, with the kind's own classification and level proposed."""

    opened_on = forms.DateField(label=_("Opened on"), widget=AdminDateInput)

    def __init__(self, data: Any, *, kind: DossierKind, user: Any) -> None:
        proposed = {
            "classification": kind.default_classification.code,
            "level": kind.default_level,
            "opened_on": clock.today,
        }
        super().__init__(data, kind=kind, user=user, initial=proposed)
        self.add_own_fields(kind, values={}, kept={})
        for only in ("series", "department"):
            choices = self.fields[only].queryset
            if choices.count() == 1:
                self.initial[only] = choices.get()


class EditDossierForm(DossierForm):
    """A dossier as it is, with the reason of the change and the version the form was opened with."""

    state = forms.ChoiceField(label=_("State"), choices=DossierState.choices)
    reason = forms.CharField(
        label=_("Reason of the change"),
        required=False,
        max_length=200,
        help_text=_("Needed when the name changes, such as the date of the written application."),
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, dossier: Dossier, user: Any) -> None:
        names = ("name", "level", "unit", "floor", "remarks", "state", "department")
        now: dict[str, Any] = {name: getattr(dossier, name) for name in names}
        now |= {
            "series": dossier.series.public_id,
            "classification": dossier.classification.code,
            "responsible": dossier.responsible.public_id if dossier.responsible else None,
            "expected_version": dossier.version,
        }
        super().__init__(data, kind=dossier.kind, user=user, initial=now)
        self.name_now = dossier.name
        self.fields["responsible"] = people_field(
            [dossier.fonds_id], also=dossier.responsible_id, required=False, empty_label=_("nobody yet")
        )
        self.fields["classification"] = classification_field(user, also=dossier.classification_id, empty_label=None)
        self.add_own_fields(dossier.kind, values=dossier.fields, kept=read_personal_values(dossier))
        if not may_set_who_sees(facts_of(user), dossier.fonds_id):
            for name in WHO_SEES:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("The archive sets this.")
        self.order_fields([*self.FIRST, "state", "remarks", *(n for n in self.fields if n != "reason"), "reason"])

    def clean(self) -> dict[str, Any]:
        """Ask for the reason at its own field."""
        given = super().clean()
        renamed = given.get("name", self.name_now).strip() != self.name_now
        if renamed and not given.get("reason", "").strip():
            self.add_error(
                "reason", _("A change of name needs its reason, such as the date of the written application.")
            )
        return given


class ManyForm(forms.Form):
    """What is set for all selected dossiers; what is left empty stays as it is."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", UNCHANGED), *DossierState.choices])
    reason = forms.CharField(label=_("Reason of the change"), max_length=200)

    def __init__(self, data: Any, *, user: Any, fonds_id: int) -> None:
        super().__init__(data)
        options = {"required": False, "empty_label": UNCHANGED}
        self.fields["department"] = department_field([fonds_id], **options)
        self.fields["series"] = series_field([fonds_id], **options)
        self.fields["responsible"] = people_field([fonds_id], **options)
        self.fields["classification"] = classification_field(user, **options)
        self.order_fields(["department", "series", "responsible", "classification", "state", "reason"])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not self.changes():
            raise forms.ValidationError(_("Choose at least one thing to change."))
        return given

    def changes(self) -> dict[str, Any]:
        """Return what was chosen, by the services' names."""
        names = ("department", "series", "responsible", "classification", "state")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}
