"""Prints the texts of a dossier by the files they came from, under the rights of the person named; decides nothing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.core.errors import Refusal
from dms.organisation.models import User
from ocr.services import export_texts


class Command(BaseCommand):
    """`export_text --dossier NUMBER --as USERNAME [--json]`."""

    help = "Print the texts of a dossier's pages, one entry a received file, its pages parted by form feeds."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which dossier, and under whose rights."""
        parser.add_argument("--dossier", required=True, metavar="NUMBER", help="number of the dossier")
        parser.add_argument("--as", required=True, dest="username", metavar="USERNAME", help="under whose rights")
        parser.add_argument("--json", action="store_true", help='print {"original file name": "text"}')

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the texts; end with an error and its words where that is refused."""
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['username']}.")
        try:
            texts = export_texts(number=options["dossier"], acting_user=user)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        if options["json"]:
            self.stdout.write(json.dumps(texts, ensure_ascii=False, indent=1))
            return
        for name, text in texts.items():
            self.stdout.write(f"=== {name}\n{text}")
