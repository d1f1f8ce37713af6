"""Mounts the search in the shell, behind its sign-in. The menu entry is the home page's."""

from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Return the addresses of the search."""
    return [path("", include("search.urls"))]
