"""`manage.py watch`: takes scans out of the scanners' folder. Only parses, looks again and again, and tells."""

import json
import logging
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from dms.clearance.selectors import facts_of
from dms.core.errors import Refusal
from dms.holdings.operators import person_named
from dms.intake.watching import Look, Watcher

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Ends on SIGTERM or Ctrl-C after the file in hand; with --once after two looks; with 1 where it cannot begin."""

    help = (
        "Watch the folder that network scanners write to: a sub-folder for each dossier number, below it one for a "
        "section where wanted. Complete files are taken in and leave the folder; what fits no dossier waits under "
        "Unplaced, on the screen Scan & intake."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument(
            "folder", nargs="?", default=settings.WATCH_DIR, metavar="DIR", help="the folder (JUANZONG_WATCH_DIR)"
        )
        parser.add_argument(
            "--as", dest="username", default=settings.WATCH_AS, metavar="USERNAME",
            help="the archivist in whose name scans are taken in (JUANZONG_WATCH_AS)",
        )  # fmt: skip
        parser.add_argument("--once", action="store_true", help="look twice, take in what did not change, and end")
        parser.add_argument(
            "--keep", action="store_true", default=settings.WATCH_KEEP,
            help="move what was taken in to DIR/_done/DAY/ instead of deleting it (readable papers stay on the disk)",
        )  # fmt: skip
        parser.add_argument(
            "--interval", type=float, default=settings.WATCH_SECONDS, metavar="SECONDS",
            help="time between two looks (%(default)s)",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print one JSON object for each look that did anything")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look until told to stop."""
        self._json = options["json"]
        watcher = self._watcher(options)
        stop = threading.Event()
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, lambda received, frame: stop.set()) for number in numbers]
        try:
            with watcher.alone():
                if options["once"]:
                    self._once(watcher, stop, options["interval"])
                else:
                    self._again_and_again(watcher, stop, options["interval"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{options['folder']}: {error.strerror or error}") from error
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _watcher(self, options: dict[str, Any]) -> Watcher:
        if not options["folder"]:
            raise CommandError("Name the folder, or set JUANZONG_WATCH_DIR.")
        if not options["username"]:
            raise CommandError("Name the archivist with --as, or set JUANZONG_WATCH_AS.")
        try:
            user = person_named(options["username"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not facts_of(user).archivist_of:
            raise CommandError(f"{user.username} is no archivist; the scanner needs an archivist's name.")
        return Watcher(Path(options["folder"]).absolute(), user, keep=options["keep"], say=self._complain)

    def _once(self, watcher: Watcher, stop: threading.Event, interval: float) -> None:
        first = watcher.look()
        if first.waiting and not stop.wait(interval):
            self._tell(watcher.look(), always=True)
        else:
            self._tell(first, always=True)

    def _again_and_again(self, watcher: Watcher, stop: threading.Event, interval: float) -> None:
        said = ""
        while not stop.is_set():
            try:
                self._tell(watcher.look())
                said = ""
            except (DatabaseError, OSError, Refusal) as error:  # a share that is gone, a full disk: it may pass
                words = str(error) if isinstance(error, Refusal) else type(error).__name__
                if words != said:
                    self._complain(words)
                said = words
            close_old_connections()
            stop.wait(interval)

    def _tell(self, look: Look, *, always: bool = False) -> None:
        if not (always or look.taken or look.unplaced):
            return
        counts = {"taken": look.taken, "unplaced": look.unplaced, "waiting": look.waiting, "left": look.left}
        line = json.dumps(counts) if self._json else ", ".join(f"{name} {count}" for name, count in counts.items())
        self.stdout.write(line)
        self.stdout.flush()

    def _complain(self, line: str) -> None:
        logger.warning("watched folder: %s", line)
