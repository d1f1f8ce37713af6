"""Addresses of the volumes' screens, mounted in the shell under the name `arrangement`."""

from django.urls import path

from .views import dossier, imports, item_place, proposals, relations, volume, volume_list

app_name = "arrangement"
urlpatterns = [
    path("dossiers/<slug:public_id>/volumes/", dossier.VolumesTab.as_view(), name="dossier_volumes"),
    path("dossiers/<slug:public_id>/proposals/", proposals.DossierProposalsView.as_view(), name="proposals"),
    path("dossiers/<slug:public_id>/items/import/", imports.ImportView.as_view(), name="import"),
    path("dossiers/<slug:public_id>/items/import/template/", imports.TemplateView.as_view(), name="import_template"),
    path("dossiers/<slug:public_id>/items/import/<slug:draft>/", imports.PreviewView.as_view(), name="import_preview"),
    path("proposals/", proposals.EveryProposalView.as_view(), name="every_proposal"),
    path("volumes/", volume_list.VolumeListView.as_view(), name="volume_list"),
    path("volumes/export/<slug:kind>/", volume_list.VolumeExportView.as_view(), name="volume_export"),
    path("volumes/<slug:public_id>/", volume.VolumeView.as_view(), name="volume"),
    path("items/<slug:public_id>/place/", item_place.ItemPlaceView.as_view(), name="item_place"),
    path("items/<slug:public_id>/relations/", relations.RelationsView.as_view(), name="item_relations"),
]
