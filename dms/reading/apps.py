"""The app's name and place. Nothing is decided here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadingConfig(AppConfig):
    """The reading room."""

    name = "dms.reading"
    label = "reading"
    verbose_name = _("Reading")
