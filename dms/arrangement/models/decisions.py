"""What people decided against the rule, each with its reason; printed on the note sheet (A7 A8 A9)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.holdings.models import Item


class Decision(models.Model):
    """Who decided something for a reason, and when."""

    reason = models.CharField(_("reason"), max_length=200)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reason


class FilingYearOverride(Decision):
    """An item, with all that belongs to it, is bound under another year than the rule says (一般不得); approved."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="year_override")
    year = models.PositiveSmallIntegerField(_("filing year"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("filing year set by decision")
        verbose_name_plural = _("filing years set by decision")
        constraints = (
            models.CheckConstraint(condition=~Q(approved_by=F("decided_by")), name="override_approved_by_another"),
            models.CheckConstraint(condition=Q(year__range=(1000, 9999)), name="override_is_a_year"),
        )


class HandSetPosition(Decision):
    """An item, with all that belongs to it, stands behind another one's group; without `behind`: at the front."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="hand_set")
    behind = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("position set by hand")
        verbose_name_plural = _("positions set by hand")
        constraints = (models.CheckConstraint(condition=~Q(item=F("behind")), name="not_set_behind_itself"),)


class ClassJoin(Decision):
    """A closely tied ordinary item joins the volume of a class that has volumes of its own (A9)."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="class_join")
    classification = models.ForeignKey(SecurityClass, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("item in a volume of a higher classification")
        verbose_name_plural = _("items in a volume of a higher classification")


class CrossReference(Decision):
    """Two items that belong together lie in different volumes: each note sheet names the other (A7)."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="cross_references")
    other = models.ForeignKey(Item, models.PROTECT, related_name="cross_references_to_it")

    class Meta:
        verbose_name = _("cross-reference")
        verbose_name_plural = _("cross-references")
        constraints = (
            models.UniqueConstraint(fields=("item", "other"), name="cross_reference_once"),
            models.CheckConstraint(condition=~Q(item=F("other")), name="cross_reference_between_two_items"),
        )
