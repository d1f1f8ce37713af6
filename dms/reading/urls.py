"""Addresses of the reading room, mounted in the shell under the name `reading`."""

from django.urls import path

from . import views

app_name = "reading"
urlpatterns = [
    path("page/<slug:public_id>/", views.page, name="page"),
    path("page/<slug:public_id>/image/", views.page_image, name="page_image"),
    path("page/<slug:public_id>/thumbnail/", views.page_thumbnail, name="page_thumbnail"),
    path("page/<slug:public_id>/turn/", views.turn, name="turn"),
    path("item/<slug:public_id>/hits/", views.item_hits, name="item_hits"),
    path("item/<slug:public_id>/readers/", views.item_readers, name="item_readers"),
    path("item/<slug:public_id>/pdf/", views.item_pdf, name="item_pdf"),
    path("item/<slug:public_id>/print/", views.item_print, name="item_print"),
    path("volumes/<slug:public_id>/pdf/", views.volume_pdf, name="volume_pdf"),
]
