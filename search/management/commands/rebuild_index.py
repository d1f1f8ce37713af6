"""Builds the search index anew from the records, beside the present one; decides nothing."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from search.indexing import rebuild


class Command(BaseCommand):
    """`rebuild_index [--json]`."""

    help = "Build the search index anew. Searching goes on meanwhile; interrupted, everything stays as it was."

    def add_arguments(self, parser: CommandParser) -> None:
        """Only how to print."""
        parser.add_argument("--json", action="store_true", help='print {"texts": N, "seconds": S}')

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild with a count on a terminal; exit code 1 where another rebuild is at work."""
        begun = time.monotonic()
        counting = self.stderr.isatty() and not options["json"]

        def progress(count: int) -> None:
            if counting:
                self.stderr.write(f"\r{count}", ending="")

        try:
            texts = rebuild(progress)
        except BlockingIOError:
            raise CommandError(_("Another rebuild of the search index is at work. Wait until it has ended.")) from None
        seconds = round(time.monotonic() - begun, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"texts": texts, "seconds": seconds}))
            return
        words = _("The search index holds %(texts)s texts; built in %(seconds)s s.")
        self.stdout.write(words % {"texts": texts, "seconds": seconds})
