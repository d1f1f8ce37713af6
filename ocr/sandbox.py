"""The parent's side of the sandbox: one long-lived process that reads pages, killed and replaced where it oversteps.

Pictures go in and ALTO comes out through a socket. No picture or text of a page is opened or logged here.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, Self

from . import scratch, wire
from .alto import from_alto
from .errors import (
    EngineCrashed,
    EngineOutOfMemory,
    EngineTimedOut,
    EngineUnavailable,
    ImageUnreadable,
    RecognitionFailed,
)
from .images import Order
from .page_text import PageText

_START_SECONDS = 60
_LONGEST_ALTO = 256 << 20


class Sandbox:
    """Reads pages with `engine` in a process of its own, at most `seconds` and `megabytes` for each.

    Not for two threads at once. The process starts with the first page and lives until `close` (or the end of `with`),
    a failure, or this process's end. Raises a `RecognitionFailed` for a page it could not read; the next is tried anew.
    """

    def __init__(self, engine: str, *, seconds: float, megabytes: int) -> None:
        self.engine, self.seconds, self.megabytes = engine, seconds, megabytes
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket = socket.socket()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the one that reads; None while there is none."""
        return self._process.pid if self._process else None

    def read(self, data: bytes, order: Order) -> PageText:
        """Return the text of the master `data`, boxes in pixels of `order`'s size."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start()
        return from_alto(self._exchange(asdict(order), data))

    def close(self) -> None:
        """End the process with everything it started, and remove its files. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            # Its group first, while its own id is still taken: an engine may outlive the process that started it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._line.close()
        if self._folder is not None:
            scratch.remove_folder(self._folder)
        self._folder = None

    def _start(self) -> None:
        scratch.sweep()
        self._folder = scratch.make_folder()
        self._line, theirs = socket.socketpair()
        numbers = (os.getpid(), self.megabytes, round(self.seconds) + 1)
        command = [sys.executable, "-m", "ocr.child", self.engine, str(self._folder), *map(str, numbers)]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a traceback could quote the page
                start_new_session=True,
                env=_environment(),
            )
        went = self._receive(time.monotonic() + _START_SECONDS)[0].get("went")
        if went != "ready":
            self.close()
            raise EngineUnavailable if went == "missing" else EngineCrashed("start")

    def _exchange(self, head: dict[str, Any], data: bytes) -> bytes:
        deadline = time.monotonic() + self.seconds
        self._line.settimeout(self.seconds)
        try:
            wire.send(self._line, head, data)
        except TimeoutError:
            self._fail(EngineTimedOut(self.seconds))
        except wire.Ended:
            self._fail(self._death())
        answer, document = self._receive(deadline)
        went = answer.get("went")
        if answer.get("tired"):
            self.close()  # between two pages; the next one gets a fresh process
        if went == "well":
            return document
        if went == "image":
            raise ImageUnreadable
        if went == "memory":
            self._fail(EngineOutOfMemory(self.megabytes))
        self._fail(EngineUnavailable() if went == "missing" else EngineCrashed(str(answer.get("how", "?"))))

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        try:
            return wire.receive(self._line, longest=_LONGEST_ALTO, deadline=deadline)
        except TimeoutError:
            self._fail(EngineTimedOut(self.seconds))
        except wire.Ended:
            self._fail(self._death())
        except ValueError:
            self._fail(EngineCrashed("answer"))

    def _death(self) -> RecognitionFailed:
        try:
            code = self._process.wait(timeout=5) if self._process else 0
        except subprocess.TimeoutExpired:
            return EngineCrashed("line closed")
        return EngineTimedOut(self.seconds) if code == -signal.SIGXCPU else EngineCrashed(f"exit {code}")

    def _fail(self, error: RecognitionFailed) -> NoReturn:
        self.close()
        raise error


def _environment() -> dict[str, str]:
    """What the process may know: where programs, models and our code are; nothing of settings and secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH") if name in os.environ}
    # One thread each: more would fight over the cores and reserve address space by the gigabyte.
    threads = dict.fromkeys(("OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    return {**kept, **threads, "PYTHONPATH": str(Path(__file__).parents[1]), "LANG": "C.UTF-8"}
