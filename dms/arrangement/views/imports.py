"""Importing a list of items into a dossier: upload, preview with what is wrong row by row, all or nothing (A6 B1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.clearance.policy import Act
from dms.core.errors import NotAllowed, Refusal
from dms.core.table_files import WRITERS
from dms.holdings.selectors import get_dossier_for
from dms.holdings.services.drafts import drop_draft, open_list, seal_list
from dms.holdings.views.screen import INVALID, Screen, crumb, trail_of

from ..forms import ItemListForm
from ..import_rows import label_of
from ..import_words import COLUMNS
from ..imports import Plan, carry_out, plan_import, read_list

GOOD_ROWS_SHOWN = 100
BAD_ROWS_SHOWN = 500
SHOWN = ("key", "title", "type", "date", "section", "relation", "related_key")


class ImportScreen(Screen):
    """What the screens of the import share: only those who work on the dossier get here."""

    header_icon = "upload"
    template_name = "arrangement/import.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the dossier, or answer as if there were none."""
        self.dossier = get_dossier_for(request.user, kwargs["public_id"], Act.WORK)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get_page_title(self) -> str:
        """Return what one is about to do."""
        return _("Import a list of items")

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to here."""
        here = reverse("arrangement:import", args=[self.dossier.public_id])
        return [*trail_of(self.dossier), crumb(self.get_page_title(), here)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the dossier with what is shown."""
        return super().get_context_data(**kwargs) | {"dossier": self.dossier}


class ImportView(ImportScreen):
    """Asks for the file."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form and the columns a list may have."""
        form = kwargs.pop("form", None) or ItemListForm()
        return super().get_context_data(**kwargs) | {"form": form, "columns": [label_of(name) for name in COLUMNS]}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Seal the file and go on to the preview; what is no list of items is refused here, in words."""
        form = ItemListForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=INVALID)
        content = form.cleaned_data["file"]
        try:
            plan_import(request.user, self.dossier, read_list(content))
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            return self.show(form=form, status=INVALID)
        draft = seal_list(content=content, acting_user=request.user)
        return redirect("arrangement:import_preview", self.dossier.public_id, draft.public_id)


class PreviewView(ImportScreen):
    """Shows what would be entered, and does it when told to."""

    template_name = "arrangement/import_preview.html"

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the preview."""
        return [*super().crumbs(), crumb(_("Preview"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the rows as they would be entered now; nothing is written."""
        _draft, content = open_list(public_id=kwargs["draft"], acting_user=request.user)
        return self._preview(plan_import(request.user, self.dossier, read_list(content)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Enter all rows, or give up; the uploaded list is destroyed afterwards."""
        draft, content = open_list(public_id=kwargs["draft"], acting_user=request.user)
        if request.POST.get("act") != "all":
            drop_draft(draft)
            messages.info(request, _("Nothing was imported; the uploaded list was destroyed."))
            return redirect("arrangement:import", self.dossier.public_id)
        plan = plan_import(request.user, self.dossier, read_list(content))
        try:
            outcome = carry_out(plan, dossier=self.dossier, acting_user=request.user)
        except NotAllowed:
            raise
        except Refusal as refusal:
            return self._preview(plan, refusal=refusal, status=refusal.status)
        drop_draft(draft)
        words = ngettext("%(count)s item was entered", "%(count)s items were entered", len(outcome.items))
        told = ngettext("%(count)s volume is open now.", "%(count)s volumes are open now.", outcome.arranged.volumes)
        said = f"{words % {'count': len(outcome.items)}} · {told % {'count': outcome.arranged.volumes}}"
        messages.success(request, said)
        return redirect("arrangement:dossier_volumes", self.dossier.public_id)

    def _preview(self, plan: Plan, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
        good = [row for row in plan.rows if not row.errors]
        bad = plan.bad
        return self.show(
            bad=[(row, [(label_of(column), words) for column, words in row.errors]) for row in bad[:BAD_ROWS_SHOWN]],
            bad_count=len(bad),
            bad_more=max(0, len(bad) - BAD_ROWS_SHOWN),
            headings=[COLUMNS[name] for name in SHOWN],
            good=[(row.number, [row.cells.get(name, "") for name in SHOWN]) for row in good[:GOOD_ROWS_SHOWN]],
            good_count=len(good),
            not_shown=max(0, len(good) - GOOD_ROWS_SHOWN),
            refusal=refusal,
            status=status,
        )


class TemplateView(ImportScreen):
    """An empty list with the right headings."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return it as an Excel file."""
        media_type, write = WRITERS["xlsx"]
        content = write(_("Items"), [str(label) for label in COLUMNS.values()], [])
        response = HttpResponse(content, content_type=media_type)
        response["Content-Disposition"] = 'attachment; filename="item-list.xlsx"'
        return response
