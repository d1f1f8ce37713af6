"""Registers the vault with Django and its checks with the system check framework; does nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    """The room of sealed files."""

    name = "dms.vault"
    label = "vault"
    verbose_name = _("vault")

    def ready(self) -> None:
        """Register the system checks, and what must be finished and set right by the clock."""
        from dms.core import schedule

        from . import checks, services  # noqa: F401

        schedule.register("vault.finish destructions", services.finish_destructions, minutes=10)
        schedule.register("vault.reconcile replicas", services.reconcile_replicas, hours=1)
        schedule.register("vault.sweep orphans", sweep_a_day_old, "cron", hour=3, minute=50)


def sweep_a_day_old() -> None:
    """Remove what a crash left behind; a day is far longer than any upload takes from its file to its row."""
    from datetime import timedelta

    from .sweeping import sweep_orphans

    sweep_orphans(timedelta(days=1))
