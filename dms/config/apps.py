"""The house's own app: what belongs to no single room; here jobs and gauges that need several are put together."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """Settings, start-up and processes."""

    name = "dms.config"
    label = "config"

    def ready(self) -> None:
        """Register the checks and the jobs that belong to no single room."""
        from dms.core import schedule

        from . import checks, idempotency, scheduler  # noqa: F401

        scheduler.register_jobs()
        schedule.register("api.forget kept answers", idempotency.forget, hours=6)
