"""Rows that belong to no room: counters of numbers, and what the processes write about themselves."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """The last number given within a scope (see numbering.py); the row is locked while a number is taken."""

    scope = models.CharField(_("scope"), max_length=200, unique=True)
    value = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.scope}: {self.value}"


class Worker(models.Model):
    """A worker or scheduler process, seen alive at `seen_at`; its row goes when it ends well or is long unseen."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    pid = models.PositiveIntegerField(_("process id"))
    host = models.CharField(_("host"), max_length=120)
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("seen at"))
    doing = models.CharField(_("doing"), max_length=80, blank=True)
    # The step that fails at this process now, and where: a type and a place, never a message.
    trouble = models.CharField(_("trouble"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        default_permissions = ()
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def was_seen(self, now: datetime, within: timedelta) -> bool:
        """Return whether it gave a sign of life within that time; one from the future tells nothing."""
        return now - within < self.seen_at < now + within


class WorkDone(models.Model):
    """How many pieces of a step all workers together finished within a minute: for rates, never for deciding."""

    step = models.CharField(_("step"), max_length=80)
    minute = models.DateTimeField(_("minute"))
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        verbose_name = _("work done in a minute")
        verbose_name_plural = _("work done by the minute")
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("minute", "step"), name="work_done_once_a_minute"),)

    def __str__(self) -> str:
        return f"{self.step} {self.minute:%H:%M}: {self.count}"


class OnceOnly(models.Model):
    """A named right that one process holds at a time, until a moment; whoever dies loses it then (the scheduler's)."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    holder = models.CharField(_("holder"), max_length=80)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("exclusive right")
        verbose_name_plural = _("exclusive rights")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class LastDone(models.Model):
    """When a job of the schedule last ended, and how; what `status` shows, and what makes up for a missed day."""

    job = models.CharField(_("job"), max_length=80, primary_key=True)
    ended_at = models.DateTimeField(_("ended at"))
    succeeded = models.BooleanField(_("succeeded"))
    succeeded_at = models.DateTimeField(_("last succeeded at"), null=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("job of the schedule")
        verbose_name_plural = _("jobs of the schedule")
        default_permissions = ()

    def __str__(self) -> str:
        return self.job
