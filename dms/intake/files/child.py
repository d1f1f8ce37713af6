"""The bench's process: opens foreign files and hands their pages back. It has no secret, no database, little memory.

Started by bench.py as `python -m dms.intake.files.child FD`; it ends when the other side goes.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
from typing import Any, BinaryIO

from . import wire
from .limits import Limits
from .packed import PackedFile
from .refused import FileRefused
from .sniffing import misnamed, sniff
from .splitting import PagedFile, open_file, split_page

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answer requests until the other side closes the line."""
    line = socket.socket(fileno=int(sys.argv[1]))
    limits = Limits(**json.loads(sys.argv[2]))
    _bind(limits)
    served = _Served(limits)
    while True:
        head, fd = wire.receive_with_file(line)
        if head is None:
            return
        blobs: tuple[bytes, ...] = ()
        try:
            if "entry" in head:
                answer = served.entry(line, int(head["entry"]))
            else:
                answer, blobs = served.open(fd, head) if fd is not None else served.page(int(head["page"]))
        except FileRefused as refusal:
            answer = {"refused": refusal.code, "facts": refusal.facts}
        except MemoryError:
            os._exit(70)
        wire.send(line, answer, blobs)


class _Served:
    """The one file that lies on the bench."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._file: PagedFile | None = None
        self._packed: PackedFile | None = None
        self._stream: BinaryIO | None = None

    def open(self, fd: int, head: dict[str, Any]) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        self._file = self._packed = None
        if self._stream is not None:
            self._stream.close()
        self._stream = os.fdopen(fd, "rb")
        if head.get("packed"):
            self._packed = PackedFile(self._stream, self._limits)
            return {"entries": [entry.told() for entry in self._packed.entries], "skipped": self._packed.skipped}, ()
        kind = sniff(self._stream)
        self._file = open_file(self._stream, kind, self._limits)
        answer = {"kind": kind.value, "pages": self._file.page_count, "misnamed": misnamed(kind, str(head["name"]))}
        return answer, ()

    def page(self, index: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        if self._file is None:
            raise FileRefused("damaged")
        page = split_page(self._file, index)
        answer = {"media_type": page.media_type, "width": page.width, "height": page.height, "dpi": page.dpi}
        answer |= {"text_layer": page.text_layer, "measures": page.measures and page.measures.as_dict()}
        return answer, (page.master, page.image, page.thumbnail)

    def entry(self, line: socket.socket, index: int) -> dict[str, Any]:
        if self._packed is None:
            raise FileRefused("damaged")
        wire.send_stream(line, self._packed.chunks(index))
        return {"whole": True}


def _bind(limits: Limits) -> None:
    """Die with the worker, keep to the memory given, write no file and no core."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
