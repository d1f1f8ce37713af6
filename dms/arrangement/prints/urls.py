"""Addresses of the prints, mounted in the shell under the name `prints`."""

from django.urls import path

from . import views

app_name = "prints"
urlpatterns = [
    path("volumes/<slug:public_id>/print/<slug:form>/", views.volume_print, name="volume"),
    path("volumes/print/year/<int:year>/", views.year_volumes, name="year"),
    path("dossiers/<slug:public_id>/print/label/", views.dossier_label, name="label"),
    path("dossiers/<slug:public_id>/print/volumes/", views.dossier_volumes, name="dossier_volumes"),
]
