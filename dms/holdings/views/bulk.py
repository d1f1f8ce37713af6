"""Changing many dossiers at once: choose, look at what would change, do it, see what was done and what refused."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.core.errors import NotFound, Refusal

from ..forms.dossiers import ManyForm
from ..listing import RELATED
from ..models import Dossier
from ..selectors import visible_among
from ..services import change_many_dossiers
from .screen import INVALID, Screen, crumb

MOST_AT_ONCE = 500


class ManyView(Screen):
    """One address, three steps told apart by the button pressed: choose → preview → do."""

    http_method_names = ["post"]
    template_name = "holdings/many.html"
    header_icon = "edit"

    def get_page_title(self) -> str:
        """Return what one is about to do."""
        return _("Change several dossiers")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [crumb(self.get_page_title())]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the next step with the selected dossiers that one may know of."""
        ids = list(dict.fromkeys(request.POST.getlist("dossier")))
        if len(ids) > MOST_AT_ONCE:
            raise Refusal(_("At most %(most)s dossiers are changed at once.") % {"most": MOST_AT_ONCE})
        chosen = visible_among(request.user, Act.KNOW, Dossier.objects.filter(public_id__in=ids))
        dossiers = list(chosen.select_related(*RELATED).order_by("number", "pk"))
        if not dossiers:
            raise NotFound
        if len({dossier.fonds_id for dossier in dossiers}) > 1:
            raise Refusal(_("The selected dossiers belong to several fonds."), _("Select those of one fonds."))
        self.workable = set(
            visible_among(request.user, Act.WORK, Dossier.objects.filter(pk__in=[d.pk for d in dossiers])).values_list(
                "pk", flat=True
            )
        )
        step = request.POST.get("step", "choose")
        sent = request.POST if step in {"preview", "do"} else None
        form = ManyForm(sent, user=request.user, fonds_id=dossiers[0].fonds_id)
        if sent is None or not form.is_valid():
            return self._show("choose", dossiers, form, status=200 if sent is None else INVALID)
        if step == "preview":
            return self._show("preview", dossiers, form, rows=self._preview(dossiers, form.changes()))
        return self._do(request, dossiers, form)

    def _do(self, request: HttpRequest, dossiers: list[Dossier], form: ManyForm) -> HttpResponse:
        """Change what may be changed; each dossier in a transaction of its own, the refused ones named."""
        different = [d for d in dossiers if any(getattr(d, name) != value for name, value in form.changes().items())]
        refused = change_many_dossiers(
            dossiers=different, changes=form.changes(), reason=form.cleaned_data["reason"], acting_user=request.user
        )
        return self._show(
            "result",
            dossiers,
            form,
            done=[d for d in different if d.pk not in refused],
            same=len(dossiers) - len(different),
            refused=[(d, refused[d.pk]) for d in different if d.pk in refused],
        )

    def _preview(self, dossiers: list[Dossier], changes: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for dossier in dossiers:
            different = [
                (str(Dossier._meta.get_field(name).verbose_name), _words(dossier, name), _words_of(name, value))
                for name, value in changes.items()
                if getattr(dossier, name) != value
            ]
            rows.append({"dossier": dossier, "changes": different, "may": dossier.pk in self.workable})
        return rows

    def _show(self, step: str, dossiers: list[Dossier], form: ManyForm, **context: Any) -> HttpResponse:
        back = self.request.POST.get("back", "")
        return self.show(
            step=step,
            dossiers=dossiers,
            form=form,
            back=back if back.startswith("?") else "",
            list_url=reverse("holdings:dossier_list"),
            not_workable=len(dossiers) - len(self.workable),
            **context,
        )


def _words(dossier: Dossier, name: str) -> str:
    return _words_of(name, getattr(dossier, name))


def _words_of(name: str, value: Any) -> str:
    choices = dict(Dossier._meta.get_field(name).flatchoices)
    return str(choices.get(value, value)) if value is not None else "—"
