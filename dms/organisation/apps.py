"""The room among the installed apps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """The room of people and posts."""

    name = "dms.organisation"
    label = "organisation"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        """Listen to who signs in."""
        from . import receivers  # noqa: F401
