"""Measures how many workers share one database: `python -m benchmarks.workers` (PostgreSQL: `.ci/with-postgresql …`).

Prepares tiny pages in batches of several people, then lets N workers read them with an engine that only sleeps: what is
measured is drawing, sealing, writing and journalling. With --scaling, an engine that computes instead, for 1, 2 and 4.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

BATCHES = 8
TEXT = "今收到张三交来装修押金人民币五千元整，编号HT-2019-{:04}"


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=0.1, help="how long the engine sleeps for a page")
    parser.add_argument("--scaling", action="store_true", help="1, 2 and 4 workers with an engine that computes")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        os.environ["JUANZONG_DATA_DIR"] = folder
        os.environ["JUANZONG_LOG_LEVEL"] = "ERROR"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fonds, archivist = organisation()
        runs = [(n, 0.0) for n in (1, 2, 4)] if asked.scaling else [(asked.workers, asked.seconds)]
        for workers, seconds in runs:
            prepare(fonds, archivist, asked.pages)
            figures = measure(workers, asked.pages, seconds)
            print(json.dumps(figures) if asked.json else "\n".join(f"{k:<44}{v}" for k, v in figures.items()) + "\n")


def organisation() -> tuple[Any, Any]:
    """Make what pages belong to."""
    from benchmarks.dossier_list import build_dossiers, build_organisation

    fonds, departments, staff, people, kind, series, classes = build_organisation()
    build_dossiers(BATCHES, fonds, departments, staff, kind, series, classes)
    return fonds, people["archivist"]


def prepare(fonds: Any, archivist: Any, pages: int) -> None:
    """Enter `pages` pages of `BATCHES` batches as intake does, with a sealed master; the other files are rows alone."""
    from dms.holdings.models import Dossier, Item
    from dms.intake.models import ReceivedFile, ScanBatch

    now, entered = datetime.now(UTC), Item.objects.count()
    files = []
    for number, dossier in enumerate(Dossier.objects.order_by("pk")[:BATCHES], 1):
        item = Item.objects.create(
            fonds=fonds, dossier=dossier, entry_number=entered + number, title="测试", received_on=date(2024, 1, 1)
        )
        batch = ScanBatch.objects.create(dossier=dossier, item=item, opened_by=archivist, opened_at=now)
        received = ReceivedFile(
            batch=batch, position=0, name="scan.pdf", size=1, stored=_row(now), received_by=archivist, received_at=now,
            state="split", item=item, changed_at=now,
        )  # fmt: skip
        received.save()
        files.append(received)
    for index in range(pages):
        _page(files[index * BATCHES // pages], index % -(-pages // BATCHES), now)


def _row(now: datetime) -> Any:
    from dms.vault.models import StoredFile

    return StoredFile.objects.create(
        id=uuid.uuid4(), purpose="bench", size=1, cipher_size=1, cipher_sha256="0" * 64, fingerprint="0" * 64,
        created_at=now,
    )  # fmt: skip


def _page(file: Any, index: int, now: datetime) -> None:
    from dms.holdings.models import Capture, Page
    from dms.intake.models import PageSource
    from dms.vault.services import store

    page = Page.objects.create(item=file.item, position=index + 1)
    master = store(b"a tiny page", purpose="page master")
    Capture.objects.create(
        page=page, master=master, derivative=_row(now), thumbnail=_row(now), width=1654, height=2339,
        media_type="image/jpeg", captured_at=now,
    )  # fmt: skip
    PageSource.objects.create(page=page, received_file=file, index_in_file=index)


class Sleeper:
    """Stands where the sandbox stands: sleeps `seconds` for a page, or computes for a twentieth of a second."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def read(self, data: bytes, order: Any) -> Any:
        from ocr.page_text import PageText, typed_line

        if self.seconds:
            time.sleep(self.seconds)
        else:
            end = time.process_time() + 0.05
            while time.process_time() < end:
                pass
        lines = tuple(typed_line(TEXT.format(n), (100, 60 * n, 1500, 60 * n + 50)) for n in range(1, 3))
        return PageText(order.width, order.height, lines=lines, engine="bench")


