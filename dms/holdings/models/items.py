"""Items (件): one document each, with a permanent entry number from intake on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds

from .dossiers import Dossier, SealedVersion
from .filing import DatePrecision, DocumentType
from .kinds import Section


class ItemState(models.TextChoices):
    """Where an item is in its life."""

    INTAKE = "intake", _("in intake")
    FILED = "filed", _("filed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Item(models.Model):
    """One document of a dossier (A6). `reference_code` stays empty until a volume binds it."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+", editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="items", verbose_name=_("dossier"))
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("section")
    )
    entry_number = models.PositiveBigIntegerField(_("entry number"), editable=False)
    reference_code = models.CharField(_("reference code"), max_length=80, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=300)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    issue_number = models.CharField(_("issue number"), max_length=80, blank=True)
    document_type = models.ForeignKey(
        DocumentType, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("document type")
    )
    document_date = models.DateField(_("date of the document"), null=True, blank=True)
    # A year only is its first day, "before 1998" the first day of 1998.
    date_precision = models.CharField(
        _("what is known of the date"), max_length=6, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    period_from = models.DateField(_("period from"), null=True, blank=True, help_text=_("What a plan is for."))
    period_to = models.DateField(_("period until"), null=True, blank=True, help_text=_("What a summary is about."))
    opened_on = models.DateField(_("meeting opened on"), null=True, blank=True)
    source_key = models.CharField(_("key in the list it came from"), max_length=80, blank=True, editable=False)
    stated_pages = models.PositiveIntegerField(
        _("pages stated"), null=True, blank=True, help_text=_("Sides with writing, as counted on the paper.")
    )
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    remarks = models.CharField(_("remarks"), max_length=300, blank=True)
    classification = models.ForeignKey(
        SecurityClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("security classification"),
        help_text=_("Leave empty for the dossier's own."),
    )
    state = models.CharField(_("state"), max_length=10, choices=ItemState.choices, default=ItemState.INTAKE)
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(_("filed at"), null=True, blank=True, editable=False)
    # Bound in a closed volume: read-only from then on (A12). The database refuses changes as well (guards.py).
    frozen_at = models.DateTimeField(_("read-only since"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ("dossier", "document_date", "entry_number")
        constraints = (
            models.UniqueConstraint(fields=("fonds", "entry_number"), name="item_entry_number_unique_in_fonds"),
            models.UniqueConstraint(
                fields=("fonds", "reference_code"), condition=~Q(reference_code=""), name="item_reference_code_unique"
            ),
            models.UniqueConstraint(
                fields=("dossier", "source_key"), condition=~Q(source_key=""), name="item_source_key_once_a_dossier"
            ),
            models.CheckConstraint(condition=Q(copies__gte=1), name="item_has_a_copy"),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True) | Q(period_to__isnull=True) | Q(period_to__gte=F("period_from")),
                name="item_period_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(filed_at__isnull=False), name="filed_item_has_its_time"
            ),
        )
        indexes = (
            models.Index(fields=("dossier", "section", "document_date"), name="item_section_date"),
            models.Index(fields=("issue_number",), name="item_issue_number"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def journal_label(self) -> str:
        return self.reference_code or str(self.entry_number)

    @property
    def is_frozen(self) -> bool:
        """Return whether its volume is closed (A12)."""
        return self.frozen_at is not None

    @property
    def date_text(self) -> str:
        """Return the date as far as it is known: 2023-05-01, 2023-05, 2023, or before 1998; empty without one."""
        if self.document_date is None:
            return ""
        day = self.document_date
        match self.date_precision:
            case DatePrecision.MONTH:
                return f"{day.year:04}-{day.month:02}"
            case DatePrecision.YEAR:
                return f"{day.year:04}"
            case DatePrecision.BEFORE:
                return gettext("before %(year)s") % {"year": day.year}
            case _:
                return day.isoformat()


class ItemVersion(SealedVersion):
    """A version of an item's entry, the present one included; sealed under its dossier's key."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")

    class Meta(SealedVersion.Meta):
        constraints = (models.UniqueConstraint(fields=("item", "version"), name="item_version_once"),)
