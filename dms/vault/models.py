"""The rows of the vault: one for each file ever stored. Rows outlive their files and are never deleted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Fault(models.TextChoices):
    """What can be wrong with a stored file; the value is the stable word for programs."""

    MISSING_FILE = "missing_file", _("missing file")
    CHANGED_CIPHERTEXT = "changed_ciphertext", _("changed ciphertext")
    MISSING_KEY = "missing_key", _("missing key")
    MISSING_REPLICA_KEY = "missing_replica_key", _("key missing in a replica")
    DIFFERENT_REPLICA_KEY = "different_replica_key", _("key differs in a replica")
    REPLICA_UNREACHABLE = "replica_unreachable", _("replica cannot be reached")
    UNDECRYPTABLE = "undecryptable", _("cannot be decrypted")
    PLAINTEXT_DIFFERS = "plaintext_differs", _("plaintext differs")
    UNFINISHED_DESTRUCTION = "unfinished_destruction", _("destruction not finished")
    SURVIVING_KEY = "surviving_key", _("key survives its destruction")
    SURVIVING_FILE = "surviving_file", _("ciphertext survives its destruction")


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Plain querysets of stored files."""

    def alive(self) -> "StoredFileQuerySet":
        """Return the files that are neither destroyed nor condemned."""
        return self.filter(destroyed_at__isnull=True, destroyed_because="")

    def condemned(self) -> "StoredFileQuerySet":
        """Return the files whose destruction was decided but is not finished."""
        return self.filter(destroyed_at__isnull=True).exclude(destroyed_because="")

    def destroyed(self) -> "StoredFileQuerySet":
        """Return the files that are gone."""
        return self.filter(destroyed_at__isnull=False)


class StoredFile(models.Model):
    """One sealed file. Its id names the file and its key; sizes are bytes; hashes are lower-case hex.

    `fingerprint` is the HMAC of the plaintext under the vault secret, `cipher_sha256` the hash of what lies on disk.
    `destroyed_because` without `destroyed_at` means condemned: decided, and being carried out.
    """

    id = models.UUIDField(_("id"), primary_key=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=40)
    size = models.PositiveBigIntegerField(_("size"))
    cipher_size = models.PositiveBigIntegerField(_("sealed size"))
    cipher_sha256 = models.CharField(_("SHA-256 of the sealed file"), max_length=64)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, db_index=True)
    created_at = models.DateTimeField(_("stored at"))
    checked_at = models.DateTimeField(_("last checked at"), null=True, blank=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    destroyed_at = models.DateTimeField(_("destroyed at"), null=True, blank=True)
    destroyed_because = models.CharField(_("destroyed because"), max_length=500, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["checked_at"], name="vault_due", condition=Q(destroyed_at__isnull=True)),
            models.Index(fields=["id"], name="vault_faulty", condition=~Q(fault="")),
            models.Index(
                fields=["id"], name="vault_condemned", condition=Q(destroyed_at__isnull=True) & ~Q(destroyed_because="")
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=0), name="vault_size_not_negative"),
            models.CheckConstraint(condition=Q(cipher_size__gte=0), name="vault_cipher_size_not_negative"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | ~Q(destroyed_because=""), name="vault_destroyed_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    @property
    def is_gone(self) -> bool:
        """Return True where the file is destroyed or condemned."""
        return bool(self.destroyed_because)
