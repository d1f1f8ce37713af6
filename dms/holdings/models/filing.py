"""What rules the filing of papers: types of documents, retention periods, order (A7 A8 A9). Configuration only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds, Named


class DocumentRole(models.TextChoices):
    """Which rule of the filing year a type of document follows (A7)."""

    PLAIN = "plain", _("by its own date")
    REQUEST = "request", _("request: by its own date until it is replied to")
    PLAN = "plan", _("plan: by the first year it is for")
    SUMMARY = "summary", _("summary: by the last year it is about")
    MEETING = "meeting", _("meeting: by the year it opened")


class DatePrecision(models.TextChoices):
    """How exactly the date of a document is known (A7)."""

    DAY = "day", _("the day")
    MONTH = "month", _("the month")
    YEAR = "year", _("the year")
    BEFORE = "before", _("before that year")


class PaperOrder(models.TextChoices):
    """In what order papers stand in a volume (A8)."""

    OLDEST = "oldest", _("oldest first")
    NEWEST = "newest", _("newest first")
    CHECK_LIST = "check_list", _("by section and type, as the check list says")


class YearRules(models.TextChoices):
    """Whose rules tell the filing year (A7); regulation 10 prevails."""

    R10 = "r10", _("Regulation 10: plans and summaries by the years they are for, meetings by their opening")
    DAT22 = "dat22", _("DA/T 22: plans and summaries by their date, meetings by their closing")


class RetentionPeriod(Named):
    """How long papers are kept (保管期限): permanently, or so many years; long and short terms carry a number, too."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    years = models.PositiveSmallIntegerField(
        _("years"), null=True, blank=True, help_text=_("Leave empty for a permanent period.")
    )

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        ordering = ("-years", "code")
        constraints = (
            models.CheckConstraint(condition=Q(years__isnull=True) | Q(years__gte=1), name="retention_of_a_year"),
        )


class DocumentType(Named):
    """A type of document (文种): request, reply, plan … of one fonds, or (without a fonds) of all."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    fonds = models.ForeignKey(
        Fonds,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="document_types",
        verbose_name=_("fonds"),
        help_text=_("Leave empty for every fonds."),
    )
    code = models.SlugField(_("code"), max_length=20)
    role = models.CharField(_("filing year"), max_length=10, choices=DocumentRole.choices, default=DocumentRole.PLAIN)
    retention = models.ForeignKey(
        RetentionPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("retention period"),
        help_text=_("Where the section says nothing."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("document type")
        verbose_name_plural = _("document types")
        ordering = ("position", "code")
        constraints = (
            models.UniqueConstraint(fields=("fonds", "code"), name="document_type_code_in_fonds"),
            models.UniqueConstraint(
                fields=("code",), condition=Q(fonds__isnull=True), name="document_type_code_for_all"
            ),
        )
