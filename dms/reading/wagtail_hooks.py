"""Mounts the reading room in the shell, behind its sign-in, and brings the icons it needs."""

from django.urls import URLResolver, include, path
from wagtail import hooks

ICONS = ("fit", "full-screen", "hit-next", "hit-previous", "panel", "print", "turn-keep", "zoom-in", "zoom-out")


@hooks.register("register_admin_urls")
def reading_urls() -> list[URLResolver]:
    """Return the addresses of the reading room."""
    return [path("", include("dms.reading.urls"))]


@hooks.register("register_icons")
def reading_icons(icons: list[str]) -> list[str]:
    """Add the viewer's icons to the shell's."""
    return [*icons, *(f"reading/icons/{name}.svg" for name in ICONS)]
