"""Opening and editing a dossier: forms in which nothing typed is lost, whatever is refused."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.clearance.policy import Act, may_create_dossier
from dms.clearance.selectors import facts_of
from dms.core.errors import NotFound, Refusal, require

from ..forms.dossiers import DossierForm, EditDossierForm, NewDossierForm
from ..forms.own_fields import PREFIX
from ..models import DossierKind
from ..selectors import get_dossier_for
from ..services import change_dossier, create_dossier
from ..services.dossiers import possible_duplicates
from .screen import INVALID, Screen, crumb, trail_of


def show_refusal(form: DossierForm, error: Refusal | ValidationError) -> None:
    """Put what a service refused into the form: at the own field it is about, else above all fields."""
    if isinstance(error, Refusal):
        form.add_error("reason" if error.code == "reason_needed" else None, str(error))
        return
    for code, errors in (error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}).items():
        name = PREFIX + code
        form.add_error(name if name in form.fields else None, errors)


class ChooseKindView(Screen):
    """First the kind: it decides fields, sections and the number."""

    template_name = "holdings/choose_kind.html"

    def get_page_title(self) -> str:
        """Return what one is about to do."""
        return _("Open a dossier")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [crumb(self.get_page_title())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the kinds of the fonds one is archivist of."""
        return super().get_context_data(**kwargs) | {"kinds": kinds_for(self.request.user)}


def kinds_for(user: Any) -> list[DossierKind]:
    """Return the kinds of which `user` may open dossiers; raise NotAllowed where there can be none."""
    fonds = facts_of(user).archivist_of
    if not fonds:
        require(may_create_dossier(facts_of(user), 0))
    return list(DossierKind.objects.filter(fonds__in=fonds).select_related("fonds").order_by("fonds", "code"))


class NewDossierView(Screen):
    """The form of a new dossier of one kind."""

    template_name = "holdings/dossier_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Find the kind among one's own; another fonds' kind is as good as none."""
        found = [kind for kind in kinds_for(request.user) if kind.public_id == kwargs["kind"]]
        if not found:
            raise NotFound
        self.kind = found[0]
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        return response

    def get_page_title(self) -> str:
        """Return what one is about to do."""
        return _("Open a dossier: %(kind)s") % {"kind": self.kind}

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [crumb(_("Open a dossier"), reverse("holdings:new_dossier")), crumb(self.kind)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the empty form, or the one that was sent."""
        given = {"form": kwargs.pop("form", None) or NewDossierForm(None, kind=self.kind, user=self.request.user)}
        words = {"kind": self.kind, "submit": _("Open the dossier"), "cancel_url": reverse("holdings:dossier_list")}
        return super().get_context_data(**kwargs) | given | words

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open the dossier; where the customer seems to exist already, ask first (A1)."""
        form = NewDossierForm(request.POST, kind=self.kind, user=request.user)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        if "create_anyway" not in request.POST:
            alike = possible_duplicates(
                user=request.user,
                fonds_id=self.kind.fonds_id,
                name=form.cleaned_data["name"],
                personal_values=form.personal_values(),
            )
            if alike:
                return self.show(form=form, alike=alike, status=INVALID)
        try:
            dossier = create_dossier(kind=self.kind, fields=form.own_values(), acting_user=request.user, **form.facts())
        except (Refusal, ValidationError) as error:
            show_refusal(form, error)
            return self.show(form=form, status=INVALID)
        messages.success(request, _("Dossier %(number)s was opened.") % {"number": dossier.number})
        return redirect("holdings:dossier", dossier.public_id)


class EditDossierView(Screen):
    """The facts of a dossier in a form; the old version stays readable (A12 A13)."""

    template_name = "holdings/dossier_form.html"
    header_icon = "edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the dossier for work."""
        self.dossier = get_dossier_for(request.user, kwargs["public_id"], Act.WORK)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get_page_title(self) -> str:
        """Return which dossier is edited."""
        return _("Edit %(number)s") % {"number": self.dossier.number}

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [*trail_of(self.dossier), crumb(_("Edit"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form as the dossier is now, or the one that was sent."""
        form = kwargs.pop("form", None) or EditDossierForm(None, dossier=self.dossier, user=self.request.user)
        words = {"submit": _("Save"), "cancel_url": reverse("holdings:dossier", args=[self.dossier.public_id])}
        return super().get_context_data(**kwargs) | {"form": form, "dossier": self.dossier, **words}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what was refused with everything typed still there."""
        form = EditDossierForm(request.POST, dossier=self.dossier, user=request.user)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        try:
            change_dossier(
                dossier=self.dossier,
                changes=form.facts(),
                fields=form.own_values(),
                reason=form.cleaned_data["reason"],
                expected_version=form.cleaned_data["expected_version"],
                acting_user=request.user,
            )
        except (Refusal, ValidationError) as error:
            show_refusal(form, error)
            stale = getattr(error, "code", "") == "changed_meanwhile"
            return self.show(form=form, stale=stale, status=getattr(error, "status", INVALID))
        messages.success(request, _("Saved."))
        return redirect("holdings:dossier_facts", self.dossier.public_id)
