"""Dossiers, their names over time, own fields, old versions and grants."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import AbstractGrant, Level, SecurityClass
from dms.core.identifiers import new_public_id
from dms.organisation.models import Department, Fonds

from .kinds import DossierKind, FieldDefinition
from .series import Series

# What the dossier list is filtered by besides what its branches fix; after the key, which ends with the id.
FILTERED = ("id", "state", "kind", "series", "level", "opened_on", "responsible")


class DossierState(models.TextChoices):
    """Where a dossier is in its life."""

    OPEN = "open", _("open")
    DEPARTED = "departed", _("departed")
    CLOSED = "closed", _("closed")


class Dossier(models.Model):
    """Everything about one customer, tenant, dealer or loan project (档案·户, A1); its number never changes."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    # db_index=False: the indexes below begin with these columns; a second one only misleads the planner.
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="dossiers", verbose_name=_("fonds"), db_index=False)
    series = models.ForeignKey(Series, models.PROTECT, related_name="dossiers", verbose_name=_("series"))
    kind = models.ForeignKey(DossierKind, models.PROTECT, related_name="dossiers", verbose_name=_("dossier kind"))
    number = models.CharField(_("number"), max_length=80, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("The name the customer has today."))
    name_sort = models.CharField(max_length=600, editable=False, db_index=False)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="dossiers", verbose_name=_("department"), db_index=False
    )
    classification = models.ForeignKey(
        SecurityClass, models.PROTECT, related_name="+", verbose_name=_("security classification"), db_index=False
    )
    level = models.CharField(_("level"), max_length=12, choices=Level.choices, default=Level.DEPARTMENT)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dossiers",
        verbose_name=_("responsible person"),
        db_index=False,
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    opened_on = models.DateField(_("opened on"))
    state = models.CharField(_("state"), max_length=10, choices=DossierState.choices, default=DossierState.OPEN)
    fields = models.JSONField(_("own fields"), default=dict, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True, editable=False)
    sealing_key = models.UUIDField(editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_at = models.DateTimeField(_("changed at"), editable=False)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        constraints = (models.UniqueConstraint(fields=("fonds", "number"), name="dossier_number_unique_in_fonds"),)
        # One index for each branch of the rights, in each order of the list (see listing.py): every index stands first
        # on what a branch fixes to one value, then on the order, so that a page is read and never sorted. What the list
        # is filtered by comes last: a filter that few rows meet is then looked up in the index, not in every row.
        indexes = (
            models.Index(fields=("fonds", "classification", "number", *FILTERED), name="dossier_fonds_number"),
            models.Index(
                fields=("fonds", "classification", "name_sort", "number", *FILTERED), name="dossier_fonds_name"
            ),
            models.Index(fields=("fonds", "level", "number"), name="dossier_level_number"),
            models.Index(fields=("fonds", "level", "name_sort", "number"), name="dossier_level_name"),
            models.Index(fields=("department", "classification", "number", *FILTERED), name="dossier_dept_number"),
            models.Index(
                fields=("department", "classification", "name_sort", "number", *FILTERED), name="dossier_dept_name"
            ),
            models.Index(fields=("responsible", "number"), name="dossier_resp_number"),
            models.Index(fields=("responsible", "name_sort", "number"), name="dossier_resp_name"),
            models.Index(fields=("unit",), condition=~Q(unit=""), name="dossier_unit"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def journal_label(self) -> str:
        return self.number


class DossierName(models.Model):
    """A name the customer had, from a day until a day (A13); old names go on finding."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="names")
    name = models.CharField(_("name"), max_length=120)
    from_day = models.DateField(_("from"))
    until_day = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("name of a dossier")
        verbose_name_plural = _("names of a dossier")
        ordering = ("-from_day", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",), condition=Q(until_day__isnull=True), name="dossier_has_one_name_today"
            ),
        )
        indexes = (models.Index(fields=("name",), name="dossiername_name"),)

    def __str__(self) -> str:
        return self.name


class PersonalValue(models.Model):
    """The value of a personal field: sealed under the dossier's key; found only exactly, by its blind index (D1)."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="personal_values")
    definition = models.ForeignKey(FieldDefinition, models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    blind_index = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dossier", "definition"), name="personal_value_once_a_dossier"),)

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.definition_id}"  # never the value


class SealedVersion(models.Model):
    """A former state of a record, sealed under its dossier's key; written once, readable for ever (A12 A13)."""

    version = models.PositiveIntegerField(_("version"))
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed = models.JSONField(_("what changed"), default=list)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    sealed = models.BinaryField()

    class Meta:
        abstract = True
        ordering: ClassVar[tuple[str, ...]] = ("-version",)

    def __str__(self) -> str:
        return f"v{self.version}"


class DossierVersion(SealedVersion):
    """A version of a dossier's facts, the present one included."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="versions")

    class Meta(SealedVersion.Meta):
        constraints = (models.UniqueConstraint(fields=("dossier", "version"), name="dossier_version_once"),)


class DossierGrant(AbstractGrant):
    """A grant on one dossier and all that is in it."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="grants")

    class Meta(AbstractGrant.Meta):
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        indexes = (models.Index(fields=("reader", "ends_at"), name="dossiergrant_reader"),)
