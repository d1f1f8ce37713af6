"""Scans that found no dossier: the list, and placing or discarding what is selected."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core.errors import NotFound, Refusal

from .. import selectors, services
from ..forms import DiscardForm, PlaceForm
from ..models import UnplacedFile

PAGE_SIZE = 100


class UnplacedView(WagtailAdminTemplateMixin, TemplateView):
    """What waits to be placed, oldest first; for the archivists of the fonds."""

    template_name = "intake/unplaced.html"
    page_title = gettext_lazy("Unplaced scans")
    header_icon = "help"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list; to nobody but archivists, and to others as what does not exist."""
        _require_archivist(request.user)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Place or discard the selected scans one by one; say what was done and what was refused."""
        _require_archivist(request.user)
        chosen = [selectors.get_unplaced_for(request.user, name) for name in request.POST.getlist("scan")[:PAGE_SIZE]]
        discards = request.POST.get("act") == "discard"
        form = DiscardForm(request.POST) if discards else PlaceForm(request.POST, user=request.user)
        if not chosen:
            form.add_error(None, _("Select the scans first."))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        values = form.cleaned_data
        if discards:
            self._each(chosen, lambda scan: services.discard_unplaced(
                unplaced=scan, reason=values["reason"], acting_user=request.user
            ), lambda n: ngettext("%(count)s scan was discarded.", "%(count)s scans were discarded.", n))  # fmt: skip
        else:
            self._each(chosen, lambda scan: services.place_unplaced(
                unplaced=scan, dossier=values["number"], section=values["section"], acting_user=request.user
            ), lambda n: ngettext("%(count)s scan was placed.", "%(count)s scans were placed.", n))  # fmt: skip
        return redirect("intake:unplaced")

    def _each(
        self, scans: list[UnplacedFile], act: Callable[[UnplacedFile], object], told: Callable[[int], str]
    ) -> None:
        done = 0
        for scan in scans:
            try:
                act(scan)
                done += 1
            except Refusal as refusal:
                messages.error(self.request, f"{scan.name}: {refusal}")
        if done:
            messages.success(self.request, told(done) % {"count": done})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the scans after ?after= (the last one seen), and the form as it was filled in."""
        found = selectors.unplaced_visible_to(self.request.user)
        after = self.request.GET.get("after", "")
        if after.isascii() and after.isdigit() and len(after) < 19:
            found = found.filter(pk__gt=int(after))
        scans = list(found[: PAGE_SIZE + 1])
        form = kwargs.pop("form", None)
        return super().get_context_data(**kwargs) | {
            "scans": [(scan, *scan.problem) for scan in scans[:PAGE_SIZE]],
            "next": f"?after={scans[PAGE_SIZE - 1].pk}" if len(scans) > PAGE_SIZE else "",
            "form": form,
            "chosen": set(self.request.POST.getlist("scan")),
            "number": self.request.POST.get("number", ""),
            "reason": self.request.POST.get("reason", ""),
            "choices_url": reverse("intake:dossier_choices"),
        }


def _require_archivist(user: Any) -> None:
    if not selectors.may_see_unplaced(user):
        raise NotFound
