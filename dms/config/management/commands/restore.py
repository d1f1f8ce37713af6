"""`manage.py restore DIR`: restores a backup into an empty place (D3). Only parses and prints."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from dms.core.errors import Refusal
from dms.vault.restoring import RestoreReport, restore


class Command(BaseCommand):
    """Prints what was restored; exits with 1 where the check afterwards found a fault."""

    help = (
        "Restore a backup into an empty place: the database, vault and key store that the settings name must be empty, "
        "and need not exist. Everything destroyed since the backup stays destroyed. Afterwards: migrate, rebuild_index."
    )
    # The database does not exist yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("directory", metavar="DIR")
        parser.add_argument("--set", default="", metavar="NAME", help="the set to restore (default: the newest)")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the identity of JUANZONG_BACKUP_RECIPIENT")
        parser.add_argument("--tombstones", type=Path, metavar="FILE", help="a newer list, or a surviving keys.sqlite3")
        parser.add_argument("--despite-damage", action="store_true", help="restore although files are damaged")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, check and print."""
        try:
            report = restore(
                options["directory"],
                name=options["set"],
                tombstones=options["tombstones"],
                identity=options["identity"],
                despite_damage=options["despite_damage"],
                beside=[Path(settings.JOURNAL_ANCHOR_FILE)],
            )
        except (Refusal, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(as_json(report)) if options["json"] else as_text(report))
        if not report.fixity.sound:
            sys.exit(1)


def as_json(report: RestoreReport) -> dict[str, Any]:
    """Return {"set", "files", "keys", "tombstones", "destroyed", "checked", "faults": [{"file", "fault", "place"}]}."""
    return {
        "set": report.name,
        "files": report.files,
        "keys": report.keys,
        "tombstones": report.tombstones,
        "destroyed": report.destroyed,
        "checked": report.fixity.checked,
        "faults": [
            {"file": str(fault.file_id) if fault.file_id else None, "fault": fault.fault.value, "place": fault.place}
            for fault in report.fixity.faults
        ],
    }


def as_text(report: RestoreReport) -> str:
    """Return a few lines for the operator."""
    facts = as_json(report)
    return "\n".join(
        [
            *map(str, report.fixity.faults),
            _("Restored %(set)s: %(files)s files, %(keys)s keys; all read back, %(count)s faults.")
            % {**facts, "count": len(report.fixity.faults)},
            _("%(destroyed)s files of the old database stay destroyed.") % facts,
            _("The search index is not part of a backup: run migrate, then rebuild_index."),
        ]
    )
