"""`manage.py check_fixity`: reads stored files back (D2). Only parses and prints; the work is dms.vault.fixity's."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.core.errors import Refusal
from dms.vault.fixity import FixityReport, Which, check_fixity


class Command(BaseCommand):
    """Prints one line a fault and exits with 1 where there is one."""

    help = "Read stored files back and name each fault. Exit code 1 when there are faults."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--all", action="store_true", help="every file (the default), and that destroyed ones are gone"
        )
        which.add_argument("--sample", type=int, metavar="N", help="N files at random")
        which.add_argument("--due", action="store_true", help="files not checked for 90 days")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N files, with --all or --due")
        parser.add_argument("--deep", action="store_true", help="also decrypt, and compare the plaintext")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and exit with 1 where something is wrong."""
        which: Which = "due" if options["due"] else "sample" if options["sample"] is not None else "all"
        try:
            report = check_fixity(which, deep=options["deep"], sample=options["sample"] or 0, limit=options["limit"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(as_json(report)) if options["json"] else as_text(report))
        if not report.sound:
            sys.exit(1)


def as_json(report: FixityReport) -> dict[str, Any]:
    """Return {"checked", "faults": [{"file", "fault", "place"}]}."""
    return {
        "checked": report.checked,
        "faults": [
            {"file": str(fault.file_id) if fault.file_id else None, "fault": fault.fault.value, "place": fault.place}
            for fault in report.faults
        ],
    }


def as_text(report: FixityReport) -> str:
    """Return a line for each fault and a summary."""
    count = len(report.faults)
    summary = ngettext("%(checked)s file checked", "%(checked)s files checked", report.checked) % {
        "checked": report.checked
    }
    found = _("no faults") if not count else ngettext("%(count)s fault", "%(count)s faults", count) % {"count": count}
    return "\n".join([*map(str, report.faults), _("%(summary)s, %(found)s.") % {"summary": summary, "found": found}])
