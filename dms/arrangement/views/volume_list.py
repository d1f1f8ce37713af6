"""The list of volumes across dossiers and its export; filters, order and place stand in the address."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from dms.clearance.selectors import facts_of
from dms.core.errors import NotFound
from dms.core.table_files import WRITERS
from dms.holdings.views.screen import Screen

from ..exports import export_volumes
from ..forms import VolumeFilterForm
from ..selectors.listing import VolumeOrder, page_of_volumes

PAGE_SIZE = 50
MOST_PAGES = 2000
LISTS = ("year", "number", "code")


def order_of(asked: QueryDict) -> VolumeOrder:
    """Return the order the address asks for, else by year, the newest first."""
    word = asked.get("sort", "")
    return VolumeOrder(word) if word in LISTS else VolumeOrder.YEAR


class VolumeListView(Screen):
    """Every volume one may read."""

    template_name = "arrangement/volume_list.html"
    header_icon = "list-ol"
    page_title = _("Volumes")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the trail: this list stands beside the dossiers, not below them."""
        return [*self.breadcrumbs_items, {"label": _("Volumes"), "url": ""}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page of the list that the address asks for."""
        response = self.show()
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the page, the filters in force, and the addresses of its neighbours."""
        form = VolumeFilterForm(self.request.GET, user=self.request.user)
        filters, order, number = form.filters(), order_of(self.request.GET), self._number()
        volumes, more = page_of_volumes(self.request.user, filters, order, number=number, size=PAGE_SIZE)
        in_force = [
            {"label": label, "value": value, "url": self._address(without=(name,))}
            for name, label, value in form.in_force()
        ]
        export = self._address()
        return super().get_context_data(**kwargs) | {
            "form": form,
            "volumes": volumes,
            "order": order.value,
            "in_force": in_force,
            "number": number,
            "previous_url": self._address(page=number - 1) if number > 1 else "",
            "next_url": self._address(page=number + 1) if more else "",
            "sort_urls": {one.value: self._address(sort=one.value) for one in VolumeOrder},
            "export_urls": {kind: reverse("arrangement:volume_export", args=[kind]) + export for kind in WRITERS},
            "clear_url": reverse("arrangement:volume_list"),
            # For archivists what waits for them is one step away.
            "shortcuts": self._shortcuts() if facts_of(self.request.user).archivist_of else [],
            "kept": [(name, value) for name, value in self._kept().items() if name == "sort"],
        }

    def _shortcuts(self) -> list[tuple[str | Promise, str]]:
        here = reverse("arrangement:volume_list")
        return [
            (_("ready to close"), f"{here}?what=ready"),
            (_("with requests without reply"), f"{here}?what=unanswered"),
            (_("Proposed relations"), reverse("arrangement:every_proposal")),
        ]

    def _number(self) -> int:
        word = self.request.GET.get("page", "")
        known = word.isascii() and word.isdigit() and len(word) < 6
        return min(max(int(word), 1), MOST_PAGES) if known else 1

    def _kept(self, without: tuple[str, ...] = ()) -> QueryDict:
        kept = self.request.GET.copy()
        for name in ["page", *without, *(name for name, value in kept.items() if value == "")]:
            kept.pop(name, None)
        return kept

    def _address(self, *, without: tuple[str, ...] = (), **place: Any) -> str:
        kept = self._kept(without)
        for name, value in place.items():
            kept[name] = str(value)
        return f"?{kept.urlencode()}"


class VolumeExportView(View):
    """The filtered list as a file."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the file."""
        if kind not in WRITERS:
            raise NotFound
        filters = VolumeFilterForm(request.GET, user=request.user).filters()
        made = export_volumes(kind, user=request.user, filters=filters, order=order_of(request.GET))
        response = HttpResponse(made.content, content_type=made.media_type)
        response["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
        response["Cache-Control"] = "private, no-store"
        return response
