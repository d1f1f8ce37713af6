"""Answers a search under the rights of the person named; decides nothing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.core.errors import Refusal
from dms.organisation.models import User
from search.found import Order
from search.selectors import FoundHit, Results
from search.services import run_search
from search.snippets import plain

# The shell's command counts on: only screens stop at ten thousand.
MOST = 1_000_000


class Command(BaseCommand):
    """`find QUERY --as USERNAME [--sort relevance|date|volume] [--limit N] [--json]`."""

    help = (
        'Find words on pages and in titles: words, "phrases", AND OR NOT, word*, year:2019, 档案:…; '
        "only what the person named may see, and journalled. Exit code 1 when refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what to look for, and under whose rights."""
        parser.add_argument("query", help="what to look for")
        parser.add_argument("--as", required=True, dest="username", metavar="USERNAME", help="under whose rights")
        parser.add_argument("--sort", choices=[str(order) for order in Order], default=str(Order.RELEVANCE))
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many hits to print (20)")
        parser.add_argument("--json", action="store_true", help="print total and hits with snippet and boxes as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the hits; end with an error and its words where that is refused."""
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['username']}.")
        try:
            results = run_search(
                acting_user=user,
                words=options["query"],
                order=Order(options["sort"]),
                limit=max(0, options["limit"]),
                most=MOST,
                with_facets=False,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        if options["json"]:
            self.stdout.write(json.dumps(as_json(results), ensure_ascii=False, indent=1))
        else:
            self._print(results)

    def _print(self, results: Results) -> None:
        for hit in results.hits:
            where = f"{hit.item.dossier.number}  {hit.item.reference_code or hit.item.entry_number}"
            page = f"  {hit.page.position}" if hit.page else ""
            self.stdout.write(f"{where}{page}  {plain(hit.title)}\n    {plain(hit.snippet)}")
        self.stdout.write(f"{results.total}")


def as_json(results: Results) -> dict[str, Any]:
    """Return the results as `--json` prints them. `page` counts within its item; boxes are the capture's pixels."""
    return {"total": results.total, "hits": [_hit(hit) for hit in results.hits]}


def _hit(hit: FoundHit) -> dict[str, Any]:
    return {
        "dossier": hit.item.dossier.number,
        "entry_number": hit.item.entry_number,
        "reference_code": hit.item.reference_code,
        "page": hit.page.position if hit.page else None,
        "file": hit.file or None,
        "snippet": plain(hit.snippet) or plain(hit.title),
        "boxes": [list(box) for box in hit.boxes],
    }
