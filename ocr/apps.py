"""The recogniser's app: its step among the workers' work, and what `status` should say about it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    """Texts of scanned pages."""

    name = "ocr"
    verbose_name = _("Recognition")

    def ready(self) -> None:
        """Register the step and the gauge."""
        from dms.core.work import register, register_gauge

        from .selectors import count_failed
        from .tasks import step

        register(step())
        register_gauge("pages that could not be read", count_failed)