def measure(workers: int, pages: int, seconds: float) -> dict[str, Any]:
    """Let `workers` processes read everything that waits; return the figures by name."""
    from django.db import connection, connections

    from dms.holdings.models import Page, Reading

    since = Reading.objects.count()
    ids = list(Page.objects.filter(state="waiting").values_list("pk", flat=True))
    before, vendor = server_counters(), connection.vendor
    connections.close_all()
    if vendor == "postgresql":
        connection.close_pool()
    cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    children = [start(number, seconds) for number in range(workers)]
    watch = Watch(vendor)
    failed = [code for code in map(ended, children) if code]
    watch.stop()
    spent = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - cpu
    made = list(Reading.objects.order_by("made_at", "pk").values_list("made_at", "capture__page__item_id"))[since:]
    took = (made[-1][0] - made[0][0]).total_seconds()
    half = Counter(item for _at, item in made[: len(made) // 2])
    after = server_counters()
    return {
        "database": vendor,
        "workers": workers,
        "engine": f"sleeps {seconds:g} s" if seconds else "computes 0.05 s",
        "pages": len(made),
        "pages/s": round((len(made) - 1) / took, 1),
        "pages/s that so many engines could give": round(workers / seconds, 1) if seconds else "",
        "CPU ms a page, workers": round(spent / len(made) * 1000, 2),
        "pages drawn more than once": Page.objects.filter(pk__in=ids).exclude(attempt=10).count(),
        "pages read twice": len(made) - pages,
        "workers that failed": len(failed),
        "fewest and most of a batch at half time": f"{min(half.values())} / {max(half.values())}",
        **watch.figures(),
        **{name: after[name] - before[name] for name in after},
    }


def start(number: int, seconds: float) -> int:
    """Fork a worker that does nothing but read pages; return its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        from dms.core import work
        from dms.core.workers import Loop
        from ocr import tasks

        work._steps.clear()
        work.register(tasks.step())
        sleeper = Sleeper(seconds)
        tasks._sandbox = lambda: sleeper
        outcome = Loop(f"bench:{number}", stopping=lambda: False).run(until_idle=True, patience=60)
        code = 1 if outcome.gave_up or outcome.failing else 0
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a worker; return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def server_counters() -> dict[str, int]:
    """Return what PostgreSQL has counted of this database; nothing on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks, xact_rollback, conflicts FROM pg_stat_database WHERE datname = current_database()"
        )
        names = ("deadlocks", "transactions rolled back", "serialization conflicts")
        return dict(zip(names, cursor.fetchone(), strict=True))


class Watch:
    """Looks at the server's sessions many times a second, from a thread: who waits for a lock, who idles."""

    def __init__(self, vendor: str) -> None:
        self.seen: list[tuple[int, int, int]] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if vendor == "postgresql" else None
        if self._thread:
            self._thread.start()

    def _run(self) -> None:
        from django.db import connection

        while not self._end.wait(0.1):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FILTER (WHERE wait_event_type = 'Lock'),"
                    " count(*) FILTER (WHERE state = 'idle in transaction'),"
                    " count(*) FILTER (WHERE state = 'active') FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                self.seen.append(cursor.fetchone())
        connection.close()

    def stop(self) -> None:
        """End looking."""
        self._end.set()
        if self._thread:
            self._thread.join()

    def figures(self) -> dict[str, Any]:
        """Return the means over all looks."""
        if not self.seen:
            return {}
        names = ("sessions that wait for a lock, mean", "sessions idle in a transaction, mean", "sessions active, mean")
        waits, idle, active = (round(statistics.mean(row[n] for row in self.seen), 2) for n in range(3))
        return dict(zip(names, (waits, idle, active), strict=True))


if __name__ == "__main__":
    main()
