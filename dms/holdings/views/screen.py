"""What the screens of the holdings share: the shell's furniture, the trail of names above, addresses of other rooms."""

from typing import Any

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from ..models import Dossier, Item

Crumb = dict[str, Any]
INVALID = 422


class Screen(WagtailAdminTemplateMixin, TemplateView):
    """A page of the shell. Refusals raised in it are answered by the middleware, in words."""

    header_icon = "folder-open-inverse"
    page_title: str | Promise = _("Dossiers")

    def crumbs(self) -> list[Crumb]:
        """Return the steps between *Dossiers* and this screen, this screen included."""
        return []

    def get_breadcrumbs_items(self) -> list[Crumb]:
        """Return the whole trail; the last step is where one is."""
        trail = [*self.breadcrumbs_items, crumb(_("Dossiers"), reverse("holdings:dossier_list")), *self.crumbs()]
        return [*trail[:-1], trail[-1] | {"url": ""}]

    def show(self, *, status: int = 200, **context: Any) -> HttpResponse:
        """Render the screen with `context`."""
        return self.render_to_response(self.get_context_data(**context), status=status)


def crumb(label: Any, url: str = "") -> Crumb:
    """Return one step of the trail."""
    return {"label": label, "url": url}


def trail_of(dossier: Dossier) -> list[Crumb]:
    """Return fonds › series › dossier; each leads to the list narrowed to it."""
    home = reverse("holdings:dossier_list")
    return [
        crumb(dossier.fonds, home),
        crumb(dossier.series, f"{home}?series={dossier.series.public_id}"),
        crumb(f"{dossier.number} {dossier.name}", reverse("holdings:dossier", args=[dossier.public_id])),
    ]


def trail_of_item(item: Item) -> list[Crumb]:
    """Return fonds › series › dossier › item."""
    return [*trail_of(item.dossier), crumb(item.title, reverse("holdings:item", args=[item.public_id]))]


def address_elsewhere(name: str, *args: Any, query: str = "") -> str:
    """Return the address of a screen of a room above, "" where that room is not installed."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""
