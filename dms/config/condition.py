"""The condition of the running house, as `status` shows it: steps with their rates, processes, failures, jobs, gauges,
and the alarms in words. Reads only."""

from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.models import LastDone, Worker
from dms.core.tally import Rate, rates
from dms.core.work import gauges, steps
from dms.core.workers import SEEN_WITHIN

from .board import failures_by_reason, in_words
from .names import GAUGES, JOBS, STEPS, said


def read() -> dict[str, Any]:
    """Return waiting, rates, workers, failures, jobs, gauges, alarms; what cannot be read is an alarm, not an error."""
    alarms: list[str] = []
    state: dict[str, Any] = {
        "waiting": {step.name: _asked(step.name, step.waiting, alarms) or {} for step in steps()},
        "workers": [
            _worker(row, alarms) for row in _asked("workers", lambda: list(Worker.objects.all()), alarms) or []
        ],
        "failures": _asked("failures", failures_by_reason, alarms) or {},
        "jobs": {
            row.job: _job(row, alarms) for row in _asked("jobs", lambda: list(LastDone.objects.all()), alarms) or []
        },
        "gauges": {},
    }
    for gauge in gauges():
        value = state["gauges"][gauge.name] = _asked(gauge.name, gauge.read, alarms)
        if value is not None and (words := gauge.alarm(value)):
            alarms.append(f"{said(gauge.name, GAUGES)}: {words}")
    speed = _asked("rates", rates, alarms) or {}
    state["rates"] = {step: _speed(speed.get(step, Rate()), counts) for step, counts in state["waiting"].items()}
    waits = sum(sum(counts.values()) for counts in state["waiting"].values())
    if waits and not any(worker["alive"] for worker in state["workers"]):
        alarms.append(_("%(count)s waiting and no worker alive; run: manage.py serve") % {"count": waits})
    return {**state, "alarms": alarms}


def _asked(name: str, question: Any, alarms: list[str]) -> Any:
    try:
        return question()
    except (DatabaseError, OSError) as error:
        called = said(name, {**GAUGES, **STEPS, **_parts()})
        alarms.append(_("%(what)s: cannot be read (%(error)s)") % {"what": called, "error": type(error).__name__})
        return None


def _parts() -> dict[str, str]:
    return {"workers": _("Processes"), "failures": _("Failures"), "jobs": _("Jobs"), "rates": _("Rates")}


def shown(moment: datetime) -> str:
    """Return a moment as operators read it, in the house's own time."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _speed(rate: Rate, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "last_5_minutes": rate.lately,
        "last_hour": rate.hour,
        "seconds_left": rate.seconds_for(sum(counts.values())),
    }


def _worker(row: Worker, alarms: list[str]) -> dict[str, Any]:
    alive = row.was_seen(clock.now(), SEEN_WITHIN)
    if alive and row.trouble:
        alarms.append(f"{row.name}: {in_words(row.trouble)}")
    return {
        "name": row.name,
        "host": row.host,
        "pid": row.pid,
        "started_at": row.started_at,
        "seen_at": row.seen_at,
        "doing": row.doing,
        "trouble": row.trouble,
        "alive": alive,
    }


def _job(row: LastDone, alarms: list[str]) -> dict[str, Any]:
    if not row.succeeded:
        facts = {"job": said(row.job, JOBS), "time": shown(row.ended_at), "fault": row.fault}
        alarms.append(_("%(job)s: failed at %(time)s (%(fault)s)") % facts)
    return {"ended_at": row.ended_at, "succeeded": row.succeeded, "succeeded_at": row.succeeded_at, "fault": row.fault}
