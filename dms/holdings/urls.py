"""Addresses of the holdings, mounted in the shell under the name `holdings`."""

from django.urls import path

from .views import (
    bulk,
    configuration,
    dossier,
    dossier_forms,
    dossier_list,
    filing_rules,
    imports,
    item_forms,
    items,
)

app_name = "holdings"
dossiers = [
    path("", dossier_list.DossierListView.as_view(), name="dossier_list"),
    path("export/<slug:kind>/", dossier_list.DossierExportView.as_view(), name="dossier_export"),
    path("many/", bulk.ManyView.as_view(), name="many"),
    path("new/", dossier_forms.ChooseKindView.as_view(), name="new_dossier"),
    path("new/<slug:kind>/", dossier_forms.NewDossierView.as_view(), name="new_dossier_of_kind"),
    path("import/", imports.ImportView.as_view(), name="import"),
    path("import/template/", imports.ImportTemplateView.as_view(), name="import_template"),
    path("import/<slug:public_id>/", imports.ImportPreviewView.as_view(), name="import_preview"),
    path("<slug:public_id>/", dossier.ItemsTab.as_view(), name="dossier"),
    path("<slug:public_id>/facts/", dossier.FactsTab.as_view(), name="dossier_facts"),
    path("<slug:public_id>/facts/<slug:code>/", dossier.ShowPersonalView.as_view(), name="show_personal"),
    path("<slug:public_id>/use/", dossier.UseTab.as_view(), name="dossier_use"),
    path("<slug:public_id>/history/", dossier.HistoryTab.as_view(), name="dossier_history"),
    path("<slug:public_id>/history/<int:version>/", dossier.VersionView.as_view(), name="dossier_version"),
    path("<slug:public_id>/label/", dossier.LabelView.as_view(), name="label"),
    path("<slug:public_id>/edit/", dossier_forms.EditDossierView.as_view(), name="dossier_edit"),
]
the_items = [
    path("<slug:public_id>/", items.ItemView.as_view(), name="item"),
    path("<slug:public_id>/edit/", item_forms.EditItemView.as_view(), name="item_edit"),
    path("<slug:public_id>/move/", item_forms.MoveItemView.as_view(), name="item_move"),
    path("<slug:public_id>/withdraw/", item_forms.WithdrawItemView.as_view(), name="item_withdraw"),
    path("<slug:public_id>/file/", item_forms.FileItemView.as_view(), name="item_file"),
    path("<slug:public_id>/history/<int:version>/", items.ItemVersionView.as_view(), name="item_version"),
]
settings = [
    path("series/", configuration.SeriesView.as_view(), name="series"),
    path("series/<slug:public_id>/", configuration.SeriesView.as_view(), name="series_branch"),
    path("kinds/", configuration.KindsView.as_view(), name="kinds"),
    path("kinds/new/", configuration.KindView.as_view(), name="new_kind"),
    path("kinds/<slug:public_id>/", configuration.KindView.as_view(), name="kind"),
    path("document-types/", filing_rules.DocumentTypesView.as_view(), name="document_types"),
    path("document-types/<slug:public_id>/", filing_rules.DocumentTypesView.as_view(), name="document_type"),
    path("retention-periods/", filing_rules.RetentionPeriodsView.as_view(), name="retention_periods"),
    path("retention-periods/<slug:code>/", filing_rules.RetentionPeriodsView.as_view(), name="retention_period"),
]
