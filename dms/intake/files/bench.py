"""The worker's side of the bench: one process for all foreign files, replaced after a crash. Parses nothing itself."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from . import wire
from .kinds import Kind
from .limits import Limits
from .pages import Measures, SplitPage
from .refused import BenchFailed, FileRefused

ROOT = Path(__file__).resolve().parents[3]
_SMALL = 8 << 20  # derivatives and thumbnail are far below


class Opened(NamedTuple):
    """What a file turned out to be: kind, number of pages, whether its name promises another kind."""

    kind: Kind
    pages: int
    misnamed: bool


class PackedEntry(NamedTuple):
    """One file inside a ZIP: place in its directory, name with "/" between folders, bytes; `refused`: why, or ""."""

    number: int
    name: str
    size: int
    refused: str
    facts: dict[str, int | str]


class Bench:
    """Opens one file at a time in a process of its own with bounded memory and time; a context manager.

    A file at which that process dies twice is refused as `crashed`, one that takes too long as `too_slow`.
    """

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._file: tuple[BinaryIO, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the process id of the bench, None where none runs."""
        return self._process.pid if self._process else None

    def open(self, file: BinaryIO, name: str) -> Opened:
        """Lay a real file (it must have a descriptor) on the bench; raise FileRefused, BenchFailed.

        The file is handed over as a descriptor: it may have no name on the disk. It must stay open meanwhile.
        """
        self._file = (file, name)
        return self._twice(self._open)

    def open_packed(self, file: BinaryIO) -> tuple[list[PackedEntry], int]:
        """Lay a ZIP on the bench; return what is inside, in the order of names, and how many entries were passed over.

        Raise FileRefused for the ZIP as a whole, BenchFailed. `file` as for `open`.
        """
        self._file = (file, "")
        answer: tuple[list[PackedEntry], int] = self._twice(self._open_packed)
        return answer

    def unpack(self, entry: PackedEntry, target: BinaryIO) -> None:
        """Write one entry of the ZIP that lies open to `target` (seekable, written from its beginning).

        Raise FileRefused for this entry, BenchFailed, or what `target` raises (a full disk).
        """
        self._twice(lambda: self._unpack(entry, target))

    def page(self, index: int) -> SplitPage:
        """Return page `index` (from 0) of the file that lies open, with derivatives; raise FileRefused, BenchFailed."""
        return self._twice(lambda: self._page(index))

    def close(self) -> None:
        """End the process."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None

    def _twice(self, ask: Any) -> Any:
        """Ask again on a fresh process once: a crash may have been the machine's fault, twice it is the file's."""
        try:
            return self._answered(ask)
        except BenchFailed:
            try:
                return self._answered(ask)
            except BenchFailed:
                raise FileRefused("crashed") from None

    def _answered(self, ask: Any) -> Any:
        try:
            return ask()
        except wire.WireBroken as broken:
            self.close()
            if broken.slow:
                raise FileRefused("too_slow") from None
            raise BenchFailed from None

    def _open(self) -> Opened:
        if self._file is None:
            raise BenchFailed
        file, name = self._file
        if self._process is not None and self._process.poll() is not None:
            self.close()
        line = self._started()
        head, _ = self._ask(line, {"name": name}, most=0, fd=file.fileno())
        try:
            kind, pages = Kind(head["kind"]), int(head["pages"])
        except (KeyError, ValueError, TypeError):
            raise wire.WireBroken from None
        if not 1 <= pages <= self._limits.pages:
            raise wire.WireBroken
        return Opened(kind, pages, bool(head.get("misnamed")))

    def _open_packed(self) -> tuple[list[PackedEntry], int]:
        if self._file is None:
            raise BenchFailed
        if self._process is not None and self._process.poll() is not None:
            self.close()
        head, _ = self._ask(self._started(), {"packed": True}, most=0, fd=self._file[0].fileno())
        try:
            entries = [PackedEntry(int(i), str(n), int(s), str(r), dict(f)) for i, n, s, r, f in head["entries"]]
            skipped = int(head["skipped"])
        except (KeyError, ValueError, TypeError):
            raise wire.WireBroken from None
        if len(entries) > self._limits.entries or any(entry.size < 0 for entry in entries):
            raise wire.WireBroken
        return entries, skipped

    def _unpack(self, entry: PackedEntry, target: BinaryIO) -> None:
        if self._line is None:
            self._open_packed()
        line, seconds = self._started(), self._limits.seconds
        target.seek(0)
        target.truncate()
        try:
            wire.send(line, {"entry": entry.number})
            wire.receive_stream(line, target.write, seconds=seconds, most=min(entry.size, self._limits.entry_bytes))
        except wire.WireBroken:
            raise
        except BaseException:  # the rest of the stream still lies in the line
            self.close()
            raise
        answer, _ = wire.receive(line, seconds=seconds, most=0)
        if "refused" in answer:
            raise FileRefused(str(answer["refused"]), **answer.get("facts", {}))

    def _page(self, index: int) -> SplitPage:
        if self._line is None:
            self._open()
        head, blobs = self._ask(self._started(), {"page": index}, most=self._limits.master_bytes + _SMALL)
        try:
            master, image, thumbnail = blobs
            media_type = Kind.of_media_type(head["media_type"]).media_type
            width, height, dpi = (int(head[name]) for name in ("width", "height", "dpi"))
            lines, measures = _checked_lines(head["text_layer"]), _checked_measures(head["measures"])
            return SplitPage(index, master, media_type, width, height, dpi, lines, image, thumbnail, measures)
        except (KeyError, ValueError, TypeError):
            raise wire.WireBroken from None

    def _ask(
        self, line: socket.socket, head: dict[str, Any], *, most: int, fd: int | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        wire.send(line, head, fd=fd)
        answer, blobs = wire.receive(line, seconds=self._limits.seconds, most=most)
        if "refused" in answer:
            raise FileRefused(str(answer["refused"]), **answer.get("facts", {}))
        return answer, blobs

    def _started(self) -> socket.socket:
        if self._line is not None:
            return self._line
        ours, theirs = socket.socketpair()
        told = json.dumps(self._limits.as_dict())
        command = [sys.executable, "-m", "dms.intake.files.child", str(theirs.fileno()), told]
        # Nothing of our environment goes along: it holds the master key.
        surroundings = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
        }
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                env=surroundings,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._line = ours
        return ours


def _checked_lines(lines: Any) -> Any:
    """Return the text layer as it was told, or raise ValueError: the bench may have been taken over by a file."""
    if lines is None:
        return None
    for line in lines:
        if set(line) != {"text", "chars"} or len(line["text"]) != len(line["chars"]):
            raise ValueError
        if not all(len(box) == 4 and all(isinstance(edge, int) for edge in box) for box in line["chars"]):
            raise ValueError
    return lines


def _checked_measures(told: Any) -> Measures | None:
    """Return the scan's measures as they were told, or raise TypeError or ValueError, as for the text layer."""
    if told is None:
        return None
    if not all(value is None or (isinstance(value, int) and abs(value) < 32_000) for value in told.values()):
        raise ValueError
    return Measures(**told)
