"""Runs the whole house in the foreground: web, workers, scheduler. Holds no state of its own."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from dms.config import processes
from dms.config.checks import refuse_unsafe_start


class Command(BaseCommand):
    """`manage.py serve`: ends on Ctrl-C or SIGTERM with exit code 0, with 1 where a part does not stay alive."""

    requires_system_checks = ()  # refuse_unsafe_start says all at once
    help = "Serve Juanzong: the web server, the workers and the scheduler, until Ctrl-C. What dies is started again."

    def add_arguments(self, parser: CommandParser) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        parser.add_argument(
            "--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="where to listen (%(default)s)"
        )
        parser.add_argument("--workers", type=int, default=cores, metavar="N", help="worker processes (one per core)")
        parser.add_argument("--web-processes", type=int, default=2, metavar="N", help="web processes (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        address = self._free_address(options["bind"])
        self._require_migrations()
        connections.close_all()
        os.chdir(settings.BASE_DIR)
        children = processes.children_of(
            options["bind"], options["workers"], options["web_processes"], watched=settings.WATCH_DIR
        )
        supervisor = processes.Supervisor(children, say=self._say)
        code = supervisor.run(lambda: self._say_where(address), address)
        self._say("Juanzong has stopped.")
        sys.exit(code)

    def _free_address(self, bind: str) -> tuple[str, int]:
        try:
            address = processes.address_of(bind)
        except ValueError:
            raise CommandError(f"--bind takes HOST:PORT, not {bind!r}.") from None
        if not processes.is_free(address):
            raise CommandError(
                f"{bind} is in use or not this machine's. Stop what listens there, or choose another --bind."
            )
        return address

    def _require_migrations(self) -> None:
        try:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {type(error).__name__}.") from None
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run: manage.py migrate")

    def _say_where(self, address: tuple[str, int]) -> None:
        host = {"0.0.0.0": "localhost", "127.0.0.1": "localhost", "::": "localhost"}.get(*address[:1] * 2)  # noqa: S104
        self._say(f"Juanzong is ready at http://{host}:{address[1]}/ (Ctrl-C stops it)")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
