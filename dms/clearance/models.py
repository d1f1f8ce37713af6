"""Security classifications, people's clearances, and the common part of grants. Rules are in policy.py."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.organisation.models import Named

ORDINARY = 0


class Level(models.TextChoices):
    """Who stands nearest to a dossier (级别, C2)."""

    COMPANY = "company", _("Company")
    DEPARTMENT = "department", _("Department")
    PERSONAL = "personal", _("Personal")


class SecurityClass(Named):
    """A security classification (密级); the higher the rank, the fewer may see. Rank 0 is ordinary."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)
    own_volume = models.BooleanField(_("bound in volumes of its own"), default=False)

    class Meta:
        verbose_name = _("security classification")
        verbose_name_plural = _("security classifications")
        ordering = ("rank",)


class PersonClearance(models.Model):
    """Up to which classification an archivist may see, and until when; without a row: ordinary only."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="clearance", verbose_name=_("person")
    )
    security_class = models.ForeignKey(SecurityClass, models.PROTECT, verbose_name=_("security classification"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")

    def __str__(self) -> str:
        return f"{self.person} · {self.security_class}"


class GrantQuerySet(models.QuerySet[Any]):
    """Grants by their time."""

    def in_force(self, at: datetime) -> "GrantQuerySet":
        """Grants that count at the moment `at`: begun, not ended, not revoked."""
        return self.filter(begins_at__lte=at, ends_at__gt=at, revoked_at__isnull=True)


class AbstractGrant(models.Model):
    """This reader, for this time, for these acts (授权, C3). Rooms add the thing it is for."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader"))
    may_read = models.BooleanField(_("read"), default=True)
    may_print = models.BooleanField(_("print"), default=False)
    may_download = models.BooleanField(_("download"), default=False)
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200)

    objects = GrantQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="%(class)s_ends_after_it_begins"),
        )
