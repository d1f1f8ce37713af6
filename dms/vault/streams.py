"""Streams that measure what passes through them. They hold nothing back: memory stays flat whatever the file's size."""

import hashlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, TypeVar

import pyrage

Result = TypeVar("Result")


class Digest(Protocol):
    """What takes bytes and tells a hash: hashlib's and hmac's objects."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Return the hash as lower-case hex."""


class MeasuredReader:
    """Reads from a stream, counting bytes into `size` and feeding them to `digest`."""

    def __init__(self, source: BinaryIO, digest: Digest) -> None:
        self._source = source
        self.digest = digest
        self.size = 0
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, b"" at the end; remember an error of the source."""
        try:
            data = self._source.read(size)
        except Exception as error:
            self.error = error
            raise
        self.digest.update(data)
        self.size += len(data)
        return data


class MeasuredWriter:
    """Writes to a stream, counting bytes into `size` and feeding them to `digest` (SHA-256 unless given)."""

    def __init__(self, target: BinaryIO | None, digest: Digest | None = None) -> None:
        self._target = target
        self.digest = digest if digest is not None else hashlib.sha256()
        self.size = 0
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        """Pass `data` on (nowhere without a target) and return its length; remember an error of the target."""
        self.digest.update(data)
        self.size += len(data)
        try:
            if self._target is not None:
                self._target.write(data)
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Flush the target."""
        if self._target is not None:
            self._target.flush()


def with_true_errors(action: Callable[[], Result], *ends: Any) -> Result:
    """Run `action`; where pyrage turned an error of one of the measured `ends` into its own, raise the true one.

    "No space left on device" must not look like a failure to decrypt.
    """
    try:
        return action()
    except (pyrage.EncryptError, pyrage.DecryptError):
        for end in ends:
            if end.error is not None:
                raise end.error from None
        raise
