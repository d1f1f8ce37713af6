"""Measures the journal: written by one and by four, sealed, verified: `python -m benchmarks.journal`.

Works on a scratch SQLite database, or on PostgreSQL where the JUANZONG_POSTGRES_… settings name one (it is emptied of
nothing: the entries stay in it).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WRITERS = 4
READY = "ready\n"
FACTS = {"fields": ["name", "responsible"], "dossier": "WY-2024-0001", "why": "the customer moved"}


def main() -> None:
    """Build, measure, print; end with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--written", type=int, default=2000, help="entries each writer writes, one transaction each")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--writer", type=int, help="be one of the writers")
    asked = parser.parse_args()
    if asked.writer is not None:
        prepare()
        write(1)
        print(READY, end="", flush=True)
        sys.stdin.read()
        write(asked.written)
        return
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        os.environ["JUANZONG_DATA_DIR"] = folder
        prepare()
        figures = measure(asked.entries, asked.written)
    if asked.json:
        print(json.dumps(figures, indent=1))
    else:
        print("\n".join(f"{name:<52}{value}" for name, value in figures.items()))
    sys.exit(1 if figures["verified entries/s"] < 20_000 else 0)


def prepare() -> None:
    """Set Django up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
    import django

    django.setup()


def write(count: int) -> None:
    """Write `count` entries, each in a transaction of its own, as requests do."""
    from django.db import transaction

    from dms.journal.services import record

    for _ in range(count):
        with transaction.atomic():
            record("dossier.change", by=None, thing_label="bench", facts=FACTS)


def measure(entries: int, written: int) -> dict[str, Any]:
    """Return the figures by name."""
    from django.core.management import call_command
    from django.db import connection

    from dms.journal.models import JournalEntry
    from dms.journal.sealing import seal_pending
    from dms.journal.verifying import verify

    call_command("migrate", verbosity=0)
    figures: dict[str, Any] = {"database": connection.vendor}
    figures["written entries/s, one writer"] = round(written / _clock(write, written))
    figures[f"written entries/s, {WRITERS} writers"] = round(WRITERS * written / _crowd(written))
    while seal_pending():
        pass
    _fill(entries)
    figures["sealed entries/s"] = round(entries / _clock(_seal_all))
    count = JournalEntry.objects.count()
    bare, ours, report = _clock(_bare), _clock(lambda: _Kept.take(verify())), _Kept.value
    if report.faults or report.verified != count:
        raise SystemExit(f"the journal is not whole: {report.verified} of {count}, {report.faults[:3]}")
    figures["verified entries/s"] = round(count / ours)
    figures["bare: rows read and hashed once, entries/s"] = round(count / bare)
    figures["ratio"] = round(bare / ours, 2)
    return figures


class _Kept:
    value: Any = None

    @classmethod
    def take(cls, value: Any) -> None:
        cls.value = value


def _clock(act: Any, *values: Any) -> float:
    began = time.perf_counter()
    act(*values)
    return time.perf_counter() - began


def _crowd(written: int) -> float:
    """Let the writers begin together once all of them stand; return the seconds until the last has written."""
    command = [sys.executable, "-m", "benchmarks.journal", "--written", str(written), "--writer"]
    root = Path(__file__).resolve().parents[1]
    crowd = [
        subprocess.Popen([*command, str(number)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(WRITERS)
    ]
    for process in crowd:
        if not process.stdout or process.stdout.readline() != READY:
            raise SystemExit("a writer failed")
    began = time.perf_counter()
    for process in crowd:
        if process.stdin:
            process.stdin.close()
    if sum(abs(process.wait()) for process in crowd):  # every one is waited for
        raise SystemExit("a writer failed")
    return time.perf_counter() - began


def _fill(entries: int) -> None:
    from dms.clearance.models import SecurityClass
    from dms.journal.services import record_many

    secret, _made = SecurityClass.objects.get_or_create(rank=0, defaults={"code": "bench", "name": "bench"})
    things = [secret] * 1000
    for _ in range(-(-entries // 1000)):
        record_many("dossier.change", by=None, things=things, facts=FACTS)


def _seal_all() -> None:
    from dms.journal.sealing import seal_pending

    while seal_pending():
        pass


def _bare() -> None:
    """Read every row as the driver gives it and hash it once: what no verification can do without."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM journal_journalentry ORDER BY id")
        while rows := cursor.fetchmany(1000):
            for row in rows:
                hashlib.sha256(repr(row).encode()).hexdigest()


if __name__ == "__main__":
    main()
