"""What waits, who works, what is wrong: the operator's one look. Reads only."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from dms.config import condition
from dms.config.board import in_words, reason_in_words
from dms.config.names import COUNTS, GAUGES, JOBS, STEPS, said


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
        waiting = state["waiting"].items()
        self._part(
            _("Waiting"), [(said(step, STEPS), _counts(counts, state["rates"][step])) for step, counts in waiting]
        )
        self._part(_("Processes"), [(row["name"], _process(row)) for row in state["workers"]] or [(_("none"), "")])
        self._part(_("Failures"), [(str(count), reason_in_words(why)) for why, count in state["failures"].items()])
        self._part(_("Jobs"), [(said(job, JOBS), _last_success(how)) for job, how in state["jobs"].items()])
        self._part(_("Gauges"), [(said(name, GAUGES), _gauge(value)) for name, value in state["gauges"].items()])
        for alarm in state["alarms"]:
            self.stdout.write(self.style.ERROR(_("ALARM %(alarm)s") % {"alarm": alarm}))
        if not state["alarms"]:
            self.stdout.write(self.style.SUCCESS(_("All is well.")))

    def _part(self, heading: str, rows: list[tuple[str, str]]) -> None:
        if rows:
            self.stdout.write(heading)
        for name, value in rows:
            line = _("%(name)s: %(value)s") % {"name": name, "value": value} if value else name
            self.stdout.write(f"  {line}")


def _counts(counts: dict[str, int], rate: dict[str, Any]) -> str:
    """Return what waits, what was done lately and how long the rest takes; of the last two nothing where nothing was
    done."""
    words = [f"{count} {said(what, COUNTS)}" for what, count in counts.items() if count]
    waits = _(", ").join(words) or _("nothing")
    if not rate["last_hour"]:
        return waits
    facts = {"waits": waits, "lately": rate["last_5_minutes"], "hour": rate["last_hour"], "left": rate["seconds_left"]}
    if rate["seconds_left"] is None:
        return _("%(waits)s (%(lately)s in 5 minutes, %(hour)s in an hour)") % facts
    return _("%(waits)s (%(lately)s in 5 minutes, %(hour)s in an hour, %(left)s s left)") % facts


def _process(worker: dict[str, Any]) -> str:
    seen = condition.shown(worker["seen_at"])
    state = _("alive") if worker["alive"] else _("last seen %(time)s") % {"time": seen}
    doing = [said(worker["doing"], STEPS)] if worker["doing"] else []
    return _(", ").join([state, *doing, *([in_words(worker["trouble"])] if worker["trouble"] else [])])


def _last_success(how: dict[str, Any]) -> str:
    if not how["succeeded_at"]:
        return _("has never succeeded")
    return _("last succeeded %(time)s") % {"time": condition.shown(how["succeeded_at"])}


def _gauge(value: Any) -> str:
    return _("not known") if value is None else str(value)
