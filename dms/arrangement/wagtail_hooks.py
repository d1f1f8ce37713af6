"""Mounts the screens and prints of the volumes in the shell, behind its sign-in."""

from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Return the addresses of the screens and of the prints."""
    return [path("", include("dms.arrangement.urls")), path("", include("dms.arrangement.prints.urls"))]
