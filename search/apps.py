"""The search's app: its step among the workers' work, and what `status` should say about it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Finding words on pages."""

    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Register the step and the gauge."""
        from dms.core.work import register, register_gauge

        from .indexing import pages_not_indexed
        from .tasks import step

        register(step())
        register_gauge("pages not yet indexed", pages_not_indexed)
