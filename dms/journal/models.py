"""Entries, their seals, and the keys of their sealed details. Rows are only ever added: the database's own triggers
(guards.py) refuse every change, and so does the code here, earlier and in plainer words.
"""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from dms.core import clock

from .fields import CanonicalJSONField


class Immutable(Exception):
    """Somebody tried to change or delete a line of the journal."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"{model.__name__} is never changed or deleted.")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Reads and adds; refuses the rest."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise Immutable(self.model)

    def delete(self) -> NoReturn:
        raise Immutable(self.model)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Immutable(self.model)

    def update_or_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Immutable(self.model)

    delete.alters_data = True  # type: ignore[attr-defined]
    update.alters_data = True  # type: ignore[attr-defined]


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; raise `Immutable` for one that exists."""
        if not self._state.adding:
            raise Immutable(type(self))
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Immutable(type(self))


class JournalEntry(AppendOnly):
    """One line: who did or saw what, when. People and things stand here as values of that moment, not as references:
    the line must say the same when the person is renamed and the thing is gone. No personal data in readable columns.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), default=clock.now)
    actor_id = models.BigIntegerField(_("person's id"), null=True, blank=True)
    actor_name = models.CharField(_("person"), max_length=150, blank=True)
    actor_post = models.CharField(_("post"), max_length=200, blank=True)
    action = models.CharField(_("what was done"), max_length=60)
    refused = models.BooleanField(_("refused"), default=False)
    thing_type = models.CharField(_("kind of thing"), max_length=100, blank=True)
    thing_id = models.CharField(_("thing's id"), max_length=64, blank=True)
    thing_label = models.CharField(_("thing"), max_length=200, blank=True, db_index=True)
    facts: "models.Field[Any, Any]" = CanonicalJSONField(_("particulars"), default=dict, blank=True)
    sealed = models.BinaryField(_("sealed particulars"), null=True, blank=True)
    sealed_key = models.UUIDField(_("key of the sealed particulars"), null=True, blank=True)
    # Text, not the database's own address type: it would rewrite what was hashed.
    address = models.CharField(_("network address"), max_length=45, blank=True)
    # A keyed hash of all the above: a line put in by SQL has none that holds.
    stamp = models.CharField(_("stamp"), max_length=48, unique=True, editable=False)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        default_permissions = ()
        indexes = [
            models.Index(fields=["at"], name="journal_at"),
            models.Index(fields=["actor_id", "-id"], name="journal_actor"),
            models.Index(fields=["action", "-id"], name="journal_action"),
            models.Index(fields=["thing_id", "-id"], name="journal_thing"),
            models.Index(fields=["-id"], name="journal_refused", condition=models.Q(refused=True)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.thing_label}".strip()


class JournalSeal(AppendOnly):
    """A link of the chain: the entry's hash joined to everything sealed before it."""

    seq = models.PositiveBigIntegerField(_("number"), primary_key=True)
    # DO_NOTHING: the database's own constraint refuses to lose a sealed entry.
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.DO_NOTHING, related_name="seal", verbose_name=_("journal entry")
    )
    entry_hash = models.CharField(_("hash of the entry"), max_length=64)
    previous = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("journal seal")
        verbose_name_plural = _("journal seals")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class JournalKey(AppendOnly):
    """Which key seals the particulars of a month's entries; the key itself lives in the vault's key store."""

    month = models.CharField(_("month"), max_length=7, unique=True)
    key_id = models.UUIDField(_("key"))

    class Meta:
        verbose_name = _("journal key")
        verbose_name_plural = _("journal keys")
        default_permissions = ()

    def __str__(self) -> str:
        return self.month
