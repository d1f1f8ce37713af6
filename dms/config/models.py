"""Answers of the API that were given under an idempotency key, kept for a day. Written by idempotency.py alone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    """What a person's program was answered under a key; the same key gets the same answer, and nothing is done twice.

    Answers under keys hold no personal field and no page text: the operations that show such are never kept.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    kept_at = models.DateTimeField(_("kept at"), db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("person", "key_digest"), name="kept_answer_once_a_key"),)

    def __str__(self) -> str:
        return f"{self.person_id}/{self.key_digest[:8]}"
