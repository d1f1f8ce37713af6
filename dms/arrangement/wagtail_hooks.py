"""Mounts the screens and prints of the volumes in the shell, behind its sign-in."""

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from dms.holdings.models import Item

from .views.relations import block_of


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Return the addresses of the screens and of the prints."""
    return [path("", include("dms.arrangement.urls")), path("", include("dms.arrangement.prints.urls"))]


@hooks.register("item_block")
def belongs_together(request: HttpRequest, item: Item) -> SafeString:
    """The block *Belongs together* on an item's page."""
    return block_of(request, item)


@hooks.register("register_admin_menu_item")
def volumes_item() -> MenuItem:
    """The list of volumes, below the dossiers."""
    return MenuItem(_("Volumes"), reverse("arrangement:volume_list"), name="volumes", icon_name="list-ol", order=210)
