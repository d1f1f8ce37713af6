"""Importing a customer list: upload, preview with what is wrong row by row, import, result with links."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from dms.clearance.selectors import facts_of
from dms.core.errors import Refusal
from dms.core.table_files import WRITERS

from ..forms.imports import ListUploadForm
from ..import_words import Configuration
from ..imports import carry_out, headings_for, plan_import
from ..services.drafts import drop_draft, keep_draft, read_draft, require_importer
from ..spreadsheets import read_table
from .screen import INVALID, Screen, crumb

GOOD_ROWS_SHOWN = 100


class ImportScreen(Screen):
    """What the screens of the import share: only those who open dossiers get here."""

    header_icon = "upload"
    template_name = "holdings/import.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Ask for the right to open dossiers first."""
        require_importer(request.user)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get_page_title(self) -> str:
        """Return what one is about to do."""
        return _("Import a customer list")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        return [crumb(self.get_page_title(), reverse("holdings:import"))]


class ImportView(ImportScreen):
    """Asks for the file."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form and what a list may say."""
        form = kwargs.pop("form", None) or ListUploadForm()
        configuration = Configuration(facts_of(self.request.user).archivist_of)
        return super().get_context_data(**kwargs) | {
            "form": form,
            "kinds": configuration.kinds,
            "headings": headings_for(self.request.user),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Seal the file and go on to the preview; what is no customer list is refused here, in words."""
        form = ListUploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        content = form.cleaned_data["file"]
        try:
            plan_import(request.user, read_table(content))
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            return self.show(form=form, status=INVALID)
        draft = keep_draft(content=content, acting_user=request.user)
        return redirect("holdings:import_preview", draft.public_id)


class ImportPreviewView(ImportScreen):
    """Shows what would be opened, and does it when told to."""

    template_name = "holdings/import_preview.html"

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the preview."""
        return [*super().crumbs(), crumb(_("Preview"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the rows as they would be imported now; nothing is written."""
        _draft, content = read_draft(public_id=kwargs["public_id"], acting_user=request.user)
        return self._preview(plan_import(request.user, read_table(content)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Import all rows, the good ones only, or give up; the uploaded list is destroyed afterwards."""
        draft, content = read_draft(public_id=kwargs["public_id"], acting_user=request.user)
        act = request.POST.get("act")
        if act not in {"all", "good"}:
            drop_draft(draft)
            messages.info(request, _("Nothing was imported; the uploaded list was destroyed."))
            return redirect("holdings:import")
        plan = plan_import(request.user, read_table(content))
        try:
            outcome = carry_out(plan, only_good=act == "good", acting_user=request.user)
        except Refusal as refusal:
            return self._preview(plan, refusal=refusal, status=refusal.status)
        drop_draft(draft)
        self.template_name = "holdings/import_result.html"
        return self.show(outcome=outcome, plan=plan)

    def _preview(self, plan: Any, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
        good = plan.good
        return self.show(
            plan=plan,
            good=good[:GOOD_ROWS_SHOWN],
            not_shown=max(0, len(good) - GOOD_ROWS_SHOWN),
            alike=sum(1 for row in good if row.alike),
            refusal=refusal,
            status=status,
        )


class ImportTemplateView(View):
    """An empty list with the right headings."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return it as an Excel file."""
        require_importer(request.user)
        media_type, write = WRITERS["xlsx"]
        response = HttpResponse(write(_("Dossiers"), list(headings_for(request.user)), []), content_type=media_type)
        response["Content-Disposition"] = 'attachment; filename="customer-list.xlsx"'
        return response
