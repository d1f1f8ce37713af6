"""What happens by the clock: a list of jobs that the rooms register and the one scheduler process runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `function` takes nothing; `trigger` is "interval" or "cron", `when` its terms (seconds=5; hour=2 …).

    A job may be late or left out, never doubled: it must be safe to run again.
    """

    name: str
    function: Callable[[], object]
    trigger: str
    when: dict[str, Any] = field(default_factory=dict)


_jobs: dict[str, Job] = {}


def register(job_name: str, function: Callable[[], object], trigger: str = "interval", **when: Any) -> None:
    """Add a job (from AppConfig.ready); the same name again replaces it. Times of day are the organisation's."""
    _jobs[job_name] = Job(job_name, function, trigger, when)


def jobs() -> list[Job]:
    """Return all jobs by name."""
    return sorted(_jobs.values(), key=lambda job: job.name)
