"""`manage.py backup DIR`: adds a backup to a folder (D3). Only parses and prints; the work is dms.vault.backup's."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from dms.core.errors import Refusal
from dms.vault.backup import BackupReport, backup


class Command(BaseCommand):
    """Prints what was backed up; exits with 1 where a living file could not be."""

    help = (
        "Add a backup to the folder DIR: database, new ciphertexts, sealed keys, settings without secrets. "
        "The search index is left out: rebuild_index makes it anew. Exit code 1 when a file could not be backed up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where to."""
        parser.add_argument("directory", metavar="DIR")
        parser.add_argument("--verify", action="store_true", help="read the copies already there, replace damaged ones")
        parser.add_argument(
            "--keep",
            type=int,
            default=settings.BACKUP_KEEP,
            metavar="N",
            help="let all but the newest N sets go; 0: none",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up and print."""
        try:
            report = backup(
                options["directory"],
                verify=options["verify"],
                beside=[Path(settings.JOURNAL_ANCHOR_FILE)],
                keep=max(0, options["keep"]),
            )
        except (Refusal, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(as_json(report)) if options["json"] else as_text(report))
        if not report.sound:
            sys.exit(1)


def as_json(report: BackupReport) -> dict[str, Any]:
    """Return {"directory", "set", "files": {…}, "keys", "tombstones", "pruned", "faults": [{"file", "fault"}]}."""
    return {
        "directory": str(report.folder),
        "set": report.name,
        "files": {"copied": report.copied, "kept": report.kept, "removed": report.removed},
        "bytes_copied": report.bytes_copied,
        "keys": report.keys.keys,
        "tombstones": report.keys.tombstones,
        "pruned": report.pruned,
        "faults": [{"file": str(fault.file_id), "fault": fault.fault.value} for fault in report.faults],
        "left_out": ["search index"],
    }


def as_text(report: BackupReport) -> str:
    """Return a few lines for the operator."""
    lines = [f"{fault}" for fault in report.faults]
    lines += [
        _("Backup %(name)s in %(folder)s.") % {"name": report.name, "folder": report.folder},
        _("Files: %(copied)s new, %(kept)s already there, %(removed)s destroyed ones removed.")
        % {"copied": report.copied, "kept": report.kept, "removed": report.removed},
        _("Keys: %(keys)s, sealed; %(tombstones)s destroyed ones are remembered.")
        % {"keys": report.keys.keys, "tombstones": report.keys.tombstones},
        _("The search index is not part of it: rebuild_index makes it anew."),
    ]
    if report.pruned:
        lines.append(_("Old sets let go: %(names)s.") % {"names": ", ".join(report.pruned)})
    if report.faults:
        lines.append(_("NOT WHOLE: %(count)s files could not be backed up.") % {"count": len(report.faults)})
    return "\n".join(lines)
