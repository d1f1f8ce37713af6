"""How well pages were scanned (numbers), and what people found when they looked (A17). Written by services only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.holdings.models import Capture, Page

from .batches import ScanBatch


class CaptureMeasures(models.Model):
    """The scan's measures of one image, as files/pages.py says; the policy turns them into findings."""

    capture = models.OneToOneField(Capture, models.PROTECT, related_name="measures")
    lean = models.SmallIntegerField(null=True)
    paper = models.PositiveSmallIntegerField()
    ink = models.PositiveSmallIntegerField(null=True)
    ink_share = models.PositiveSmallIntegerField()
    rim_share = models.PositiveSmallIntegerField()
    cut_top = models.PositiveSmallIntegerField()
    cut_right = models.PositiveSmallIntegerField()
    cut_bottom = models.PositiveSmallIntegerField()
    cut_left = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"measures of {self.capture_id}"


class CheckSheet(models.Model):
    """The check sheet of a batch: which share of its pages was drawn, and whether filing was allowed all the same."""

    batch = models.OneToOneField(ScanBatch, models.PROTECT, related_name="check_sheet")
    percent = models.PositiveSmallIntegerField(_("share of pages drawn, in percent"))
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn at"))
    overridden_because = models.CharField(_("filed all the same because"), max_length=300, blank=True)
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    overridden_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("check sheet")
        verbose_name_plural = _("check sheets")
        constraints = (
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="sheet_draws_some_pages"),
            models.CheckConstraint(
                condition=Q(overridden_because="") | Q(overridden_by__isnull=False, overridden_at__isnull=False),
                name="overriding_is_somebodys",
            ),
        )

    def __str__(self) -> str:
        return f"check sheet of {self.batch_id}"


class Drawn(models.TextChoices):
    """Why a page stands on the check sheet."""

    SAMPLED = "sampled", _("drawn by lot")
    NOTICED = "noticed", _("noticed by its measures")
    NAMED = "named", _("named by somebody")


class Verdict(models.TextChoices):
    """What was found when somebody looked."""

    OPEN = "", _("not looked at yet")
    GOOD = "good", _("good")
    RESCAN = "rescan", _("to be rescanned")


class CheckedPage(models.Model):
    """One page of a check sheet with the verdict on one image of it; a newer image closes a finding."""

    sheet = models.ForeignKey(CheckSheet, models.PROTECT, related_name="pages")
    page = models.ForeignKey(Page, models.PROTECT, related_name="checks")
    drawn = models.CharField(max_length=8, choices=Drawn.choices)
    verdict = models.CharField(max_length=6, choices=Verdict.choices, default=Verdict.OPEN, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    capture_version = models.PositiveSmallIntegerField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("sheet", "pk")
        constraints = (
            models.UniqueConstraint(fields=("sheet", "page"), name="page_once_on_a_check_sheet"),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(decided_by__isnull=False, decided_at__isnull=False, capture_version__gte=1),
                name="verdict_is_somebodys",
            ),
        )

    def __str__(self) -> str:
        return f"{self.page_id}: {self.verdict}"
