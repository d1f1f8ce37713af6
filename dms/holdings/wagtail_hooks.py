"""Addresses and menu entries of the holdings."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from dms.organisation.models import PostKind

from . import urls


class AdministratorsItem(MenuItem):
    """A menu entry that only administrators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the person holds the administrator's post today."""
        return bool(request.user.holds(PostKind.ADMINISTRATOR))  # type: ignore[union-attr]


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Mount the screens under /dossiers/, /items/ and /configuration/, all in one namespace."""
    rooms = [
        path("dossiers/", include(urls.dossiers)),
        path("items/", include(urls.the_items)),
        path("configuration/", include(urls.settings)),
    ]
    return [path("", include((rooms, urls.app_name)))]


@hooks.register("register_admin_menu_item")
def dossiers_item() -> MenuItem:
    """The list of dossiers."""
    return MenuItem(
        _("Dossiers"), reverse("holdings:dossier_list"), name="dossiers", icon_name="folder-open-inverse", order=200
    )


@hooks.register("register_settings_menu_item")
def kinds_item() -> MenuItem:
    """Dossier kinds with their sections and own fields."""
    return AdministratorsItem(
        _("Dossier kinds"), reverse("holdings:kinds"), name="dossier-kinds", icon_name="form", order=40
    )


@hooks.register("register_settings_menu_item")
def series_item() -> MenuItem:
    """The classification scheme."""
    return AdministratorsItem(_("Series"), reverse("holdings:series"), name="series", icon_name="folder", order=50)


@hooks.register("register_settings_menu_item")
def document_types_item() -> MenuItem:
    """Document types and the filing year each tells."""
    return AdministratorsItem(
        _("Document types"), reverse("holdings:document_types"), name="document-types", icon_name="list-ul", order=60
    )


@hooks.register("register_settings_menu_item")
def retention_periods_item() -> MenuItem:
    """How long papers are kept."""
    return AdministratorsItem(
        _("Retention periods"),
        reverse("holdings:retention_periods"),
        name="retention-periods",
        icon_name="history",
        order=70,
    )
