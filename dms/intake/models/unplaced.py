"""Scans from the watched folder that found no dossier: sealed, with why, until an archivist decides (A6)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.organisation.models import Fonds
from dms.vault.models import StoredFile

from ..files.words import words_for
from .batches import ReceivedFile


class UnplacedState(models.TextChoices):
    """What has become of it."""

    WAITING = "waiting", _("waiting")
    PLACED = "placed", _("placed")
    DISCARDED = "discarded", _("discarded")


class UnplacedFile(models.Model):
    """A file that the watched folder held and no dossier could take. `stored` is empty where it could not be read.

    `folder` is where it lay, as shown; `token` is a keyed hash of path, time and content, so that it is taken once.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+", verbose_name=_("fonds"))
    token = models.CharField(max_length=40, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=200)
    folder = models.CharField(_("folder"), max_length=300, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    stored = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why"), max_length=30)
    facts = models.JSONField(default=dict, blank=True)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found at"))
    state = models.CharField(_("state"), max_length=10, choices=UnplacedState.choices, default=UnplacedState.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    discarded_because = models.CharField(_("discarded because"), max_length=300, blank=True)
    received_file = models.OneToOneField(ReceivedFile, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("unplaced file")
        verbose_name_plural = _("unplaced files")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="unplaced_file_says_why"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False, stored__isnull=True),
                name="decided_file_is_let_go",
            ),
            models.CheckConstraint(
                condition=~Q(state="placed") | Q(received_file__isnull=False), name="placed_file_is_received"
            ),
        )
        indexes = (models.Index(fields=("fonds", "id"), condition=Q(state="waiting"), name="unplaced_waiting"),)

    def __str__(self) -> str:
        return self.name

    @property
    def problem(self) -> tuple[str, str]:
        """Return (why it could not be placed, what to do) in the reader's language."""
        return words_for(self.reason, self.facts)
