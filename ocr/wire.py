"""How the sandbox and its process speak: a head of JSON, then bytes, lengths first. Nothing is logged."""

import json
import socket
import struct
import time
from typing import Any

_LENGTHS = struct.Struct("!IQ")
_LONGEST_HEAD = 1 << 16


class Ended(Exception):
    """The other side closed the line or died."""


def send(line: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message. Raises `Ended` or, where the line has a time limit, `TimeoutError`."""
    packed = json.dumps(head).encode()
    try:
        line.sendall(_LENGTHS.pack(len(packed), len(body)) + packed)
        line.sendall(body)
    except TimeoutError:
        raise
    except OSError as error:
        raise Ended from error


def receive(line: socket.socket, *, longest: int, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Wait for one message of at most `longest` bytes, until `deadline` (of time.monotonic) where given.

    Raises `Ended`, `TimeoutError`, or `ValueError` for what is no message of ours.
    """
    head_size, body_size = _LENGTHS.unpack(_exactly(line, _LENGTHS.size, deadline))
    if head_size > _LONGEST_HEAD or body_size > longest:
        raise ValueError("a message longer than allowed")
    head = json.loads(_exactly(line, head_size, deadline))
    if not isinstance(head, dict):
        raise ValueError("a head that is no object")
    return head, _exactly(line, body_size, deadline)


def _exactly(line: socket.socket, size: int, deadline: float | None) -> bytes:
    whole = bytearray()
    while len(whole) < size:
        if deadline is not None:
            line.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            part = line.recv(min(size - len(whole), 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise Ended from error
        if not part:
            raise Ended
        whole += part
    return bytes(whole)
