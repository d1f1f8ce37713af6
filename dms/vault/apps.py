"""Registers the vault with Django and its checks with the system check framework; does nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    """The room of sealed files."""

    name = "dms.vault"
    label = "vault"
    verbose_name = _("vault")

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401
