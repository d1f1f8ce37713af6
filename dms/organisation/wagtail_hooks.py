"""Addresses and menu entries of people and departments."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import views
from .models import PostKind

urls = (
    [
        path("", views.PeopleView.as_view(), name="people"),
        path("new/", views.NewPersonView.as_view(), name="new_person"),
        path("departments/", views.DepartmentsView.as_view(), name="departments"),
        path("departments/<int:pk>/", views.DepartmentsView.as_view(), name="department"),
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
