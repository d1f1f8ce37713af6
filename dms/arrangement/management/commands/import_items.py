"""`manage.py import_items`: enters a list of items into a dossier. Only parses, feeds the import, and prints."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.arrangement.import_rows import label_of
from dms.arrangement.imports import Plan, carry_out, errors_of, plan_import, read_list
from dms.core.errors import Refusal
from dms.holdings.models import Dossier
from dms.holdings.operators import chosen_dossier, person_named


class Command(BaseCommand):
    """All rows or none. Exits with 1 where a row has errors, which are then printed one a line.

    Without --as the list may name any classification; it is entered in the name of the archivist cleared the highest.
    """

    help = (
        "Enter the items of a CSV or Excel list into a dossier and arrange them into volumes, all rows or none. "
        "Columns: key,title,type,issuer,issue_no,date,section,classification,pages,copies,relation,related_key,"
        "period_from,period_to,opened_on,remarks."
    )

    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("file", metavar="FILE", help="the list (.csv or .xlsx)")
        parser.add_argument("--dossier", required=True, metavar="NUMBER", help="the dossier the items belong to")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="in whose name (an archivist's)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be entered")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at the list; import it where it is right and meant; print."""
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        try:
            user = person_named(options["username"]) if options["username"] else None
            dossier, acting = chosen_dossier(options["dossier"], user, most_cleared=True)
            plan = plan_import(user, dossier, read_list(content))
            if plan.bad or options["dry_run"]:
                self._say(dossier, plan, 0, 0, as_json=options["json"])
            else:
                outcome = carry_out(plan, dossier=dossier, acting_user=acting, progress=self._progress)
                volumes = outcome.arranged.volumes
                self._say(dossier, plan, len(outcome.items), volumes, as_json=options["json"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if plan.bad:
            sys.exit(1)

    def _progress(self, what: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"{what} {done}/{total}")

    def _say(self, dossier: Dossier, plan: Plan, imported: int, volumes: int, *, as_json: bool) -> None:
        if as_json:
            told = {
                "dossier": dossier.number,
                "rows": len(plan.rows),
                "imported": imported,
                "volumes": volumes,
                "errors": errors_of(plan.bad),
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for row in plan.bad:
            for column, words in row.errors:
                self.stderr.write(f"row {row.number}, {label_of(column)}: {words}")
        said = f"{dossier.number}: {len(plan.rows)} rows, {len(plan.bad)} with errors, {imported} entered"
        self.stdout.write(f"{said}, {volumes} open volumes." if imported else f"{said}.")
