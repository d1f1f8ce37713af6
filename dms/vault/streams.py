"""Streams that measure what passes through them. They hold nothing back: memory stays flat whatever the file's size."""

import hashlib
from typing import Any, BinaryIO, Protocol

import pyrage


class Digest(Protocol):
    """What takes bytes and tells a hash: hashlib's and hmac's objects."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Return the hash as lower-case hex."""


class Source(Protocol):
    """What is read from: it remembers the error that broke it off."""

    error: Exception | None

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""


class Target(Protocol):
    """What is written to: it remembers the error that broke it off."""

    error: Exception | None

    def write(self, data: bytes, /) -> int:
        """Take bytes."""

    def flush(self) -> None:
        """Pass on what waits."""


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


class Undecryptable(Exception):
    """A ciphertext is not what its key sealed, or the key is another's; says no more, so that nothing leaks."""


def encrypt(source: Source, target: Target, to: Any) -> None:
    """Encrypt a stream to a recipient. Raise the true error of either end: a full disk must look like one."""
    try:
        pyrage.encrypt_io(source, target, [to])
    except Exception:
        _raise_error_of(source, target)
        raise


def decrypt(source: Source, target: Target, identity: Any) -> None:
    """Decrypt a stream. Raise `Undecryptable`, or the true error of either end.

    Each 64 KiB are authenticated before they reach `target`, but that the end is missing shows only at the end:
    whoever reads `target` earlier must be able to forget what was read.
    """
    try:
        pyrage.decrypt_io(source, target, [identity])
    except (pyrage.DecryptError, OSError):  # a changed header gives the first, a changed payload the second
        _raise_error_of(source, target)
        raise Undecryptable from None


def _raise_error_of(*ends: Source | Target) -> None:
    for end in ends:
        if end.error is not None:
            raise end.error from None
