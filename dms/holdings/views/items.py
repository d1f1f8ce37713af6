"""An item's page and its old versions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from dms.clearance.policy import Act
from dms.core.refusals import Denied
from dms.journal.services import record

from ..models import ItemState
from ..policy import may_change_item, may_withdraw_item
from ..selectors import decide_item, get_item_for
from ..version_words import words_of
from .dossier import version_context
from .screen import Screen, address_elsewhere, crumb, trail_of_item


class ItemScreen(Screen):
    """What the screens of one item share; `act` is the right they ask for."""

    act = Act.READ
    header_icon = "doc-full"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Fetch the item, or answer as if there were none."""
        self.item = get_item_for(request.user, kwargs["public_id"], self.act)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        return response

    def get_page_title(self) -> str:
        """Return the item's title."""
        return self.item.title

    def crumbs(self) -> list[dict[str, Any]]:
        """Return fonds › series › dossier › item."""
        return trail_of_item(self.item)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the item and what may be done with it."""
        return super().get_context_data(**kwargs) | {"item": self.item, "dossier": self.item.dossier}

    def own_address(self) -> str:
        """Return the item's page."""
        return reverse("holdings:item", args=[self.item.public_id])


class ItemView(ItemScreen):
    """Facts, pages with their states, history."""

    template_name = "holdings/item.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the item and write down that it was looked at (C6)."""
        record("item.read", by=request.user, thing=self.item)
        return self.show()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return pages, versions and acts; what the state forbids comes with its reason."""
        work = decide_item(self.request.user, Act.WORK, self.item)
        change = may_change_item(self.item.state, frozen=self.item.is_frozen)
        withdraw = may_withdraw_item(self.item.state, frozen=self.item.is_frozen)
        return super().get_context_data(**kwargs) | {
            "pages": self._pages(),
            "versions": self._versions(),
            "may_work": bool(work),
            "may_file": bool(work) and self.item.state == ItemState.INTAKE,
            # Rooms above hang their blocks here: each hook gets request and item and returns HTML.
            "blocks": [block(self.request, self.item) for block in hooks.get_hooks("item_block")],
            "change_refused": _reason(change),
            "withdraw_refused": _reason(withdraw),
        }

    def _pages(self) -> list[Any]:
        pages = list(self.item.pages.order_by("position"))
        for page in pages:
            page.url = address_elsewhere("reading:page", page.public_id)
            page.thumbnail_url = address_elsewhere("reading:page_thumbnail", page.public_id)
        return pages

    def _versions(self) -> list[Any]:
        words = words_of(self.item)
        versions = list(self.item.versions.select_related("saved_by").defer("sealed"))
        for version in versions:
            version.in_words = words.labels(version.changed)
            version.url = reverse("holdings:item_version", args=[self.item.public_id, version.version])
        return versions


def _reason(answer: Any) -> str:
    return f"{answer.reason} {answer.remedy}" if isinstance(answer, Denied) else ""


class ItemVersionView(ItemScreen):
    """One version of the entry, readable for ever."""

    template_name = "holdings/version.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the version beside the one before it."""
        context = version_context(self.item, self.item.dossier, self.kwargs["version"])
        return super().get_context_data(**kwargs) | context | {"back_url": self.own_address()}

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the trail to the version."""
        return [*super().crumbs(), crumb(_("Version %(number)s") % {"number": self.kwargs["version"]})]
