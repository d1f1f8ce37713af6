"""Addresses and menu entry of Scan & intake."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from dms.clearance.policy import Act
from dms.holdings.selectors import may_anywhere

from . import views

urls = (
    [
        path("", views.BatchListView.as_view(), name="batches"),
        path("new/", views.NewBatchView.as_view(), name="new_batch"),
        path("dossiers/", views.DossierChoicesView.as_view(), name="dossier_choices"),
        path("files/<slug:public_id>/<slug:act>/", views.FileActView.as_view(), name="file_act"),
        path("<slug:public_id>/", views.BatchView.as_view(), name="batch"),
        path("<slug:public_id>/state/", views.BatchStateView.as_view(), name="batch_state"),
        path("<slug:public_id>/upload/", views.upload, name="upload"),
        path("<slug:public_id>/file/", views.FileBatchView.as_view(), name="file_batch"),
    ],
    "intake",
)


class IntakeItem(MenuItem):
    """Shown to whoever may work on some dossier."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether there is a dossier this person may fill."""
        return may_anywhere(request.user, Act.WORK)


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Mount the screens under /intake/."""
    return [path("intake/", include(urls))]


@hooks.register("register_admin_menu_item")
def intake_item() -> MenuItem:
    """Scan & intake."""
    return IntakeItem(_("Scan & intake"), reverse("intake:batches"), name="intake", icon_name="upload", order=300)
