"""Series and dossier kinds, for administrators: configuration, which shows no record's content."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.core.errors import NotFound, Refusal
from dms.organisation.selectors import require_administrator

from ..forms.configuration import FieldFormSet, KindForm, SectionFormSet, SeriesForm
from ..models import DossierKind, Series
from ..services.configuration import Edits, delete_kind, delete_series, save_kind, save_series
from .screen import INVALID, Screen, crumb


class ConfigurationScreen(Screen):
    """Asks for the administrator's post before anything else."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Raise NotAllowed for everybody else; find the thing the address names."""
        require_administrator(request.user)
        self.chosen = self.find(kwargs["public_id"]) if "public_id" in kwargs else None
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        return response

    def find(self, public_id: str) -> Any:
        """Return the thing, or raise NotFound."""
        raise NotFound

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the trail under Settings, not under Dossiers."""
        trail = [*self.breadcrumbs_items, *self.crumbs()]
        return [*trail[:-1], trail[-1] | {"url": ""}]


class SeriesView(ConfigurationScreen):
    """The classification scheme as a tree, beside the form of a new branch or of the one chosen."""

    template_name = "holdings/series.html"
    header_icon = "folder"

    def find(self, public_id: str) -> Series:
        """Return the branch, or raise NotFound."""
        found = Series.objects.filter(public_id=public_id).first()
        if found is None:
            raise NotFound
        return found

    def get_page_title(self) -> str:
        """Return the screen's name."""
        return _("Series")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        here = [crumb(_("Series"), reverse("holdings:series"))]
        return [*here, crumb(self.chosen)] if self.chosen else here

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the tree and the form."""
        form = kwargs.pop("form", None) or SeriesForm(instance=self.chosen)
        tree = Series.objects.select_related("fonds").order_by("fonds__code", "path")
        return super().get_context_data(**kwargs) | {"tree": tree, "form": form, "chosen": self.chosen}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save or delete."""
        form = SeriesForm(request.POST, instance=self.chosen)
        try:
            if self.chosen and request.POST.get("act") == "delete":
                delete_series(series=self.find(self.chosen.public_id), acting_user=request.user)
                messages.success(request, _("Deleted."))
                return redirect("holdings:series")
            if not form.is_valid():
                return self.show(form=form, status=INVALID)
            save_series(series=form.save(commit=False), parent=form.cleaned_data["parent"], acting_user=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self.show(form=form, status=refusal.status)
        messages.success(request, _("Saved."))
        return redirect("holdings:series")


class KindsView(ConfigurationScreen):
    """The dossier kinds of every fonds."""

    template_name = "holdings/kinds.html"
    header_icon = "form"

    def get_page_title(self) -> str:
        """Return the screen's name."""
        return _("Dossier kinds")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [crumb(_("Dossier kinds"), reverse("holdings:kinds"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the kinds."""
        kinds = DossierKind.objects.select_related("fonds", "default_classification").prefetch_related(
            "sections", "fields"
        )
        return super().get_context_data(**kwargs) | {"kinds": kinds.order_by("fonds__code", "code")}


class KindView(KindsView):
    """One kind with its sections and own fields; without one in the address, a new kind."""

    template_name = "holdings/kind.html"

    def find(self, public_id: str) -> DossierKind:
        """Return the kind, or raise NotFound."""
        found = DossierKind.objects.filter(public_id=public_id).first()
        if found is None:
            raise NotFound
        return found

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the kind."""
        return [*super().crumbs(), crumb(self.chosen or _("Add a dossier kind"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the three forms."""
        forms = kwargs.pop("forms", None) or self._forms(None)
        names = ("form", "sections", "fields")
        return super().get_context_data(**kwargs) | {"chosen": self.chosen} | dict(zip(names, forms, strict=True))

    def _forms(self, data: Any) -> tuple[KindForm, Any, Any]:
        kind = self.chosen or DossierKind()
        return (
            KindForm(data, instance=kind),
            SectionFormSet(data, instance=kind, prefix="sections"),
            FieldFormSet(data, instance=kind, prefix="fields"),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save kind, sections and fields together, or delete the kind."""
        forms = self._forms(request.POST)
        try:
            if self.chosen and request.POST.get("act") == "delete":
                delete_kind(kind=self.find(self.chosen.public_id), acting_user=request.user)
                messages.success(request, _("Deleted."))
                return redirect("holdings:kinds")
            if [form for form in forms if not form.is_valid()]:  # each form says what is wrong with it
                return self.show(forms=forms, status=INVALID)
            form, sections, fields = forms
            kind = form.save(commit=False)
            save_kind(kind=kind, sections=_edits(sections), fields=_edits(fields), acting_user=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self.show(forms=forms, status=refusal.status)
        messages.success(request, _("Saved."))
        return redirect("holdings:kind", kind.public_id)


def _edits(formset: Any) -> Edits:
    saved = formset.save(commit=False)
    return Edits(saved=saved, removed=formset.deleted_objects)
