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
        work.register_gauge("intake.unplaced", selectors.unplaced_count)
        schedule.register("intake.sweep", tasks.sweep, "cron", hour=3, minute=40)
        _announce_words()


def _announce_words() -> None:
    """Tell the journal what the acts of receiving, of the light table and of the check of scans are called."""
    from dms.journal import words

    words.announce(
        actions={
            "batch.check_overridden": _("Batch filed against its check"),
            "batch.rescans_exported": _("List of rescans exported"),
            "batch.sample_drawn": _("Sample of scans drawn"),
            "file.unpacked": _("ZIP unpacked"),
            "item.merged": _("Items merged"),
            "page.checked": _("Scan of a page checked"),
            "page.image_restored": _("Former image of a page restored"),
            "page.marked": _("Page marked blank or not blank"),
            "pages.gathered": _("Pages gathered into an item"),
            "pages.moved": _("Pages moved"),
            "pages.removed": _("Pages removed"),
            "scan.discarded": _("Unplaced scan discarded"),
            "scan.placed": _("Unplaced scan placed"),
            "scan.unplaced": _("Scan that found no dossier kept"),
            "table.undone": _("Step at the light table undone"),
            "upload.begun": _("Upload of a large file begun"),
            "upload.given_up": _("Upload of a large file given up"),
        },
        facts={
            "act": _("step"),
            "entries": _("files inside"),
            "items": _("items"),
            "mark": _("marked as"),
            "whole": _("pages in all"),
            "percent": _("percent"),
            "reasons": _("reasons"),
            "skipped": _("passed over"),
            "verdict": _("verdict"),
        },
    )
