"""What was done at the light table, step by step, so that it can be undone after a reload too. Ids only, no words."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.holdings.models import Item

from .batches import ScanBatch


class TableActKind(models.TextChoices):
    """What one can do at the light table; each can be undone."""

    MOVED = "moved", _("pages moved")
    DIVIDED = "divided", _("item divided")
    MERGED = "merged", _("items merged")
    REMOVED = "removed", _("pages removed")
    TURNED = "turned", _("pages turned")
    MARKED = "marked", _("pages marked")
    RESCANNED = "rescanned", _("page scanned anew")


class TableAct(models.Model):
    """One act of one person on the light table of a batch or of an item.

    `before` and `after` say how the things it touched were (see services/table_acts.py); undoing goes from the one back
    to the other, and only while `after` is still true.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    batch = models.ForeignKey(ScanBatch, models.PROTECT, null=True, related_name="table_acts")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="table_acts")
    kind = models.CharField(max_length=10, choices=TableActKind.choices)
    pages = models.PositiveIntegerField(default=0)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(batch__isnull=True, item__isnull=False) | Q(batch__isnull=False, item__isnull=True),
                name="table_act_on_one_table",
            ),
        )
        indexes = (
            models.Index(fields=("batch", "done_by", "-id"), condition=Q(undone_at__isnull=True), name="act_of_batch"),
            models.Index(fields=("item", "done_by", "-id"), condition=Q(undone_at__isnull=True), name="act_of_item"),
            models.Index(fields=("done_at",), name="act_done_at"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
