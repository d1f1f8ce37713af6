"""Addresses of the volumes' screens, mounted in the shell under the name `arrangement`."""

from django.urls import path

from .views import dossier, item_place, volume

app_name = "arrangement"
urlpatterns = [
    path("dossiers/<slug:public_id>/volumes/", dossier.VolumesTab.as_view(), name="dossier_volumes"),
    path("volumes/<slug:public_id>/", volume.VolumeView.as_view(), name="volume"),
    path("items/<slug:public_id>/place/", item_place.ItemPlaceView.as_view(), name="item_place"),
]
