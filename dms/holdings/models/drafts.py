"""Customer lists that were uploaded and looked at, but not imported yet: sealed in the vault, for a day at most."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.identifiers import new_public_id
from dms.vault.models import StoredFile


class ListDraft(models.Model):
    """An uploaded customer list between preview and import. The rows themselves stand nowhere in clear."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded at"), default=clock.now, db_index=True)

    class Meta:
        verbose_name = _("customer list")
        verbose_name_plural = _("customer lists")

    def __str__(self) -> str:
        return self.public_id
