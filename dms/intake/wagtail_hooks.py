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
from .views import check_sheet, light_table

UPLOAD = "<slug:public_id>/uploads/<slug:upload_id>"


def light_tables(where: str, scope: str) -> list[Any]:
    """Return the addresses of the light table of a batch or of an item."""
    return [
        path(where, light_table.LightTableView.as_view(scope=scope), name=f"{scope}_table"),
        path(f"{where}state/", light_table.TableStateView.as_view(scope=scope), name=f"{scope}_table_state"),
        path(f"{where}act/", light_table.TableActView.as_view(scope=scope), name=f"{scope}_table_act"),
        path(f"{where}rescan/", light_table.TableRescanView.as_view(scope=scope), name=f"{scope}_table_rescan"),
    ]


urls = (
    [
        path("", views.BatchListView.as_view(), name="batches"),
        path("new/", views.NewBatchView.as_view(), name="new_batch"),
        path("dossiers/", views.DossierChoicesView.as_view(), name="dossier_choices"),
        path("unplaced/", views.UnplacedView.as_view(), name="unplaced"),
        path("files/<slug:public_id>/<slug:act>/", views.FileActView.as_view(), name="file_act"),
        path("<slug:public_id>/", views.BatchView.as_view(), name="batch"),
        path("<slug:public_id>/state/", views.BatchStateView.as_view(), name="batch_state"),
        path("<slug:public_id>/upload/", views.upload, name="upload"),
        path("<slug:public_id>/uploads/", views.BeginUploadView.as_view(), name="uploads"),
        path(f"{UPLOAD}/<int:number>/", views.PieceView.as_view(), name="piece"),
        path(f"{UPLOAD}/finish/", views.FinishUploadView.as_view(), name="finish_upload"),
        path(f"{UPLOAD}/remove/", views.GiveUpUploadView.as_view(), name="give_up_upload"),
        path("<slug:public_id>/file/", views.FileBatchView.as_view(), name="file_batch"),
        *light_tables("<slug:public_id>/light-table/", "batch"),
        *light_tables("items/<slug:public_id>/light-table/", "item"),
        path("<slug:public_id>/check/", check_sheet.CheckSheetView.as_view(), name="check_sheet"),
        path("<slug:public_id>/check/draw/", check_sheet.DrawSampleView.as_view(), name="draw_sample"),
        path("<slug:public_id>/check/judge/", check_sheet.JudgeView.as_view(), name="judge"),
        path("<slug:public_id>/check/rescans/", check_sheet.RescanListView.as_view(), name="rescans"),
        path(
            "<slug:public_id>/check/rescans/<slug:kind>/", check_sheet.RescanExportView.as_view(), name="rescan_export"
        ),
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
