"""Addresses of the journal's screens inside the shell."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("journal/", views.JournalView.as_view(), name="journal"),
    path("journal/<int:entry_id>/", views.EntryView.as_view(), name="journal_entry"),
    re_path(r"^journal/export\.(?P<file_format>csv|xlsx)$", views.ExportView.as_view(), name="journal_export"),
]
