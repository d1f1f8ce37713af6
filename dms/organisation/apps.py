"""The room among the installed apps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """The room of people and posts."""

    name = "dms.organisation"
    label = "organisation"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        """Listen to who signs in, and tell the journal what the acts on tokens are called."""
        from dms.journal import words

        from . import receivers  # noqa: F401

        words.announce(
            actions={"token.made": _("API token made"), "token.revoked": _("API token revoked")},
            facts={"until": _("until"), "writes": _("may change things")},
        )
