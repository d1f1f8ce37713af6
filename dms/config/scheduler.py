"""The one process that acts by the clock: runs the jobs that the rooms registered (core/schedule.py), none doubled.

Any number of schedulers may be started; the one that holds the right acts, the others stand by.
"""

import io
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext as _

from dms.core import clock, once_only, schedule, work
from dms.core.models import LastDone
from dms.core.workers import Heart, where_it_broke

logger = logging.getLogger(__name__)

RIGHT = "scheduler"
RIGHT_SECONDS = 60
RENEW_SECONDS = 10
TICK_SECONDS = 0.5
MOST_DAYS = 32
SAMPLE = 200  # stored files read back each day
DUE_AT_ONCE = 20_000  # files decrypted in one night of the week
_one_backup = threading.Lock()


def register_jobs() -> None:
    """Register the jobs that belong to no single room; each room registers its own in AppConfig.ready."""
    if apps.is_installed("viewflow.workflow"):
        schedule.register("timers", lambda: call_command("workflow_timers", stdout=io.StringIO()), seconds=60)
    schedule.register("fixity", check_sample, "cron", hour=3, minute=30)
    schedule.register("fixity in depth", check_what_is_due, "cron", day_of_week="sun", hour=4)
    if settings.BACKUP_DIR:
        # D3: on the first of each month, and by the office's own schedule.
        schedule.register("backup", back_up, "cron", day=1, hour=2)
        work.register_gauge("days since the scheduled backup", days_since_backup, too_long_ago)
        if line := settings.BACKUP_TIMES:
            schedule.register("backup by schedule", back_up, "cron", crontab=line)


def back_up() -> None:
    """Make a backup in the folder that the settings name; where two are due at once, one after the other."""
    with _one_backup:
        call_command("backup", settings.BACKUP_DIR, stdout=io.StringIO())


def days_since_backup() -> int | None:
    """Return the whole days since a scheduled backup last succeeded, None where none did yet."""
    ends = LastDone.objects.filter(job__startswith="backup", succeeded_at__isnull=False)
    last = ends.order_by("-succeeded_at").values_list("succeeded_at", flat=True).first()
    return (clock.now() - last).days if last else None


def too_long_ago(days: int | None) -> str:
    """Return what is wrong where the monthly backup did not take place (D3)."""
    return _("the last one is %(days)s days old") % {"days": days} if days is not None and days > MOST_DAYS else ""


def check_sample() -> None:
    """Read back a sample of the stored files (D2); a fault is a failure of the job, and so an alarm."""
    call_command("check_fixity", sample=SAMPLE, stdout=io.StringIO())


def check_what_is_due() -> None:
    """Read back and decrypt the files that were not checked for long (D2)."""
    call_command("check_fixity", due=True, deep=True, limit=DUE_AT_ONCE, stdout=io.StringIO())


class Scheduler:
    """Runs until told to stop; acts only while it holds the right."""

    def __init__(self, name: str, stopping: Callable[[], bool], pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self.stopping = stopping
        self.pause = pause
        self._held_until = 0.0
        self._clockwork: BackgroundScheduler | None = None
        self._failing: set[str] = set()

    def run(self) -> None:
        """Hold or wait for the right, and act by the clock; when told to stop, finish the jobs in hand."""
        with Heart(self.name) as heart:
            try:
                while not self.stopping():
                    self._see_to_the_right()
                    heart.doing = "scheduling" if self._clockwork else "standing by"
                    self._wait(RENEW_SECONDS)
            finally:
                self._stop_acting()
                self._give_back()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping():
            self.pause(TICK_SECONDS)

    def _see_to_the_right(self) -> None:
        asked = time.monotonic()
        close_old_connections()
        try:
            if once_only.take(RIGHT, holder=self.name, seconds=RIGHT_SECONDS):
                self._held_until = asked + RIGHT_SECONDS
        except DatabaseError as error:
            logger.warning("scheduler: the database does not answer: %s", type(error).__name__)
        if self._holds_right() and self._clockwork is None:
            self._start_acting()
        elif not self._holds_right():
            self._stop_acting()

    def _holds_right(self) -> bool:
        return time.monotonic() < self._held_until

    def _start_acting(self) -> None:
        zone = ZoneInfo(settings.TIME_ZONE)
        clockwork = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        done = {row.job: row for row in LastDone.objects.all()}
        for job in schedule.jobs():
            trigger = trigger_of(job, zone)
            missed = was_missed(job, trigger, done.get(job.name), clock.now())
            first = {"next_run_time": clock.now()} if missed else {}
            clockwork.add_job(self._do, trigger, [job], id=job.name, name=job.name, **first)
        clockwork.start()
        self._clockwork = clockwork
        logger.info("scheduler %s acts, %d jobs", self.name, len(done) or len(schedule.jobs()))

    def _stop_acting(self) -> None:
        if self._clockwork is not None:
            self._clockwork.shutdown(wait=True)
            self._clockwork = None

    def _give_back(self) -> None:
        try:
            once_only.give_back(RIGHT, holder=self.name)
        except DatabaseError:  # it runs out by itself
            logger.warning("scheduler: could not give back the right")

    def _do(self, job: schedule.Job) -> None:
        if not self._holds_right():
            return
        close_old_connections()
        fault = ""
        try:
            job.function()
        except (Exception, SystemExit) as error:  # commands end by SystemExit where something is wrong
            fault = where_it_broke(error)
            logger.error("job %s failed: %s", job.name, fault)
        try:
            self._note(job, fault)
        except DatabaseError as error:
            logger.warning("job %s: could not be noted: %s", job.name, type(error).__name__)
        finally:
            close_old_connections()

    def _note(self, job: schedule.Job, fault: str) -> None:
        """Write down how the job ended; of those that run all the time only failures and recoveries."""
        if job.trigger == "interval" and not fault and job.name not in self._failing:
            return
        (self._failing.add if fault else self._failing.discard)(job.name)
        now = clock.now()
        row: dict[str, object] = {"ended_at": now, "succeeded": not fault, "fault": fault[:200]}
        if not fault:
            row["succeeded_at"] = now
        LastDone.objects.update_or_create(job=job.name, defaults=row)


def trigger_of(job: schedule.Job, zone: ZoneInfo) -> BaseTrigger:
    """Return APScheduler's trigger for a job; `crontab` may stand for cron's single fields."""
    if job.trigger == "interval":
        return IntervalTrigger(timezone=zone, **job.when)
    if "crontab" in job.when:
        return CronTrigger.from_crontab(job.when["crontab"], timezone=zone)
    return CronTrigger(timezone=zone, **job.when)


def was_missed(job: schedule.Job, trigger: BaseTrigger, done: LastDone | None, now: datetime) -> bool:
    """Return whether a job of the calendar fell due while no scheduler acted (or failed then): it is made up for.

    A job that was never done yet waits for its time: a fresh system does not begin with a backup of nothing.
    """
    if job.trigger != "cron" or done is None:
        return False
    since = done.succeeded_at or done.ended_at - timedelta(seconds=1)
    due = trigger.get_next_fire_time(None, since + timedelta(seconds=1))
    return due is not None and due <= now
