"""Addresses of the recogniser's screens, mounted in the shell under the name `ocr`."""

from django.urls import path

from . import views

app_name = "ocr"
urlpatterns = [
    path("to-check/", views.ToCheckView.as_view(), name="to_check"),
    path("page/<slug:public_id>/text/", views.CorrectView.as_view(), name="correct"),
    path("page/<slug:public_id>/text/checked/", views.checked, name="checked"),
    path("page/<slug:public_id>/text/again/", views.read_again, name="read_again"),
    path("page/<slug:public_id>/text/<int:version>/", views.OldTextView.as_view(), name="old_text"),
]
