"""The journal's place among the installed apps."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

UNSEALED_ALARM_SECONDS = 60


class JournalConfig(AppConfig):
    """The room of the journal."""

    name = "dms.journal"
    label = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        """Put guards back after migrations (SQLite drops them as it remakes a table); seal and anchor by the clock."""
        from dms.core import schedule, work

        from . import sealing

        post_migrate.connect(stand_guard, sender=self)
        schedule.register("journal.seal", sealing.seal_waiting, seconds=5)
        schedule.register("journal.seal latecomers", sealing.seal_all, hours=1)
        schedule.register("journal.anchor", sealing.anchor_head, "cron", hour=0, minute=5)
        work.register_gauge(
            "journal.unsealed for a minute",
            lambda: sealing.unsealed_older_than(UNSEALED_ALARM_SECONDS),
            unsealed_alarm,
        )


def unsealed_alarm(count: int) -> str:
    """Return what is wrong where entries stay unsealed (C6)."""
    said = gettext("%(count)s entries wait for their seal; is the scheduler running?")
    return said % {"count": count} if count else ""


def stand_guard(using: str, **kwargs: Any) -> None:
    """Install the triggers on the database that was migrated."""
    from .guards import GUARDED, install

    if set(GUARDED) <= set(connections[using].introspection.table_names()):
        install(connections[using])
