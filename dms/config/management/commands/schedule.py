"""The scheduler process: acts by the clock while it holds the right to, stands by otherwise."""

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand

from dms.config.checks import refuse_unsafe_start
from dms.config.scheduler import Scheduler
from dms.core.workers import own_name


class Command(BaseCommand):
    """`manage.py schedule`: ends on SIGTERM or Ctrl-C, when the jobs in hand are done."""

    requires_system_checks = ()  # refuse_unsafe_start says all at once
    help = "Run what happens by the clock (sealing the journal, backups, checks, timers), until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        told: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, frame: told.append(received))
        Scheduler(own_name(), stopping=lambda: bool(told)).run()
