"""Addresses of the search, mounted in the shell under the name `search`."""

from django.urls import path

from . import views

app_name = "search"
urlpatterns = [
    path("search/", views.ResultsView.as_view(), name="results"),
    path("search/offers/", views.OffersView.as_view(), name="offers"),
    path("search/export/<slug:kind>/", views.ExportView.as_view(), name="export"),
]
