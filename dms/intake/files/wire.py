"""Messages between a worker and its bench: a length, a JSON head, then blobs. Both sides check what they are told."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any

MOST_HEAD = 64 << 20
MOST_FRAME = 4 << 20


class WireBroken(Exception):
    """The other side is gone, too slow, or talks nonsense. `slow` tells the second."""

    def __init__(self, slow: bool = False) -> None:
        super().__init__("slow" if slow else "broken")
        self.slow = slow


def send(line: socket.socket, head: dict[str, Any], blobs: tuple[bytes, ...] = (), fd: int | None = None) -> None:
    """Send one message; `fd`: an open file handed over with it. Raise WireBroken where nobody listens."""
    raw = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    try:
        if fd is None:
            line.sendall(struct.pack("!I", len(raw)))
        else:
            socket.send_fds(line, [struct.pack("!I", len(raw))], [fd])
        line.sendall(raw)
        for blob in blobs:
            line.sendall(blob)
    except OSError:
        raise WireBroken from None


def receive(line: socket.socket, *, seconds: float | None = None, most: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return (head, blobs) of the next message within `seconds`, blobs of at most `most` bytes together.

    Raise WireBroken.
    """
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = struct.unpack("!I", _exactly(line, 4, until))
    if length > MOST_HEAD:
        raise WireBroken
    try:
        head = json.loads(_exactly(line, length, until))
        sizes = [int(size) for size in head.pop("blobs")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WireBroken from None
    if any(size < 0 for size in sizes) or sum(sizes) > most:
        raise WireBroken
    return head, [_exactly(line, size, until) for size in sizes]


def send_stream(line: socket.socket, chunks: Iterable[bytes]) -> None:
    """Send chunks one after the other and the mark of their end; raise WireBroken where nobody listens.

    What goes wrong in `chunks` itself comes through after the mark was sent, so that a message can follow.
    """
    try:
        for chunk in chunks:
            _sent(line, struct.pack("!I", len(chunk)) + chunk)
    finally:
        _sent(line, struct.pack("!I", 0))


def _sent(line: socket.socket, data: bytes) -> None:
    try:
        line.sendall(data)
    except OSError:
        raise WireBroken from None


def receive_stream(line: socket.socket, write: Callable[[bytes], object], *, seconds: float, most: int) -> int:
    """Pass a stream's chunks to `write`, each within `seconds`, at most `most` bytes together; return how many came.

    Raise WireBroken; what `write` raises comes through, and then the line is of no use any more.
    """
    total = 0
    while True:
        until = time.monotonic() + seconds
        (length,) = struct.unpack("!I", _exactly(line, 4, until))
        if not length:
            return total
        total += length
        if length > MOST_FRAME or total > most:
            raise WireBroken
        write(_exactly(line, length, until))


def receive_with_file(line: socket.socket) -> tuple[dict[str, Any] | None, int | None]:
    """Return (head, file descriptor or None) of the next request; head None where the other side has gone."""
    first, fds, _, _ = socket.recv_fds(line, 4, 1)
    if not first:
        return None, None
    (length,) = struct.unpack("!I", first + _exactly(line, 4 - len(first), None) if len(first) < 4 else first)
    return json.loads(_exactly(line, length, None)), (fds[0] if fds else None)


def _exactly(line: socket.socket, count: int, until: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise WireBroken(slow=True)
            line.settimeout(left)
        try:
            part = line.recv(min(count - len(parts), 1 << 20))
        except TimeoutError:
            raise WireBroken(slow=True) from None
        except OSError:
            raise WireBroken from None
        if not part:
            raise WireBroken
        parts += part
    return bytes(parts)
