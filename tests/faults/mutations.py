"""Seeded ways to spoil a file: what storage, networks and ill will do to it. Pure; the same seed spoils alike."""

import random
import re
import struct
import zlib
from collections.abc import Callable

Mutation = Callable[[bytearray, bytes, random.Random], bytearray]

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_WORDS = (b"0", b"-1", b"1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999", b"1e38", b"0.000001")
_HEAD = 2048
_PNG = b"\x89PNG\r\n\x1a\n"


def mutated(data: bytes, other: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return (which mutations, the spoiled file): one to three of them; `other` is a file to splice with."""
    names = rng.choices(sorted(MUTATIONS), k=rng.choice((1, 1, 2, 3)))
    spoiled = bytearray(data)
    for name in names:
        spoiled = MUTATIONS[name](spoiled, other, rng) or bytearray(b"\0")
    if spoiled.startswith(_PNG) and rng.random() < 0.6:
        # A sum that does not fit ends the matter before anything is unpacked: whoever means ill mends it.
        names.append("mended")
        spoiled = _mended_png(spoiled)
    return "+".join(names), bytes(spoiled)


def _mended_png(data: bytearray) -> bytearray:
    """Make the sums of a PNG's chunks right again, as far as chunks can be told."""
    at = len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("!I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        struct.pack_into("!I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return data


def _flip(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 2, 8, 40))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _flip_head(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 2, 6))):
        data[rng.randrange(min(len(data), _HEAD))] ^= 1 << rng.randrange(8)
    return data


def _truncate(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def _block(data: bytearray, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 4, 16, 512, 4096)))


def _double(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    start, end = _block(data, rng)
    at = rng.randrange(len(data))
    return data[:at] + data[start:end] * rng.choice((1, 2, 50)) + data[at:]


def _drop(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    start, end = _block(data, rng)
    return data[:start] + data[end:]


def _blot(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    start, end = _block(data, rng)
    data[start:end] = bytes([rng.choice((0, 255, 65))]) * (end - start)
    return data


def _length(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """Two or four bytes to a number at the edge, in either order; mostly where heads and directories stand."""
    edge = min(len(data), _HEAD)
    spots = (rng.randrange(edge), len(data) - 1 - rng.randrange(edge), rng.randrange(len(data)))
    at = rng.choice(spots)
    width, mask = rng.choice(((2, 0xFFFF), (4, 0xFFFFFFFF)))
    packed = struct.pack(rng.choice("<>") + ("H" if width == 2 else "I"), rng.choice(_EXTREMES) & mask)
    data[at : at + width] = packed
    return data


def _number(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """A number written in digits (PDF) to one at the edge; elsewhere as `_length`."""
    found = list(re.finditer(rb"(?<![\w.])\d{1,10}(?![\w.])", bytes(data[:200_000])))
    if not found:
        return _length(data, other, rng)
    spot = rng.choice(found)
    return data[: spot.start()] + rng.choice(_WORDS) + data[spot.end() :]


def _splice(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    return data[: rng.randrange(1, len(data) + 1)] + other[rng.randrange(len(other)) :]


def _head(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    length = rng.choice((4, 8, 16, 64, 512))
    return bytearray(other[:length]) + data[length:]


def _shuffle(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    size = max(1, len(data) // rng.choice((3, 7, 20)))
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    rng.shuffle(blocks)
    return bytearray().join([data[:16], *blocks])


def _swap(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """Exchange two words of the file's own: references and sizes point to what exists, but not there."""
    one, two = (rng.randrange(max(1, len(data) - 4)) for _ in range(2))
    data[one : one + 4], data[two : two + 4] = data[two : two + 4], data[one : one + 4]
    return data


MUTATIONS: dict[str, Mutation] = {
    "blot": _blot, "double": _double, "drop": _drop, "flip": _flip, "flip head": _flip_head, "head": _head,
    "length": _length, "number": _number, "shuffle": _shuffle, "splice": _splice, "swap": _swap, "truncate": _truncate,
}  # fmt: skip
