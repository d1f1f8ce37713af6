"""`manage.py catalogue`: prints the volumes of a dossier with their items in order. Only parses, reads and prints."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.arrangement.selectors.catalogues import CatalogueVolume, as_json, catalogue_of
from dms.core.errors import Refusal
from dms.holdings.operators import chosen_dossier, person_named
from dms.journal.services import record


class Command(BaseCommand):
    """Closed volumes as they are, open ones as the rules make them now; the look is written down.

    Without --as it tells everything: whoever runs commands here holds the keys of the house.
    """

    help = "Print the in-volume catalogues of a dossier: its volumes by year, with every item in order."

    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("--dossier", required=True, metavar="NUMBER", help="the dossier")
        parser.add_argument("--year", type=int, metavar="YEAR", help="volumes of this filing year only")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="only what this person may read")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and print."""
        try:
            user = person_named(options["username"]) if options["username"] else None
            dossier, _acting = chosen_dossier(options["dossier"], user, most_cleared=True)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        record("catalogue.read", by=user, thing=dossier, thing_label=dossier.number)
        volumes = catalogue_of(user, dossier, year=options["year"])
        if options["json"]:
            self.stdout.write(json.dumps(as_json(volumes), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(line for volume in volumes for line in as_text(volume)))


def as_text(volume: CatalogueVolume) -> list[str]:
    """Return a volume's lines: what it is, then one for each item."""
    lines = [f"{volume.reference_code}  {volume.year}/{volume.part}  {volume.retention}  {volume.classification}"]
    for row in volume.rows:
        number = "" if row.number is None else str(row.number)
        pages = f"{row.first_page}-{row.last_page}" if row.first_page else "-"
        lines.append(f"{number:>5}  {pages:>9}  {row.item.title}  [{row.reason}]")
    return lines
