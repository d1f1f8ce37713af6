"""`manage.py demonstrate`: loads the invented organisation and takes its scans in. Only parses, waits and prints."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.config.demonstration.crew import crew
from dms.config.demonstration.intake import complete_entries, file_batches, receive_scans
from dms.config.demonstration.organisation import Organisation, load_organisation
from dms.config.demonstration.people import PASSWORD, PEOPLE
from dms.config.demonstration.scans import Scan, chosen_scans, make_scans
from dms.config.demonstration.summary import Summary, as_json, summary_of
from dms.config.demonstration.volumes import arrange_papers
from dms.core.errors import Refusal
from dms.journal.sealing import seal_all

WIDTH = 30
LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Exits with 1 where the pipeline could not finish; running it again goes on where it stopped."""

    help = (
        "Load an invented organisation with dossiers, make scans of invented papers, and take them in through the real "
        "pipeline, waiting until all are read. Running it again duplicates nothing. Refused in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("--scans", type=int, metavar="N", help="take in N scans, from all dossiers in turn (all)")
        parser.add_argument("--no-wait", action="store_true", help="do not wait until the scans are read")
        parser.add_argument("--workers", type=int, metavar="N", help="workers while waiting (one per core)")
        parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, make, take in, wait, print."""
        if not getattr(settings, "DEMONSTRATION", False):
            raise CommandError("The demonstration is not loaded into production: its passwords are known to everybody.")
        scans = chosen_scans(options["scans"])
        bar = Bar("making scans")
        paths = make_scans(settings.DATA_DIR / "demonstration", scans, progress=bar.show)
        bar.end()
        try:
            house = load_organisation()
            receive_scans(house, scans, paths)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not options["no_wait"]:
            self._wait(house, scans, options["workers"])
        put_in_order(house, scans)
        if not options["no_wait"]:
            # Completed entries are indexed anew; mostly that was done while the pages were read.
            self._wait(house, scans, options["workers"])
        arrange_papers(house)
        if not options["no_wait"]:
            # So are the entries of the volume that was closed.
            self._wait(house, scans, options["workers"])
        # No scheduler runs yet: what was journalled here would wait unsealed, which is an alarm.
        seal_all()
        summary = summary_of(house)
        self.stdout.write(json.dumps(as_json(house, summary)) if options["json"] else as_text(summary))
        if summary.unfinished and not options["no_wait"]:
            raise CommandError("Not everything could be read. See the messages above, then run this again.")

    def _wait(self, house: Organisation, scans: list[Scan], workers: int | None) -> None:
        """Where something waits, let workers do it and show how far they are."""
        summary = summary_of(house)
        if not summary.unfinished:
            return
        bar, in_order = Bar("reading pages"), False
        with crew(workers) as at_work:
            while at_work.working:
                bar.show(*progress_of(summary))
                if not (summary.files_waiting or in_order):
                    put_in_order(house, scans)
                    in_order = True
                time.sleep(LOOK_SECONDS)
                summary = summary_of(house)
        bar.show(*progress_of(summary_of(house)))
        bar.end()
        if at_work.gave_up:
            self.stderr.write("A worker gave up.")


def put_in_order(house: Organisation, scans: list[Scan]) -> None:
    """Complete the entries of what was split, and file the batches; doing it again changes nothing."""
    complete_entries(house, scans)
    file_batches(house)


def progress_of(summary: Summary) -> tuple[int, int]:
    """Return (pages done, pages in all); a file not split yet counts as one page."""
    return summary.pages - summary.waiting, summary.pages + summary.files_waiting


class Bar:
    """A progress bar on standard error: redrawn on a terminal, otherwise a line at every quarter."""

    def __init__(self, what: str, now: Callable[[], float] = time.monotonic) -> None:
        self.what = what
        self.now = now
        self.began = now()
        self.quarter = 0
        self.shown = False

    def show(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        share = done / total if total else 1.0
        line = f"{self.what} {done}/{total}"
        if sys.stderr.isatty():
            full = round(share * WIDTH)
            elapsed = round(self.now() - self.began)
            sys.stderr.write(f"\r[{'█' * full}{'·' * (WIDTH - full)}] {line} {elapsed // 60}:{elapsed % 60:02d} ")
        elif int(share * 4) > self.quarter:
            self.quarter = int(share * 4)
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
        self.shown = True

    def end(self) -> None:
        """Leave the bar's line."""
        if self.shown and sys.stderr.isatty():
            sys.stderr.write("\n")


def as_text(summary: Summary) -> str:
    """Return the summary for people."""
    rows = [
        f"{summary.dossiers} dossiers, {summary.files} files, {summary.pages} pages: "
        f"{summary.recognised} read, {summary.blank} blank, {summary.to_check} to check; "
        f"{summary.volumes} volumes, {summary.closed_volumes} of them closed",
    ]
    if summary.failed or summary.files_refused:
        rows.append(f"{summary.failed} pages could not be read, {summary.files_refused} files were refused")
    if summary.unfinished:
        rows.append(f"{summary.files_waiting} files and {summary.waiting} pages still wait for a worker")
    rows.append(f"Sign in as {', '.join(person.username for person in PEOPLE)}; password: {PASSWORD}")
    return "\n".join(rows)
