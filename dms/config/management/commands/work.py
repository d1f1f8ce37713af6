"""A worker process: reads, recognises and indexes what waits; may be killed at any moment without loss."""

import json
import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dms.config.checks import refuse_unsafe_start
from dms.core.workers import Loop, Outcome, own_name


class Command(BaseCommand):
    """`manage.py work`: exit 0 when told to stop or nothing waits, 1 where it gave up."""

    requires_system_checks = ()  # refuse_unsafe_start says all at once
    help = (
        "Draw waiting work (splitting, recognition, indexing) and do it, until stopped by SIGTERM or Ctrl-C; "
        "the piece in hand is finished first. Any number of workers may run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round over all steps, then end")
        parser.add_argument("--until-idle", action="store_true", help="end when nothing waits any more")
        parser.add_argument(
            "--patience",
            type=float,
            default=900,
            metavar="SECONDS",
            help="with --until-idle: give up after so long without progress",
        )
        parser.add_argument("--json", action="store_true", help="print what was done as JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        told: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, frame: told.append(received))
        loop = Loop(own_name(), stopping=lambda: bool(told))
        outcome = loop.run(once=options["once"], until_idle=options["until_idle"], patience=options["patience"])
        self._tell(outcome, as_json=options["json"])
        if outcome.gave_up or (options["once"] and outcome.failing):
            sys.exit(1)

    def _tell(self, outcome: Outcome, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(
                json.dumps({"done": outcome.done, "failing": outcome.failing, "gave_up": outcome.gave_up})
            )
            return
        for name, count in sorted(outcome.done.items()):
            self.stdout.write(f"{name}: {count}")
        for name in sorted(outcome.failing):
            self.stderr.write(f"{name} failed; see the log.")
