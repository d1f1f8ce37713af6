"""The list of batches and the form that opens one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.clearance.policy import Act
from dms.core.errors import Refusal
from dms.holdings.models import Dossier
from dms.holdings.selectors import get_dossier_for, get_item_for, may_anywhere

from .. import selectors, services
from ..forms import BatchFilterForm, NewBatchForm

PAGE_SIZE = 25


class BatchListView(WagtailAdminTemplateMixin, TemplateView):
    """The batches one may work on, newest first, with their bars."""

    template_name = "intake/batches.html"
    page_title = gettext_lazy("Scan & intake")
    header_icon = "upload"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of batches by ?q=, ?state=, ?mine= and ?before= (the last one seen)."""
        form = BatchFilterForm(self.request.GET)
        chosen = form.cleaned_data if form.is_valid() else {}
        found = list(self._found(chosen)[: PAGE_SIZE + 1])
        batches, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
        progress = selectors.progress_of(batches)
        return super().get_context_data(**kwargs) | {
            "filter": form,
            "rows": [(batch, progress[batch.pk]) for batch in batches],
            "older": self._address(before=batches[-1].pk) if more else "",
            "filtered": any(chosen.values()),
            "unplaced": selectors.unplaced_visible_to(self.request.user).count(),
            "may_open": may_anywhere(self.request.user, Act.WORK),
        }

    def _found(self, chosen: dict[str, Any]) -> Any:
        batches = selectors.batches_visible_to(self.request.user)
        if words := chosen.get("q"):
            batches = batches.filter(dossier__in=selectors.dossiers_to_work_on(self.request.user, words, limit=200))
        if chosen.get("state"):
            batches = batches.filter(state=chosen["state"])
        if chosen.get("mine"):
            batches = batches.filter(opened_by=self.request.user)
        before = self.request.GET.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 19:
            batches = batches.filter(pk__lt=int(before))
        return batches.order_by("-pk")

    def _address(self, **changes: Any) -> str:
        query = self.request.GET.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return f"?{query.urlencode()}"


class NewBatchView(View):
    """Asks where the papers go."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, filled in from ?dossier= or ?item= (public ids)."""
        initial: dict[str, Any] = {}
        dossier, item = None, None
        if public_id := request.GET.get("item"):
            item = get_item_for(request.user, public_id, Act.WORK)
            dossier, initial["item"] = item.dossier, item.public_id
        elif public_id := request.GET.get("dossier"):
            dossier = get_dossier_for(request.user, public_id, Act.WORK)
        if dossier:
            initial["number"] = str(dossier)
        form = NewBatchForm(user=request.user, initial=initial)
        return self._show(request, form, dossier, item)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the batch and go to it."""
        form = NewBatchForm(request.POST, user=request.user)
        if not form.is_valid():
            return self._show(request, form, form.cleaned_data.get("number"), None, status=422)
        values = form.cleaned_data
        try:
            batch = services.open_batch(
                dossier=values["number"],
                item=values["item"],
                section=values["section"],
                document_date=values["document_date"],
                note=values["note"],
                acting_user=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._show(request, form, values["number"], None, status=refusal.status)
        return redirect("intake:batch", batch.public_id)

    def _show(
        self, request: HttpRequest, form: NewBatchForm, dossier: Dossier | None, item: Any, status: int = 200
    ) -> HttpResponse:
        sections = choice_of(dossier)["sections"] if dossier else []
        context = {"form": form, "item": item, "sections": sections, "choices_url": reverse("intake:dossier_choices")}
        return render(request, "intake/new_batch.html", context, status=status)


class DossierChoicesView(View):
    """Dossiers one may work on, for the list under the field."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return up to twelve dossiers for ?q=."""
        words = request.GET.get("q", "")[:100]
        found = selectors.dossiers_to_work_on(request.user, words)
        return JsonResponse({"dossiers": [choice_of(dossier) for dossier in found]})


def choice_of(dossier: Dossier) -> dict[str, Any]:
    """Return what the list under the field needs of a dossier."""
    return {
        "number": dossier.number,
        "name": dossier.name,
        "kind": str(dossier.kind),
        "department": str(dossier.department),
        "sections": [{"code": section.code, "name": str(section)} for section in dossier.kind.sections.all()],
    }
