"""The check sheet of a batch's scans: drawing, looking page by page, and the list of pages to rescan. Thin."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core import clock
from dms.core.errors import Refusal

from .. import check_sheets, selectors, services
from ..check_sheets import SheetLine
from ..light_table import Table
from ..models import ScanBatch
from ..rescan_lists import export_rescans
from ..scan_quality import REASONS, name_of
from ..services.batches import may_file_scans
from .rows import address
from .table_acts import act_on, not_understood


class CheckSheetView(WagtailAdminTemplateMixin, TemplateView):
    """The check sheet; its script shows one page after the other."""

    template_name = "intake/check_sheet.html"
    header_icon = "tasks"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the sheet."""
        self.batch = selectors.get_batch_for(request.user, kwargs["public_id"])
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        """Return the title."""
        return f"{_('Check of scans')} · {self.batch.dossier.number}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the sheet, what is open, and what the script starts from."""
        batch, pid = self.batch, self.batch.public_id
        state = sheet_state(batch, self.request.user)
        answer = may_file_scans(batch)
        start = state | {
            "judgeUrl": reverse("intake:judge", args=[pid]),
            "imageUrl": address("reading:page_image", "PAGE"),
            "thumbUrl": address("reading:page_thumbnail", "PAGE"),
            "pageUrl": address("reading:page", "PAGE"),
            "open": batch.is_open,
            "reasons": [[reason.value, name_of(reason)] for reason in REASONS],
            "words": _words(),
        }
        return super().get_context_data(**kwargs) | {
            "batch": batch,
            "sheet": check_sheets.sheet_of(batch),
            "counted": state["counted"],
            "start": start,
            "why_not": "" if answer else f"{answer.reason} {answer.remedy}",
            "percent": settings.SCAN_CHECK_PERCENT,
        }


class DrawSampleView(View):
    """Draws the sample, or more of it."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Draw it and go back to the sheet."""
        batch = selectors.get_batch_for(request.user, public_id)
        percent = request.POST.get("percent", "")
        number = int(percent) if percent.isascii() and percent.isdigit() and len(percent) < 4 else 0
        try:
            services.draw_sample(batch=batch, percent=number, acting_user=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("intake:check_sheet", public_id)


class JudgeView(View):
    """Keeps the verdict on a page."""

    def post(self, request: HttpRequest, public_id: str) -> JsonResponse:
        """Keep it and return the sheet as it then is."""
        batch = selectors.get_batch_for(request.user, public_id)
        try:
            asked = json.loads(request.body)
        except ValueError:
            raise not_understood() from None
        if not isinstance(asked, dict):
            raise not_understood()
        act_on(Table(batch=batch), {**asked, "act": "judge"}, request.user)
        return JsonResponse(sheet_state(batch, request.user))


class RescanListView(View):
    """The list of pages to rescan, on a sheet that prints."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show the list."""
        batch = selectors.get_batch_for(request.user, public_id)
        context = {
            "batch": batch,
            "lines": [_rescan_line(line) for line in check_sheets.to_rescan(batch, request.user)],
            "printed_at": clock.now(),
        }
        return render(request, "intake/rescan_list.html", context)


class RescanExportView(View):
    """The list of pages to rescan as a file."""

    def get(self, request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
        """Send it."""
        batch = selectors.get_batch_for(request.user, public_id)
        export = export_rescans(batch, kind, user=request.user)
        response = HttpResponse(export.content, content_type=export.media_type)
        response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
        response["Cache-Control"] = "private, no-store"
        return response


def sheet_state(batch: ScanBatch, user: Any) -> dict[str, Any]:
    """Return the sheet's lines and counts for its script."""
    lines = check_sheets.lines_of(batch, user)
    return {"lines": [_line(line) for line in lines], "counted": check_sheets.counted(lines)}


def _line(line: SheetLine) -> dict[str, Any]:
    page, check = line.page, line.check
    verdict = "mended" if line.is_mended else str(check.verdict)
    return {
        "id": page.public_id,
        "n": page.position,
        "item": line.item.title,
        "number": line.item.journal_label,
        "v": page.version,
        "t": page.turn,
        "drawn": check.get_drawn_display(),
        "findings": [[name_of(found.fault), str(found), found.is_note] for found in page.findings],
        "verdict": verdict,
        "reasons": list(check.reasons),
        "note": check.note,
        "by": str(check.decided_by or ""),
    }


def _rescan_line(line: SheetLine) -> dict[str, Any]:
    return {
        "item": line.item,
        "page": line.page,
        "why": [name_of(reason) for reason in line.check.reasons],
        "note": line.check.note,
        "by": line.check.decided_by,
        "at": line.check.decided_at,
        "thumb": address("reading:page_thumbnail", line.page.public_id),
    }


def _words() -> dict[str, str]:
    return {
        "place": _("%(number)s of %(total)s"),
        "page": _("Page %(number)s"),
        "open": _("not looked at yet"),
        "good": _("good"),
        "rescan": _("to be rescanned"),
        "mended": _("rescanned"),
        "noFinding": _("Nothing was noticed by the measures."),
        "needsReason": _("Say what is wrong with the scan."),
        "allSeen": _("Every page of the sheet has been looked at."),
        "offline": _("The server cannot be reached just now. Nothing was changed; try again."),
        "loadFailed": _("The page could not be loaded. Check the connection and try again."),
        "counts": _("%(open)s open · %(good)s good · %(rescan)s to be rescanned"),
    }
