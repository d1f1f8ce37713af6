"""Forms of the volumes. They find what was meant under the user's rights; the services decide."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.holdings.forms.choices import department_field
from dms.holdings.models import Dossier, Item, RetentionPeriod
from dms.holdings.selectors import fonds_of, items_of_dossier

from .imports import MOST_BYTES, MOST_ROWS
from .models import VolumeState
from .models.relations import RelationKind
from .selectors.decisions import approvers_for
from .selectors.listing import VolumeFilters

OFFERED = 300
ALL = _("all")


def reason_field() -> forms.CharField:
    """Return the field every decision has."""
    return forms.CharField(label=_("Reason"), max_length=200)


class ItemOfDossierField(forms.CharField):
    """An item of one dossier by entry number, reference code or issue number; `offers` lists the first ones."""

    def __init__(self, *, user: Any, dossier: Dossier, but: Item | None = None, **options: Any) -> None:
        super().__init__(max_length=400, **options)
        self._items = items_of_dossier(user, Act.WORK, dossier)
        if but is not None:
            self._items = self._items.exclude(pk=but.pk)
        self.list_id = f"items-of-{dossier.public_id}"
        self.widget.attrs |= {"list": self.list_id, "autocomplete": "off"}

    def offers(self) -> list[tuple[str, str]]:
        """Return (entry number, title) of what may be chosen."""
        return [(str(item.entry_number), item.title) for item in self._items.order_by("entry_number")[:OFFERED]]

    def clean(self, value: Any) -> Item | None:
        """Return the item, or say that there is none of that number."""
        typed = super().clean(value).strip()
        if not typed:
            return None
        ways = Q(reference_code=typed) | Q(issue_number=typed)
        if typed.isascii() and typed.isdigit() and len(typed) < 10:
            ways |= Q(entry_number=int(typed))
        found = list(self._items.filter(ways)[:2])
        if not found:
            raise forms.ValidationError(_("The dossier has no such item."))
        by_number = [item for item in found if str(item.entry_number) == typed]
        if len(found) > 1 and not by_number:
            raise forms.ValidationError(_("Several items bear this number: give the entry number."))
        return (by_number or found)[0]


class PositionForm(forms.Form):
    """Where an item is set by hand (A8)."""

    behind = forms.ChoiceField(label=_("Behind"), required=False)
    reason = reason_field()

    def __init__(self, data: Any = None, *, beside: list[Item]) -> None:
        super().__init__(data)
        self._beside = {item.public_id: item for item in beside}
        named = [(key, f"{item.entry_number} {item.title}") for key, item in self._beside.items()]
        self.fields["behind"].choices = [("", _("at the front of the volume")), *named]

    def clean_behind(self) -> Item | None:
        """Return the item, None for the front."""
        return self._beside.get(self.cleaned_data["behind"])


class YearForm(forms.Form):
    """Another filing year than the rule's, with who approved it (A7)."""

    year = forms.IntegerField(label=_("Filing year"), min_value=1000, max_value=9999)
    reason = reason_field()

    def __init__(self, data: Any = None, *, fonds_id: int, user: Any) -> None:
        super().__init__(data)
        approvers = approvers_for(fonds_id, user)
        self.fields["approved_by"] = forms.ModelChoiceField(
            queryset=approvers, to_field_name="public_id", label=_("Approved by")
        )
        self.order_fields(["year", "approved_by", "reason"])


class JoinForm(forms.Form):
    """The class whose volume a closely tied ordinary item joins (A9)."""

    reason = reason_field()

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        classes = SecurityClass.objects.filter(own_volume=True, rank__lte=facts_of(user).clearance_rank)
        self.fields["classification"] = forms.ModelChoiceField(
            queryset=classes, to_field_name="code", label=_("Classification")
        )
        self.order_fields(["classification", "reason"])

    @property
    def has_choices(self) -> bool:
        """Return whether there is any class to join."""
        return bool(self.fields["classification"].queryset.exists())


class ReferForm(forms.Form):
    """The item in another volume that belongs to this one (A7)."""

    reason = reason_field()

    def __init__(self, data: Any = None, *, user: Any, item: Item) -> None:
        super().__init__(data)
        self.fields["other"] = ItemOfDossierField(user=user, dossier=item.dossier, but=item, label=_("Other item"))
        self.order_fields(["other", "reason"])


class ReasonForm(forms.Form):
    """A decision is taken back, or a volume opened again: why."""

    reason = reason_field()


class RelationForm(forms.Form):
    """What an item is to another one of its dossier (A8)."""

    kind = forms.ChoiceField(label=_("This item"), choices=RelationKind.choices)

    def __init__(self, data: Any = None, *, user: Any, item: Item) -> None:
        super().__init__(data)
        self.fields["other"] = ItemOfDossierField(
            user=user,
            dossier=item.dossier,
            but=item,
            label=_("Other item"),
            help_text=_("Entry number, reference code or issue number; choose from the list as you type."),
        )


class VolumeFilterForm(forms.Form):
    """What the list of volumes is narrowed to; a value that is none of the choices filters nothing."""

    q = forms.CharField(
        label=_("Begins with"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Reference code or dossier begins with …"), "type": "search"}),
    )
    year = forms.IntegerField(label=_("Filing year"), required=False, min_value=1000, max_value=9999)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", ALL), *VolumeState.choices])
    retention = forms.ModelChoiceField(
        queryset=RetentionPeriod.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=ALL,
        label=_("Retention period"),
    )
    what = forms.ChoiceField(
        label=_("Only"),
        required=False,
        choices=[("", ALL), ("ready", _("ready to close")), ("unanswered", _("with requests without reply"))],
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        self.fields["department"] = department_field(fonds_of(user), required=False, empty_label=ALL)
        self.order_fields(["q", "year", "state", "retention", "department", "what"])

    def filters(self) -> VolumeFilters:
        """Return what the list asks for."""
        self.is_valid()
        given = self.cleaned_data
        retention, department = given.get("retention"), given.get("department")
        return VolumeFilters(
            text=given.get("q", "").strip(),
            year=given.get("year"),
            state=given.get("state", ""),
            retention=retention.pk if retention else None,
            department=department.pk if department else None,
            ready=given.get("what") == "ready",
            unanswered=given.get("what") == "unanswered",
        )

    def in_force(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield (name, label, value in words) of each filter that narrows the list."""
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value not in (None, ""):
                choices = dict(getattr(field, "choices", ())) if isinstance(value, str) and name != "q" else {}
                yield name, field.label, choices.get(value, value)


class ItemListForm(forms.Form):
    """One Excel or CSV file of items."""

    file = forms.FileField(
        label=_("List of items"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("Excel (.xlsx) or CSV; one row an item."),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )
    most_rows = MOST_ROWS

    def clean_file(self) -> bytes:
        """Return the content; a file that is too large is not read at all."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
        content: bytes = uploaded.read()
        return content
