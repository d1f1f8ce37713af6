"""What happens by the clock: one scheduler acts, failures are noted, missed days are made up for."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from dms.config import scheduler
from dms.core import clock, once_only, schedule
from dms.core.models import LastDone
from dms.core.schedule import Job

pytestmark = pytest.mark.django_db(transaction=True)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def no_jobs_of_the_rooms(monkeypatch):
    monkeypatch.setattr(schedule, "_jobs", {})


def run_until(told: threading.Event, name: str = "tester") -> None:
    """Run a scheduler until `told`; its waits end with it."""
    scheduler.Scheduler(name, stopping=told.is_set, pause=lambda seconds: told.wait(seconds)).run()


def test_runs_a_job_and_ends_when_told() -> None:
    told = threading.Event()
    schedule.register("test.job", told.set, seconds=0.01)
    run_until(told)
    assert once_only.take(scheduler.RIGHT, holder="next", seconds=60), "the right is given back"


def test_stands_by_while_another_holds_the_right(monkeypatch) -> None:
    monkeypatch.setattr(scheduler, "RENEW_SECONDS", 0.05)
    once_only.take(scheduler.RIGHT, holder="other", seconds=600)
    told, ran = threading.Event(), []
    schedule.register("test.job", lambda: ran.append(1), seconds=0.001)
    asked = iter(range(20))
    standing_by = scheduler.Scheduler("tester", stopping=lambda: next(asked, None) is None, pause=told.wait)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.01)
    standing_by.run()
    assert ran == []


def test_takes_over_when_the_other_dies(monkeypatch) -> None:
    monkeypatch.setattr(scheduler, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.01)
    with clock.at(clock.now() - timedelta(hours=1)):
        once_only.take(scheduler.RIGHT, holder="dead", seconds=60)
    told = threading.Event()
    schedule.register("test.job", told.set, seconds=0.01)
    run_until(told)
    assert told.is_set()


def done_by(job: Job) -> LastDone | None:
    """Run a job as the scheduler does; return what it noted."""
    acting = scheduler.Scheduler("tester", stopping=lambda: True)
    acting._held_until = float("inf")
    acting._do(job)
    return LastDone.objects.filter(job=job.name).first()


def fail() -> None:
    raise ValueError("张三")


def end_with_one() -> None:
    raise SystemExit(1)


def test_notes_when_a_job_of_the_calendar_succeeded() -> None:
    moment = datetime(2026, 3, 1, 2, tzinfo=UTC)
    with clock.at(moment):
        row = done_by(Job("backup", lambda: None, "cron", {"day": 1}))
    assert (row.succeeded, row.succeeded_at, row.ended_at, row.fault) == (True, moment, moment, "")


@pytest.mark.parametrize(("function", "fault"), [(fail, "ValueError"), (end_with_one, "SystemExit")])
def test_notes_a_failure_without_its_words_and_keeps_the_last_success(function: Callable[[], None], fault: str) -> None:
    first = done_by(Job("backup", lambda: None, "cron", {"day": 1}))
    row = done_by(Job("backup", function, "cron", {"day": 1}))
    assert row.succeeded is False
    assert row.succeeded_at == first.succeeded_at
    assert row.fault.startswith(fault)
    assert "张三" not in row.fault


def test_notes_nothing_for_what_runs_all_the_time_unless_it_fails() -> None:
    assert done_by(Job("journal.seal", lambda: None, "interval", {"seconds": 5})) is None
    assert done_by(Job("journal.seal", fail, "interval", {"seconds": 5})).succeeded is False


def test_does_nothing_once_the_right_ran_out() -> None:
    ran: list[int] = []
    scheduler.Scheduler("tester", stopping=lambda: True)._do(Job("backup", lambda: ran.append(1), "cron", {}))
    assert ran == []


@pytest.mark.rule("D3")
def test_the_backup_of_the_first_is_due_at_two_in_the_morning_of_the_first(monkeypatch, settings) -> None:
    scheduler.register_jobs()
    (job,) = [job for job in schedule.jobs() if job.name == "backup"]
    trigger = scheduler.trigger_of(job, SHANGHAI)
    after = datetime(2026, 2, 10, tzinfo=SHANGHAI)
    assert trigger.get_next_fire_time(None, after) == datetime(2026, 3, 1, 2, tzinfo=SHANGHAI)


@pytest.mark.rule("D3")
def test_the_office_may_add_backups_by_a_line_of_cron(settings) -> None:
    settings.BACKUP_TIMES = "30 1 * * mon"
    scheduler.register_jobs()
    (job,) = [job for job in schedule.jobs() if job.name == "backup by schedule"]
    trigger = scheduler.trigger_of(job, SHANGHAI)
    after = datetime(2026, 3, 3, tzinfo=SHANGHAI)  # a Tuesday
    assert trigger.get_next_fire_time(None, after) == datetime(2026, 3, 9, 1, 30, tzinfo=SHANGHAI)


@pytest.mark.rule("D3")
@pytest.mark.parametrize(
    ("succeeded", "now", "missed"),
    [
        (datetime(2026, 3, 1, 2, 0, 5), datetime(2026, 3, 31, 23, 59), False),
        (datetime(2026, 3, 1, 2, 0, 5), datetime(2026, 4, 1, 1, 59), False),
        (datetime(2026, 3, 1, 2, 0, 5), datetime(2026, 4, 1, 9, 0), True),
        (datetime(2026, 1, 1, 2, 0, 5), datetime(2026, 4, 15, 9, 0), True),
    ],
)
def test_a_backup_that_fell_due_while_nothing_ran_is_made_up_for(succeeded, now, missed) -> None:
    job = Job("backup", lambda: None, "cron", {"day": 1, "hour": 2})
    moment = succeeded.replace(tzinfo=SHANGHAI)
    row = LastDone(job="backup", ended_at=moment, succeeded=True, succeeded_at=moment)
    trigger = scheduler.trigger_of(job, SHANGHAI)
    assert scheduler.was_missed(job, trigger, row, now.replace(tzinfo=SHANGHAI)) is missed


def test_a_fresh_system_waits_for_the_day() -> None:
    job = Job("backup", lambda: None, "cron", {"day": 1, "hour": 2})
    now = datetime(2026, 4, 15, 9, tzinfo=SHANGHAI)
    assert not scheduler.was_missed(job, scheduler.trigger_of(job, SHANGHAI), None, now)


def test_two_schedulers_started_together_do_a_job_once_each_time() -> None:
    told, ran = threading.Event(), []
    schedule.register("test.job", lambda: (ran.append(threading.get_ident()), told.set()), seconds=0.01)
    errors: list[BaseException] = []

    def run(name: str) -> None:
        try:
            run_until(told, name)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[name]) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert ran


@pytest.mark.rule("D3")
def test_a_month_without_a_backup_is_an_alarm() -> None:
    now = datetime(2026, 4, 15, tzinfo=UTC)
    with clock.at(now):
        assert (scheduler.days_since_backup(), scheduler.too_long_ago(None)) == (None, "")
        LastDone.objects.create(
            job="backup", ended_at=now, succeeded=False, succeeded_at=now - timedelta(days=33), fault="OSError"
        )
        assert scheduler.days_since_backup() == 33
    assert scheduler.too_long_ago(33)
    assert scheduler.too_long_ago(32) == ""
