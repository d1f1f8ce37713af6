"""Mounts the recogniser's screens in the shell and puts *To check* into its menu, for those who may correct."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .selectors import may_correct_anything


class ToCheckItem(MenuItem):
    """Absent for people who correct nothing."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether there is any dossier this person works on."""
        user: Any = request.user
        return may_correct_anything(user)


@hooks.register("register_admin_urls")
def recognition_urls() -> list[URLResolver]:
    """Return the addresses of the recogniser's screens."""
    return [path("", include("ocr.urls"))]


@hooks.register("register_admin_menu_item")
def to_check_item() -> MenuItem:
    """The list of doubtful texts, beside Scan & intake."""
    return ToCheckItem(_("To check"), reverse("ocr:to_check"), name="to-check", icon_name="clipboard-list", order=310)
