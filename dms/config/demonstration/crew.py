"""Worker processes for as long as the demonstration's intake lasts. They are the same as any other worker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

GRACE_SECONDS = 30


class Crew:
    """The running workers; each ends by itself when nothing waits any more."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self._processes = processes

    @property
    def working(self) -> bool:
        """Whether any worker is still there."""
        return any(process.poll() is None for process in self._processes)

    @property
    def gave_up(self) -> bool:
        """Whether a worker ended without having finished."""
        return any(process.poll() not in (None, 0) for process in self._processes)


@contextmanager
def crew(size: int | None = None) -> Iterator[Crew]:
    """Run `size` workers (one a core) within the block; leaving it, even by Ctrl-C, ends them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--until-idle"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    processes = [
        subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(size or cores)
    ]
    try:
        yield Crew(processes)
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
