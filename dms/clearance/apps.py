"""The room among the installed apps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClearanceConfig(AppConfig):
    """The room of who may see what."""

    name = "dms.clearance"
    label = "clearance"
    verbose_name = _("Clearance")
