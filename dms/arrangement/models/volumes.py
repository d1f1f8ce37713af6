"""Volumes (案卷) and what is bound in them (A7 A9 A10 A11). Triggers stand behind both: see guards.py."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dms.clearance.models import SecurityClass
from dms.core.identifiers import new_public_id
from dms.holdings.models import Dossier, Item, RetentionPeriod
from dms.organisation.models import Fonds


class VolumeState(models.TextChoices):
    """Where a volume is in its life."""

    OPEN = "open", pgettext_lazy("of a volume", "open")
    TO_CONFIRM = "to_confirm", _("closing to be confirmed")
    CLOSED = "closed", pgettext_lazy("of a volume", "closed")


class VolumeQuerySet(models.QuerySet[Any]):
    """Volumes by their state and place."""

    def settled(self) -> "VolumeQuerySet":
        """Those that are no longer cut: closed, or waiting for the second person."""
        return self.exclude(state=VolumeState.OPEN)

    def in_order(self) -> "VolumeQuerySet":
        """As they stand: by year, ordinary ones first, then by retention period (the longer first) and part."""
        return self.order_by(
            "filing_year",
            F("classification__rank").asc(nulls_first=True),
            F("retention__years").desc(nulls_first=True),
            "retention__code",
            "part",
        )


class Volume(models.Model):
    """Papers of one dossier, one year and one retention period, bound together (A9).

    `classification` is set where a class demands volumes of its own. `rank` is the highest classification of what is
    in it: who may know of the volume. Number and code are given when it is closed, and kept for ever.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+", editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="volumes", verbose_name=_("dossier"))
    filing_year = models.PositiveSmallIntegerField(_("filing year"))
    retention = models.ForeignKey(RetentionPeriod, models.PROTECT, related_name="+", verbose_name=_("retention period"))
    classification = models.ForeignKey(
        SecurityClass, models.PROTECT, null=True, related_name="+", verbose_name=_("security classification")
    )
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=VolumeState.choices, default=VolumeState.OPEN)
    rank = models.PositiveSmallIntegerField(default=0, editable=False)
    sheets = models.PositiveIntegerField(_("sheets"), default=0)
    last_page = models.PositiveIntegerField(_("pages numbered"), default=0)
    over_long = models.BooleanField(_("above the limit, as what belongs together is never cut"), default=False)
    number = models.PositiveIntegerField(_("volume number"), null=True, editable=False)
    reference_code = models.CharField(_("reference code"), max_length=80, blank=True, editable=False)
    remarks = models.TextField(_("remarks of the note sheet"), blank=True)
    confirmed_checks = models.JSONField(_("confirmed at closing"), default=list, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("compiler")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checker")
    )
    checked_at = models.DateTimeField(_("checked at"), null=True)

    objects = VolumeQuerySet.as_manager()

    class Meta:
        verbose_name = _("volume")
        verbose_name_plural = _("volumes")
        constraints = (
            models.UniqueConstraint(
                fields=("dossier", "filing_year", "retention", "classification", "part"), name="volume_part_once"
            ),
            models.UniqueConstraint(
                fields=("dossier", "filing_year", "retention", "part"),
                condition=Q(classification__isnull=True),
                name="ordinary_volume_part_once",
            ),
            models.UniqueConstraint(
                fields=("fonds", "reference_code"), condition=~Q(reference_code=""), name="volume_code_once"
            ),
            models.CheckConstraint(condition=Q(part__gte=1), name="volume_parts_from_one"),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (Q(closed_at__isnull=False, number__isnull=False) & ~Q(reference_code="")),
                name="closed_volume_has_its_code",
            ),
        )
        indexes = (models.Index(fields=("dossier", "filing_year"), name="volume_dossier_year"),)

    def __str__(self) -> str:
        return self.journal_label

    @property
    def journal_label(self) -> str:
        return self.reference_code or f"{self.dossier.number}/{self.filing_year}/{self.part}"

    @property
    def is_open(self) -> bool:
        """Return whether the rules still arrange it."""
        return bool(self.state == VolumeState.OPEN)


class Binding(models.Model):
    """An item at its place in a volume. It carries the year itself: the database refuses another than the volume's.

    `number` of the item in its volume, None for a row below another (`under`). Pages None: no side has writing.
    """

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="bindings")
    item = models.OneToOneField(Item, models.PROTECT, related_name="binding")
    filing_year = models.PositiveSmallIntegerField(_("filing year"))
    order = models.PositiveIntegerField(_("place"))
    number = models.PositiveIntegerField(_("item number"), null=True)
    under = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    first_page = models.PositiveIntegerField(_("first page"), null=True)
    last_page = models.PositiveIntegerField(_("last page"), null=True)
    because = models.CharField(_("why this year"), max_length=16)
    because_of = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("bound item")
        verbose_name_plural = _("bound items")
        ordering = ("volume", "order")
        constraints = (
            models.UniqueConstraint(fields=("volume", "order"), name="binding_place_once"),
            models.UniqueConstraint(fields=("volume", "number"), name="binding_number_once"),
            models.CheckConstraint(
                condition=Q(first_page__isnull=True, last_page__isnull=True)
                | Q(first_page__gte=1, last_page__gte=models.F("first_page")),
                name="binding_pages_run_on",
            ),
        )

    def __str__(self) -> str:
        return f"{self.volume_id}/{self.order}"
