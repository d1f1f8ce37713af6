"""What waits, who works, what is wrong: the operator's one look. Reads only."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dms.config import condition


class Command(BaseCommand):
    """`manage.py status`: exit 0 where all is well, 1 where something is an alarm."""

    help = "Show what waits for each step, the workers, the journal, the index, the last backup and check; name alarms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        state = condition.read()
        if options["json"]:
            self.stdout.write(json.dumps(state, ensure_ascii=False, default=str))
        else:
            self._tell(state)
        if state["alarms"]:
            sys.exit(1)

    def _tell(self, state: dict[str, Any]) -> None:
        self.stdout.write("Waiting")
        for step, counts in state["waiting"].items():
            words = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing"
            self.stdout.write(f"  {step}: {words}{_pace(state['rates'][step])}")
        self.stdout.write("Processes")
        for worker in state["workers"] or [{"name": "none", "doing": "", "seen_at": "-", "alive": False}]:
            seen = "alive" if worker["alive"] else f"last seen {worker['seen_at']}"
            self.stdout.write(f"  {worker['name']}: {seen} {worker['doing']}".rstrip())
        if state["failures"]:
            self.stdout.write("Failures")
        for why, count in state["failures"].items():
            self.stdout.write(f"  {count}: {why}")
        self.stdout.write("Jobs")
        for job, how in state["jobs"].items():
            self.stdout.write(f"  {job}: last succeeded {how['succeeded_at'] or 'never'}")
        self.stdout.write("Gauges")
        for name, value in state["gauges"].items():
            self.stdout.write(f"  {name}: {value}")
        for alarm in state["alarms"]:
            self.stdout.write(self.style.ERROR(f"ALARM {alarm}"))
        if not state["alarms"]:
            self.stdout.write(self.style.SUCCESS("All is well."))


def _pace(rate: dict[str, Any]) -> str:
    """Return what was done lately and how long the rest takes, in words; nothing where nothing was done."""
    if not rate["last_hour"]:
        return ""
    left = f", {rate['seconds_left']} s left" if rate["seconds_left"] is not None else ""
    return f" ({rate['last_5_minutes']} in 5 minutes, {rate['last_hour']} in an hour{left})"
