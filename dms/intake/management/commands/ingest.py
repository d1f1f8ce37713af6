"""`manage.py ingest`: takes files of this machine into a dossier. Only parses, feeds the services, and prints."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.core.errors import Refusal
from dms.holdings.operators import chosen_dossier, person_named
from dms.intake.ingestion import Ingestion, Told, opened_dossier

WIDTH = 30


class Command(BaseCommand):
    """Exits with 1 where a file was refused or a page could not be read in time; the rest is taken in all the same."""

    help = (
        "Take files, ZIP files or whole folders into a dossier, in one scan batch, every file an item. What the "
        "dossier has already is left out. Exit code 1 where a file was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders (walked through, by name)")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--dossier", metavar="NUMBER", help="the dossier to fill")
        where.add_argument("--new-dossier", metavar="NAME", help="open a dossier for this customer first")
        parser.add_argument("--kind", metavar="CODE", help="kind of the new dossier")
        parser.add_argument("--series", metavar="CODE", help="series of the new dossier (the first one)")
        parser.add_argument("--department", metavar="CODE", help="department of the new dossier (the first one)")
        parser.add_argument(
            "--field", action="append", default=[], metavar="CODE=VALUE", help="own field of the new dossier"
        )
        parser.add_argument("--section", metavar="CODE", help="section the items go to")
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="date of the documents")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="in whose name (an archivist's)")
        parser.add_argument("--same-again", action="store_true", help="also take in what the dossier has already")
        parser.add_argument("--wait", action="store_true", help="wait until all pages are read and can be found")
        parser.add_argument(
            "--patience",
            type=float,
            default=900,
            metavar="SECONDS",
            help="with --wait: give up after so long a standstill",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take in, wait where asked, print, and exit with 1 where something was refused."""
        paths = list(files_below([Path(name) for name in options["paths"]]))
        day = day_of(options["date"])
        try:
            ingestion = self._begun(options, day)
        except (Refusal, ValidationError) as error:
            raise CommandError(words_of(error)) from error
        bar = Bar()
        for number, path in enumerate(paths, 1):
            ingestion.take(path)
            bar.show("received", number, len(paths))
        finished = True
        if options["wait"]:
            finished = ingestion.wait(patience=options["patience"], show=lambda done, of: bar.show("read", done, of))
        bar.end()
        told = ingestion.told()
        self.stdout.write(
            json.dumps(as_json(ingestion, told), ensure_ascii=False) if options["json"] else as_text(told)
        )
        if not finished:
            self.stderr.write("Not everything was read in time; run a worker (manage.py work), nothing is lost.")
        if not finished or any(file.failed for file in told):
            sys.exit(1)

    def _begun(self, options: dict[str, Any], day: date | None) -> Ingestion:
        user = person_named(options["username"]) if options["username"] else None
        if options["new_dossier"]:
            if not options["kind"]:
                raise CommandError("--new-dossier needs --kind CODE.")
            fields = dict(field.partition("=")[::2] for field in options["field"])
            dossier, user = opened_dossier(
                options["new_dossier"],
                kind=options["kind"],
                series=options["series"],
                department=options["department"],
                section=options["section"],
                fields=fields,
                user=user,
            )
        else:
            dossier, user = chosen_dossier(options["dossier"], user)
        same_again = options["same_again"]
        return Ingestion(dossier, user, section=options["section"], document_date=day, same_again=same_again)


def files_below(paths: list[Path]) -> Iterator[Path]:
    """Yield every file, folders walked by name, hidden files passed over; raise CommandError for what is absent."""
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no file or folder {path}.")
    for path in paths:
        if path.is_dir():
            below = sorted(path.rglob("*"))
            yield from (file for file in below if file.is_file() and not _hidden(file.relative_to(path)))
        else:
            yield path


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def day_of(word: str | None) -> date | None:
    """Return the day, or raise CommandError."""
    if not word:
        return None
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise CommandError(f"--date must be a day like 2026-11-24, not {word}.") from None


def words_of(error: Refusal | ValidationError) -> str:
    """Return an error in one line."""
    if isinstance(error, ValidationError):
        if hasattr(error, "error_dict"):
            return "; ".join(f"{field}: {' '.join(said)}" for field, said in error.message_dict.items())
        return " ".join(error.messages)
    return str(error)


def as_json(ingestion: Ingestion, told: list[Told]) -> dict[str, Any]:
    """Return {"dossier", "files": [{"file", "state", "pages", "why"}]}."""
    files = [{"file": file.name, "state": file.state, "pages": file.pages, "why": file.why} for file in told]
    return {"dossier": ingestion.dossier.number, "files": files}


def as_text(told: list[Told]) -> str:
    """Return a line for each file."""
    return "\n".join(f"{file.state:<10} {file.pages:>5}  {file.name}  {file.why}".rstrip() for file in told)


class Bar:
    """A progress bar on standard error, on a terminal only."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._wanted = sys.stderr.isatty()

    def show(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if not self._wanted:
            return
        full = round(WIDTH * done / total) if total else 0
        seconds = round(time.monotonic() - self._began)
        clock = f"{seconds // 60}:{seconds % 60:02d}"
        sys.stderr.write(f"\r[{'█' * full}{'·' * (WIDTH - full)}] {what} {done}/{total} {clock}   ")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the bar's line."""
        if self._wanted:
            sys.stderr.write("\n")
