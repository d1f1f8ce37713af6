"""Addresses and menu entries of people and departments."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import token_views, views
from .models import PostKind

urls = (
    [
        path("", views.PeopleView.as_view(), name="people"),
        path("new/", views.NewPersonView.as_view(), name="new_person"),
        path("departments/", views.DepartmentsView.as_view(), name="departments"),
        path("departments/<int:pk>/", views.DepartmentsView.as_view(), name="department"),
        path("tokens/", token_views.TokensView.as_view(), name="tokens"),
        path("tokens/everybody/", token_views.EveryTokenView.as_view(), name="every_token"),
        path("tokens/<slug:public_id>/revoke/", token_views.RevokeTokenView.as_view(), name="revoke_token"),
        path("<slug:public_id>/", views.PersonView.as_view(), name="person"),
    ],
    "organisation",
)


class AdministratorsItem(MenuItem):
    """A menu entry that only administrators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the person holds the administrator's post today."""
        return bool(request.user.holds(PostKind.ADMINISTRATOR))  # type: ignore[union-attr]


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Mount the screens under /people/."""
    return [path("people/", include(urls))]


@hooks.register("register_settings_menu_item")
def people_item() -> MenuItem:
    """People and their posts."""
    return AdministratorsItem(_("People"), reverse("organisation:people"), name="people", icon_name="user", order=10)


@hooks.register("register_settings_menu_item")
def departments_item() -> MenuItem:
    """Departments."""
    return AdministratorsItem(
        _("Departments"), reverse("organisation:departments"), name="departments", icon_name="group", order=20
    )


@hooks.register("register_settings_menu_item")
def tokens_item() -> MenuItem:
    """One's own API tokens."""
    return MenuItem(_("API tokens"), reverse("organisation:tokens"), name="tokens", icon_name="key", order=60)


@hooks.register("register_settings_menu_item")
def every_token_item() -> MenuItem:
    """Everybody's API tokens."""
    return AdministratorsItem(
        _("API tokens of everybody"),
        reverse("organisation:every_token"),
        name="every-token",
        icon_name="key",
        order=30,
    )
