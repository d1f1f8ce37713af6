"""Large files on their way: what has arrived of them so far, each piece sealed. Written only by dms.intake.services."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from dms.core.identifiers import new_public_id
from dms.vault.models import StoredFile

from .batches import ScanBatch


class UnfinishedUpload(models.Model):
    """A file that one person sends into one batch piece by piece; gone when it is received, given up or too old.

    `mark` is a keyed hash of what the browser knows the file by (name, size, last change, first and last bytes): who
    chooses the same file again goes on where it stopped. `public_id` is the token of the received file it becomes.
    """

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    batch = models.ForeignKey(ScanBatch, models.PROTECT, related_name="unfinished_uploads")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    piece_bytes = models.PositiveIntegerField(_("bytes in a piece"))
    begun_at = models.DateTimeField(_("begun at"))
    changed_at = models.DateTimeField(_("changed at"), db_index=True)

    class Meta:
        verbose_name = _("unfinished upload")
        verbose_name_plural = _("unfinished uploads")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("batch", "sent_by", "mark"), name="one_upload_of_a_file"),
            models.CheckConstraint(condition=Q(size__gt=0, piece_bytes__gt=0), name="upload_has_a_size"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def piece_count(self) -> int:
        """Return how many pieces the whole file has."""
        return -(-self.size // self.piece_bytes)

    def size_of_piece(self, number: int) -> int:
        """Return the bytes of piece `number` (from 0): all are of one size but the last."""
        return min(self.piece_bytes, self.size - number * self.piece_bytes)

    @property
    def arrived(self) -> int:
        """Return how many bytes have arrived."""
        return int(self.pieces.aggregate(sum=Sum("size"))["sum"] or 0)


class PieceOfUpload(models.Model):
    """One acknowledged piece; what it holds lies in the vault under a key of its own."""

    upload = models.ForeignKey(UnfinishedUpload, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("upload", "number")
        constraints = (models.UniqueConstraint(fields=("upload", "number"), name="piece_of_upload_once"),)

    def __str__(self) -> str:
        return f"{self.upload_id} / {self.number}"
