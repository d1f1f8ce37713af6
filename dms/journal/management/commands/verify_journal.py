"""Verifies the journal from its first line to its last; changes nothing but the seals that were still due."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dms.journal import sealing, verifying

WORDS = {
    "entry changed": gettext_lazy("entry %(entry)s was changed (seal %(seq)s)"),
    "entry missing": gettext_lazy("entry %(entry)s is missing (seal %(seq)s)"),
    "inserted": gettext_lazy("entry %(entry)s was put in from outside"),
    "unsealed": gettext_lazy("entry %(entry)s has no seal"),
    "seal missing": gettext_lazy("seal %(seq)s is missing"),
    "seal changed": gettext_lazy("seal %(seq)s was changed (entry %(entry)s)"),
    "chain broken": gettext_lazy("the chain breaks at seal %(seq)s (entry %(entry)s)"),
    "anchor differs": gettext_lazy("seal %(seq)s is not the one that was anchored"),
    "anchor unreadable": gettext_lazy("the anchor file cannot be read"),
    "truncated": gettext_lazy("the journal was cut off: seal %(seq)s is gone"),
    "entries missing": gettext_lazy("entries are missing"),
    "guard missing": gettext_lazy("a guard of the database was taken away"),
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
            self.stdout.write(json.dumps({"whole": report.whole, **asdict(report)}, ensure_ascii=False))
        else:
            self._tell(report)
        if not report.whole:
            sys.exit(1)

    def _tell(self, report: verifying.Report) -> None:
        for fault in report.faults:
            line = WORDS[fault.kind] % {"entry": _known(fault.entry), "seq": _known(fault.seq)}
            if fault.detail:
                line = _("%(fault)s: %(detail)s") % {"fault": line, "detail": fault.detail}
            self.stdout.write(self.style.ERROR(line))
        counts = _("%(verified)s entries verified, %(waiting)s waiting, %(anchors)s anchors compared") % asdict(report)
        number = len(report.faults)
        faults = ngettext("%(count)s fault", "%(count)s faults", number) % {"count": number}
        verdict = _("The journal is whole") if report.whole else faults
        self.stdout.write(_("%(verdict)s: %(counts)s.") % {"verdict": verdict, "counts": counts})


def _known(number: int | None) -> str:
    return "?" if number is None else str(number)
