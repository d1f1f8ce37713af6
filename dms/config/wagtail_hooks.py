"""The shell's menu and looks: what the rooms registered, in the house's order, without what is not the house's."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from dms.organisation.models import PostKind

from . import board_views

registers_menu = Menu(register_hook_name="register_registers_menu_item")

# The shell's own entries that have no meaning here: there are no web pages, images or groups to manage.
NOT_OURS = frozenset({"explorer", "images", "documents", "reports", "help", "snippets"})
NOT_OUR_SETTINGS = frozenset({"collections", "workflows", "workflow-tasks", "users", "groups", "sites", "redirects"})

board_urls = (
    [
        path("", board_views.WorkersView.as_view(), name="workers"),
        path("state/", board_views.state, name="workers_state"),
        path("retry/", board_views.retry, name="workers_retry"),
    ],
    "config",
)


class WorkersItem(MenuItem):
    """A menu entry for those who answer for the work."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the person is an administrator or an archivist today."""
        return any(request.user.holds(kind) for kind in (PostKind.ADMINISTRATOR, PostKind.ARCHIVIST))  # type: ignore[union-attr]


@hooks.register("register_admin_urls")
def board_addresses() -> list[Any]:
    """Mount the screen under /workers/."""
    return [path("workers/", include(board_urls))]


@hooks.register("register_settings_menu_item")
def workers_item() -> MenuItem:
    """How the work stands."""
    return WorkersItem(_("Workers"), reverse("config:workers"), name="workers", icon_name="cogs", order=800)


@hooks.register("register_admin_menu_item")
def search_item() -> MenuItem:
    """Search is the home page."""
    return MenuItem(_("Search"), reverse("wagtailadmin_home"), name="search-home", icon_name="search", order=10)


@hooks.register("register_admin_menu_item")
def registers_item() -> SubmenuMenuItem:
    """Every ledger under one roof."""
    return SubmenuMenuItem(_("Registers"), registers_menu, name="registers", icon_name="list-ul", order=600)


@hooks.register("construct_main_menu")
def leave_out_what_is_not_ours(request: HttpRequest, items: list[Any]) -> None:
    """Take the shell's own content entries out of the menu."""
    items[:] = [item for item in items if item.name not in NOT_OURS]


@hooks.register("construct_settings_menu")
def leave_out_settings_that_are_not_ours(request: HttpRequest, items: list[Any]) -> None:
    """Take the shell's own settings out of the menu."""
    items[:] = [item for item in items if item.name not in NOT_OUR_SETTINGS]


@hooks.register("insert_global_admin_css")
def typography() -> str:
    """Chinese typography and the colours of states, for every screen."""
    return format_html('<link rel="stylesheet" href="{}">', static("config/shell.css"))
