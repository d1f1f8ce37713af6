"""One batch: its files, its bar, filing it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.refusals import Denied

from .. import selectors, services
from ..models import ScanBatch
from ..services.batches import may_file_scans
from .rows import address, batch_row, file_row, upload_row
from .words import script_words

MOST_MOVING = 200


class BatchView(WagtailAdminTemplateMixin, TemplateView):
    """The batch page; its script draws the files from the same state the server keeps."""

    template_name = "intake/batch.html"
    header_icon = "upload"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the batch."""
        self.batch = selectors.get_batch_for(request.user, kwargs["public_id"])
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        """Return the title."""
        return f"{_('Scan batch')} · {self.batch.dossier.number}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the batch, what the script starts from, and its words."""
        batch, pid = self.batch, self.batch.public_id
        start = state_of(batch) | {
            "uploads": [upload_row(*row) for row in selectors.unfinished_uploads_of(self.request.user, batch)],
            "stateUrl": reverse("intake:batch_state", args=[pid]),
            "uploadUrl": reverse("intake:upload", args=[pid]),
            "piecesUrl": reverse("intake:uploads", args=[pid]),
            "piecesAbove": settings.INTAKE_PIECES_ABOVE_BYTES,
            "actUrl": reverse("intake:file_act", args=["FILE", "ACT"]),
            "maxBytes": settings.INTAKE_MAX_FILE_BYTES,
            "words": script_words(),
        }
        return super().get_context_data(**kwargs) | {
            "batch": batch,
            "start": start,
            "dossier_url": address("holdings:dossier", batch.dossier.public_id),
            "item_url": address("holdings:item", batch.item.public_id) if batch.item else "",
        }


class BatchStateView(View):
    """The batch's state for the page's script."""

    def get(self, request: HttpRequest, public_id: str) -> JsonResponse:
        """Return counts, and the files that changed after ?since=, move, or are named by ?moving=."""
        batch = selectors.get_batch_for(request.user, public_id)
        since = _moment(request.GET.get("since", ""))
        moving = [name for name in request.GET.get("moving", "").split(",") if name][:MOST_MOVING]
        return JsonResponse(state_of(batch, since=since, moving=moving))


class FileBatchView(View):
    """Files the batch: the papers were checked and belong to the archive from now on."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """File it, or say why not."""
        batch = selectors.get_batch_for(request.user, public_id)
        try:
            services.file_batch(batch=batch, because=request.POST.get("because", ""), acting_user=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The batch is filed."))
        return redirect("intake:batch", public_id)


def state_of(batch: ScanBatch, *, since: datetime | None = None, moving: list[str] | None = None) -> dict[str, Any]:
    """Return what the script draws, and the moment from which to ask for changes."""
    # The clock is read first: what changes meanwhile is told twice rather than never.
    now = clock.now()
    progress = selectors.progress_of([batch])[batch.pk]
    files = selectors.files_of(batch, since=since, moving=moving or ())
    whole = batch_row(batch, progress)
    if whole["mayFile"] and isinstance(answer := may_file_scans(batch), Denied):
        whole |= {"mayFile": False, "whyNot": f"{answer.reason} {answer.remedy}"}
    return {"batch": whole, "files": [file_row(row) for row in files], "now": now.isoformat()}


def _moment(word: str) -> datetime | None:
    try:
        moment = parse_datetime(word)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
