"""Addresses: our home and account screens, then everything the rooms register in the shell."""

from django.urls import include, path
from django.views.i18n import set_language
from wagtail.admin import urls as shell_urls
from wagtail.admin.auth import require_admin_access

from . import api, views

handler500 = "dms.config.outage.failed"

urlpatterns = [
    path("api/v1/", api.addresses()),
    path("language/", set_language, name="set_language"),
    # Before the shell's own, so that these answer under its names.
    path("", require_admin_access(views.HomeView.as_view()), name="wagtailadmin_home"),
    path("account/", require_admin_access(views.AccountView.as_view()), name="wagtailadmin_account"),
    path("login/", views.SignInView.as_view(), name="wagtailadmin_login"),
    path("", include(shell_urls)),
]
