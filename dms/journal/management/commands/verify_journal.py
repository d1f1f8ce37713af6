"""Verifies the journal from its first line to its last; changes nothing but the seals that were still due."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dms.journal import sealing, verifying

WORDS = {
    "entry changed": "entry {entry} was changed (seal {seq})",
    "entry missing": "entry {entry} is missing (seal {seq})",
    "inserted": "entry {entry} was put in from outside",
    "unsealed": "entry {entry} has no seal",
    "seal missing": "seal {seq} is missing",
    "seal changed": "seal {seq} was changed (entry {entry})",
    "chain broken": "the chain breaks at seal {seq} (entry {entry})",
    "anchor differs": "seal {seq} is not the one that was anchored",
    "anchor unreadable": "the anchor file cannot be read",
    "truncated": "the journal was cut off: seal {seq} is gone",
    "entries missing": "entries are missing",
    "guard missing": "a guard of the database was taken away",
}


class Command(BaseCommand):
    """`manage.py verify_journal`: exit 0 where the journal is whole, 1 where anything is wrong."""

    help = (
        "Read back every journal entry and seal, compare them with the anchors, and name each changed, missing or "
        "inserted entry. Entries that still wait for their seal are sealed first, unless --no-seal is given. "
        "Exit code 1 where anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--no-seal", action="store_true", help="do not seal what waits; write nothing at all")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verifying.verify(None if options["no_seal"] else sealing.seal_all)
        if options["json"]:
            self.stdout.write(json.dumps({"whole": report.whole, **asdict(report)}))
        else:
            self._tell(report)
        if not report.whole:
            sys.exit(1)

    def _tell(self, report: verifying.Report) -> None:
        for fault in report.faults:
            detail = f": {fault.detail}" if fault.detail else ""
            self.stdout.write(self.style.ERROR(WORDS[fault.kind].format(**asdict(fault)) + detail))
        counts = f"{report.verified} entries verified, {report.waiting} waiting, {report.anchors} anchors compared"
        verdict = "The journal is whole" if report.whole else f"{len(report.faults)} faults"
        self.stdout.write(f"{verdict}: {counts}.")
