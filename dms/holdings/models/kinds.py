"""Dossier kinds with their sections and own fields (A1 A2): configuration, edited in the shell, never code."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import Level, SecurityClass
from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds, Named

from .filing import PaperOrder, RetentionPeriod, YearRules


class DossierKind(Named):
    """What a dossier is about: an individual, a company, a tenant, a loan project … (档案类型)."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="dossier_kinds", verbose_name=_("fonds"))
    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    code = models.SlugField(_("code"), max_length=20)
    number_pattern = models.CharField(
        _("number pattern"),
        max_length=80,
        default="{kind}-{year}-{seq:4}",
        help_text=_("Made of text and {fonds}, {kind}, {department}, {year}, {seq} or {seq:4} (padded to 4 digits)."),
    )
    has_unit = models.BooleanField(
        _("has unit and floor"), default=False, help_text=_("The customer is a unit of a building (A1).")
    )
    default_classification = models.ForeignKey(
        SecurityClass, models.PROTECT, verbose_name=_("classification of new dossiers"), related_name="+"
    )
    default_level = models.CharField(
        _("level of new dossiers"), max_length=12, choices=Level.choices, default=Level.DEPARTMENT
    )
    year_rules = models.CharField(
        _("rules of the filing year"), max_length=6, choices=YearRules.choices, default=YearRules.R10
    )
    paper_order = models.CharField(
        _("order of papers"), max_length=10, choices=PaperOrder.choices, default=PaperOrder.OLDEST
    )
    retention = models.ForeignKey(
        RetentionPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("retention period"),
        help_text=_("Where neither section nor document type say anything; left empty: permanent."),
    )
    sheets_per_volume = models.PositiveSmallIntegerField(
        _("sheets in a volume at most"), default=200, help_text=_("0: no limit. What belongs together is never cut.")
    )
    volume_pattern = models.CharField(
        _("reference code of volumes"),
        max_length=60,
        default="{fonds}-{series}-{year}-{seq:4}",
        help_text=_("Made as the number pattern; items add their number in the volume."),
    )
    closing_confirmed = models.BooleanField(
        _("closing is confirmed by a second person"), default=False, help_text=_("Nobody confirms what they closed.")
    )

    class Meta:
        verbose_name = _("dossier kind")
        verbose_name_plural = _("dossier kinds")
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("fonds", "code"), name="kind_code_unique_in_fonds"),)


class Section(Named):
    """A heading of the dossier its papers are sorted under (材料类目, A2)."""

    kind = models.ForeignKey(DossierKind, models.CASCADE, related_name="sections", verbose_name=_("dossier kind"))
    code = models.SlugField(_("code"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_default = models.BooleanField(_("for papers whose section is not given"), default=False)
    retention = models.ForeignKey(
        RetentionPeriod, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("retention period")
    )
    paper_order = models.CharField(
        _("order of papers"),
        max_length=10,
        choices=PaperOrder.choices,
        blank=True,
        help_text=_("Leave empty for the kind's. With an order of their own, sections stand one after another."),
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ("kind", "position", "code")
        constraints = (
            models.UniqueConstraint(fields=("kind", "code"), name="section_code_unique_in_kind"),
            models.UniqueConstraint(
                fields=("kind",), condition=Q(is_default=True), name="kind_has_one_default_section"
            ),
        )


class FieldType(models.TextChoices):
    """What may be written into an own field."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    WHOLE_NUMBER = "whole_number", _("Whole number")
    AMOUNT = "amount", _("Amount")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One of a list")


class FieldDefinition(Named):
    """An own field of a dossier kind. A *personal* field is encrypted, masked, and found only exactly (D1)."""

    kind = models.ForeignKey(DossierKind, models.CASCADE, related_name="fields", verbose_name=_("dossier kind"))
    code = models.SlugField(_("code"), max_length=30)
    type = models.CharField(_("type"), max_length=20, choices=FieldType.choices, default=FieldType.TEXT)
    required = models.BooleanField(_("required"), default=False)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line, where the type is a list."))
    pattern = models.CharField(
        _("pattern"), max_length=200, blank=True, help_text=_("A regular expression the whole value must match.")
    )
    personal = models.BooleanField(
        _("personal"), default=False, help_text=_("Encrypted and masked, such as an ID number or telephone.")
    )
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        ordering = ("kind", "position", "code")
        constraints = (models.UniqueConstraint(fields=("kind", "code"), name="field_code_unique_in_kind"),)

    def choice_list(self) -> list[str]:
        """Return the choices, one for each line that is not empty."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]
