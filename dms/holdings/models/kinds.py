"""Dossier kinds with their sections and own fields (A1 A2): configuration, edited in the shell, never code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import Level, SecurityClass
from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds, Named


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

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ("kind", "position", "code")
        constraints = (models.UniqueConstraint(fields=("kind", "code"), name="section_code_unique_in_kind"),)


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
