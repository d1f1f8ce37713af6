"""The room of intake among the installed apps: what it does by itself, and by the clock."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """The room of intake."""

    name = "dms.intake"
    label = "intake"
    verbose_name = _("Intake")

    def ready(self) -> None:
        """Tell the workers of the splitting step and the scheduler of the sweep."""
        from dms.core import schedule, work

        from . import selectors, tasks

        work.register(work.Step("intake.split", 10, tasks.split_next, selectors.waiting_for_split))
        schedule.register("intake.sweep", tasks.sweep, "cron", hour=3, minute=40)
