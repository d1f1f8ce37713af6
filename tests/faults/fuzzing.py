"""Runs spoiled files through the real door: sniffed as the web does, split on the bench, a sample read in the sandbox.

Nothing of the application is replaced here. What is no refusal and no page is a failure, and is named.
"""

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from dms.intake.files.bench import Bench
from dms.intake.files.limits import Limits
from dms.intake.files.pages import SplitPage
from dms.intake.files.refused import FileRefused
from dms.intake.files.sniffing import is_zip, sniff
from ocr.errors import ImageUnreadable, RecognitionFailed
from ocr.images import Order
from ocr.sandbox import Sandbox

from .engines import Glancing
from .mutations import mutated
from .seeds import seeds

MOST_PAGES = 12  # of one spoiled file; no seed has more than three
MEGABYTES = 2048
# One page in so many goes on to the sandbox; one in so many of these is really read by Tesseract.
SANDBOXED, READ = 10, 8
GOOD = "jpeg grey"
GOOD_EVERY = 50


@dataclass(slots=True)
class Tried:
    """What became of one file. `outcome`: "read", "refused: <code>", or "FAILED: <what>"; memory in megabytes."""

    number: int
    seed: str
    mutations: str
    outcome: str
    pages: int = 0
    sandboxed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    bench_memory: int = 0

    @property
    def failed(self) -> bool:
        """Return whether this must not happen."""
        return self.outcome.startswith("FAILED")


class Fuzzer:
    """One worker's bench and sandboxes, and what it tries on them; a context manager."""

    def __init__(self, seed: int, limits: Limits = Limits(seconds=30)) -> None:  # noqa: B008 - frozen
        self.seed, self.limits = seed, limits
        self.bench = Bench(limits)
        glancing = f"{Glancing.__module__}:{Glancing.__name__}"
        self.glancing = Sandbox(glancing, seconds=60, megabytes=MEGABYTES)
        self.reading = Sandbox("tesseract", seconds=60, megabytes=MEGABYTES)
        self._sandboxed = 0

    def __enter__(self) -> "Fuzzer":
        return self

    def __exit__(self, *_error: object) -> None:
        for one in (self.bench, self.glancing, self.reading):
            one.close()

    def run(self, numbers: range) -> Iterator[Tried]:
        """Try the spoiled files of these numbers; every so often a good one has to be read in between."""
        for number in numbers:
            name, mutations, data = self.file(number)
            yield self.attempt(number, name, mutations, data)
            if number % GOOD_EVERY == GOOD_EVERY - 1:
                good = self.attempt(number, GOOD, "none", seeds()[GOOD])
                if good.outcome != "read":
                    good.outcome = f"FAILED: a good file was not read ({good.outcome})"
                    yield good

    def file(self, number: int) -> tuple[str, str, bytes]:
        """Return (seed's name, mutations, content) of the spoiled file `number`: always the same."""
        rng = random.Random(f"{self.seed} {number}")
        names = list(seeds())
        name = names[number % len(names)]
        mutations, data = mutated(seeds()[name], seeds()[rng.choice(names)], rng)
        return name, mutations, data

    def attempt(self, number: int, name: str, mutations: str, data: bytes) -> Tried:
        """Send one file through; whatever is raised that is no refusal is named, by type and place only."""
        tried = Tried(number, name, mutations, "read")
        begun = time.monotonic()
        with tempfile.TemporaryFile() as stream:
            stream.write(data)
            stream.flush()
            try:
                self._through(stream, tried)
            except FileRefused as refusal:
                tried.outcome = f"refused: {refusal.code}"
            except Exception as error:
                tried.outcome = f"FAILED: {type(error).__name__}"
        tried.seconds = time.monotonic() - begun
        tried.bench_memory = memory_of(self.bench.pid)
        if tried.bench_memory > self.limits.memory >> 20:
            tried.outcome = f"FAILED: the bench took {tried.bench_memory} MB"
        return tried

    def _through(self, stream: BinaryIO, tried: Tried) -> None:
        if is_zip(stream):
            self._unpacked(stream, tried)
        else:
            self._split(stream, tried)

    def _unpacked(self, stream: BinaryIO, tried: Tried) -> None:
        """Take every file out of a ZIP, then send each through as if it had come alone."""
        entries, _skipped = self.bench.open_packed(stream)
        taken: list[BinaryIO] = []
        try:
            for entry in entries[:MOST_PAGES]:
                if entry.refused:
                    raise FileRefused(entry.refused)
                taken.append(tempfile.TemporaryFile())  # noqa: SIM115
                self.bench.unpack(entry, taken[-1])
                taken[-1].flush()
            for one in taken:
                self._split(one, tried)
        finally:
            for one in taken:
                one.close()

    def _split(self, stream: BinaryIO, tried: Tried) -> None:
        sniff(stream, "卷宗.pdf")
        opened = self.bench.open(stream, "卷宗.pdf")
        for index in range(min(opened.pages, MOST_PAGES)):
            page = self.bench.page(index)
            tried.pages += 1
            self._check(page)
            self._sandboxed += 1
            if self._sandboxed % SANDBOXED == 0:
                went = self._read(page)
                tried.sandboxed[went] = tried.sandboxed.get(went, 0) + 1

    def _check(self, page: SplitPage) -> None:
        """A page has a master, an image and a thumbnail, and sizes within the limits."""
        assert page.master and page.image and page.thumbnail
        assert 0 < page.width * page.height <= self.limits.pixels

    def _read(self, page: SplitPage) -> str:
        sandbox = self.reading if self._sandboxed % (SANDBOXED * READ) == 0 else self.glancing
        order = Order(page.media_type, page.width, page.height, page.dpi, self.limits.pixels)
        try:
            sandbox.read(page.master, order)
        except ImageUnreadable:
            return "image unreadable"
        except RecognitionFailed as error:
            return type(error).__name__
        return "recognised"


def memory_of(pid: int | None) -> int:
    """Return the most memory (megabytes resident) that a process had so far, 0 where it is no more."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) >> 10 if lines else 0


def own_memory() -> int:
    """Return the most memory (megabytes resident) that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
