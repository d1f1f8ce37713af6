"""The sandbox's process: opens pictures of strangers and has them read, under limits, until its line is closed.

Knows no database and no storage. Says what went wrong by a word, never by text that might quote the page.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import Any

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_TIRED = 0.75  # of the limit, held between two pages: the next page would pay for what the ones before left behind


def main(engine_name: str, folder: str, parent: int, megabytes: int, seconds: int) -> None:
    """Serve requests on standard input (a socket) until it is closed."""
    _tie_to_parent(parent, folder)
    limit = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from . import scratch, wire
    from .engines import engine

    scratch.use(Path(folder))
    line = _line()
    try:
        reader = engine(engine_name)
    except Exception as error:  # told to the parent, whatever it is
        wire.send(line, {"went": _word_for(error)})
        return
    wire.send(line, {"went": "ready"})
    while True:
        try:
            head, data = wire.receive(line, longest=1 << 31)
        except wire.Ended:
            return
        _bound_processor_time(seconds)
        try:
            answer, alto = _read(reader, head, data)
        except Exception as error:  # one page's fault; the next may be well
            answer, alto = {"went": _word_for(error), "how": type(error).__name__}, b""
        del data
        wire.send(line, {**answer, "tired": _address_space() > _TIRED * limit}, alto)


def _line() -> socket.socket:
    """The socket on standard input, moved where no program of the engine's inherits it: held open by one that outlives
    us, it would hide our death from the parent."""
    line = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return line


def _read(reader: Any, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from .alto import to_alto
    from .images import Order, open_master
    from .recognition import recognise

    order = Order(**head)
    try:
        image = open_master(data, order)
    except ValueError:
        return {"went": "image"}, b""
    page = recognise(image, reader, order.dpi)
    return {"went": "well"}, to_alto(page)


def _word_for(error: Exception) -> str:
    from .engines.base import EngineMissing

    if isinstance(error, MemoryError):
        return "memory"
    return "missing" if isinstance(error, EngineMissing) else "crash"


def _tie_to_parent(parent: int, folder: str) -> None:
    """End with the parent, even when it is killed, and take the engine's processes and files along."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        end(signal.SIGTERM, None)


def _address_space() -> int:
    """The bytes this process holds of what its limit counts; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _bound_processor_time(seconds: int) -> None:
    """Let neither this process nor the engine's use more processor time for one page; the parent's clock is stricter.

    It bounds what goes on where nobody is left to look at a clock.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + 2 * seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:6]))
