"""The light table of a batch or an item: its page, its state for the script, and its acts. Thin."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core.errors import Refusal

from .. import light_table, services
from ..light_table import Table
from ..scan_quality import REASONS, name_of
from .rows import address
from .table_acts import Asked, act_on, not_understood
from .table_rows import table_row
from .table_words import table_words


class OnTable(View):
    """What every address of the table shares: the batch or item it belongs to, found under the right."""

    scope = "batch"

    def table(self, request: HttpRequest, public_id: str) -> Table:
        """Return the table; raise NotFound."""
        if self.scope == "batch":
            return light_table.get_table_of_batch(request.user, public_id)
        return light_table.get_table_of_item(request.user, public_id)


class LightTableView(WagtailAdminTemplateMixin, OnTable, TemplateView):
    """The light table; its script draws it from the state."""

    template_name = "intake/light_table.html"
    header_icon = "grip"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the table."""
        self.on = self.table(request, kwargs["public_id"])
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        """Return the title."""
        return f"{_('Light table')} · {self.on.dossier.number}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the table, its words and its addresses."""
        table, pid = self.on, self.kwargs["public_id"]
        state = state_of(table, self.request.user)
        start = {
            "state": state,
            "targets": _targets(table, self.request.user),
            "stateUrl": reverse(f"intake:{self.scope}_table_state", args=[pid]),
            "actUrl": reverse(f"intake:{self.scope}_table_act", args=[pid]),
            "rescanUrl": reverse(f"intake:{self.scope}_table_rescan", args=[pid]),
            "thumbUrl": address("reading:page_thumbnail", "PAGE"),
            "imageUrl": address("reading:page_image", "PAGE"),
            "pageUrl": address("reading:page", "PAGE"),
            "judges": table.batch is not None and table.batch.is_open,
            "reasons": [[reason.value, name_of(reason)] for reason in REASONS],
            "words": table_words(),
        }
        back = ("intake:batch", pid) if self.scope == "batch" else ("holdings:item", pid)
        return super().get_context_data(**kwargs) | {
            "table": table,
            "start": start,
            "back_url": address(*back),
            "check_url": reverse("intake:check_sheet", args=[pid]) if self.scope == "batch" else "",
        }


class TableStateView(OnTable):
    """How the pages lie now, for the page's script; 304 while nothing has changed."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Return the state under an ETag."""
        state = state_of(self.table(request, public_id), request.user)
        if request.headers.get("If-None-Match") == state["tag"]:
            return HttpResponse(status=304)
        return JsonResponse(state, headers={"Cache-Control": "private, no-store"})


class TableActView(OnTable):
    """One act on chosen pages; answers with the table as it then lies."""

    def post(self, request: HttpRequest, public_id: str) -> JsonResponse:
        """Do it, or refuse with why."""
        table = self.table(request, public_id)
        act_on(table, _asked(request), request.user)
        return JsonResponse(state_of(table, request.user))


class TableRescanView(OnTable):
    """Takes the new scan of one page."""

    def post(self, request: HttpRequest, public_id: str) -> JsonResponse:
        """Keep it as the page's next image, or refuse with why."""
        table = self.table(request, public_id)
        (page,) = Asked(table, {"pages": [request.POST.get("page", "")]}, request.user).pages()
        file = request.FILES.get("file")
        if file is None or file.file is None:
            raise Refusal(_("The upload broke off: the file did not arrive whole."), _("Upload it once more."))
        version = request.POST.get("version", "")
        services.rescan_page(
            table=table,
            page=page,
            file=file.file,
            name=file.name or "",
            seen_version=int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0,
            acting_user=request.user,
        )
        return JsonResponse(state_of(table, request.user), status=201)


def state_of(table: Table, user: Any) -> dict[str, Any]:
    """Return how the pages lie, what can be undone, and a tag by which it is seen whether anything has changed."""
    items = light_table.lying_on(table, user)
    steps = list(table.acts().filter(done_by=user)[: light_table.MOST_STEPS])
    state = table_row(items, steps)
    raw = json.dumps(state, sort_keys=True, ensure_ascii=False).encode()
    return state | {"tag": f'"{hashlib.sha256(raw).hexdigest()[:24]}"'}


def _targets(table: Table, user: Any) -> list[list[str]]:
    lying = [item.pk for item in light_table.items_on(table, user)]
    others = light_table.targets_in(table.dossier, user, without=lying)
    return [[item.public_id, f"{item.entry_number} · {item.title}"] for item in others]


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the script asks for; raise Refusal for what is no question."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise not_understood()
    return asked
