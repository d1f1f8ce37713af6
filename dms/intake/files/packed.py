"""Reads the directory of a ZIP and unpacks its entries as streams. Foreign bytes: only the bench's process runs it.

Nothing is ever written under a name from inside: names are told to the worker, which shows them. What an entry declares
is checked before a byte is unpacked, and unpacking never goes beyond what was declared.
"""

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from .limits import MEGABYTE, Limits
from .packed_names import RawName, is_outside, names_of, natural_order
from .refused import FileRefused

STORED, DEFLATED = 0, 8
CHUNK = 1 << 18
END_RECORD = 22
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
ENCRYPTED, IN_UTF8 = 1 << 0, 1 << 11
MADE_ON_UNIX = frozenset({3, 19})
MOST_OF_AN_ENTRY = 4096  # bytes of directory that one entry may take
# What computers leave in folders beside the papers.
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".localized"})
# No folder of papers holds these; Word and its like pack their documents so.
OFFICE = frozenset({"[Content_Types].xml", "META-INF/manifest.xml"})
LITTER_FOLDERS = frozenset({"__macosx", ".appledouble", "@eadir"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the ZIP as its directory declares it; `refused` says why it cannot be taken out, "" where it can."""

    index: int
    name: str
    size: int
    packed: int
    offset: int
    method: int
    crc: int
    refused: str = ""
    facts: dict[str, int | str] = field(default_factory=dict)

    def told(self) -> list[Any]:
        """Return what the worker is told of it."""
        return [self.index, self.name, self.size, self.refused, self.facts]


class PackedFile:
    """An opened ZIP. `entries` stand in the order of their names; `skipped` counts what no clerk would miss."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        """Read the directory; raise FileRefused for what is damaged, divided, or made to fill a disk."""
        self._stream, self._limits = stream, limits
        self.skipped = 0
        count, size, start = _end_of(stream)
        if count > limits.entries or size > limits.entries * MOST_OF_AN_ENTRY:
            raise FileRefused("too_many_entries", limit=limits.entries)
        stream.seek(start)
        directory = stream.read(size)
        if len(directory) != size:
            raise FileRefused("truncated")
        found = _entries_of(directory, count)
        if OFFICE & {entry.name for entry, _mode in found}:
            raise FileRefused("office")
        self._refuse_bombs(found, start)
        self.entries = sorted(self._wanted(found), key=lambda entry: (natural_order(entry.name), entry.index))
        self._by_index = {entry.index: entry for entry in self.entries}

    def _refuse_bombs(self, found: list[tuple[Entry, int]], start: int) -> None:
        """Compare what would come out with what is there; entries that share bytes are no honest packer's work."""
        limits = self._limits
        out = sum(entry.size for entry, _mode in found)
        if out > limits.unpacked_bytes:
            raise FileRefused("too_much_inside", limit=limits.unpacked_bytes // MEGABYTE)
        packed = sum(entry.packed for entry, _mode in found)
        if out > limits.unsuspicious_bytes and out > packed * limits.unpacked_ratio:
            raise FileRefused("bomb")
        end = 0
        for entry in sorted((entry for entry, _mode in found), key=lambda entry: entry.offset):
            if entry.offset < end:
                raise FileRefused("bomb")
            end = entry.offset + 30 + entry.packed
            if end > start:
                raise FileRefused("damaged")

    def _wanted(self, found: list[tuple[Entry, int]]) -> Iterator[Entry]:
        for entry, mode in found:
            parts = [part for part in entry.name.split("/") if part]
            if entry.name.endswith("/") or stat.S_ISDIR(mode) or not parts:
                continue
            if _is_litter(parts):
                self.skipped += 1
            elif stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
                yield replace(entry, refused="link_inside")
            elif is_outside(entry.name):
                yield replace(entry, refused="outside")
            elif not entry.refused and entry.size > self._limits.entry_bytes:
                limit: dict[str, int | str] = {"limit": self._limits.entry_bytes // MEGABYTE}
                yield replace(entry, refused="too_large", facts=limit)
            else:
                yield entry

    def chunks(self, index: int) -> Iterator[bytes]:
        """Yield the content of an entry, never more than it declares; raise FileRefused (`damaged`) at its fault."""
        entry = self._by_index.get(index)
        if entry is None or entry.refused:
            raise FileRefused("damaged")
        total, crc = 0, 0
        for chunk in self._unpacked(entry):
            total += len(chunk)
            if total > entry.size:
                raise FileRefused("damaged")
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if total != entry.size or crc != entry.crc:
            raise FileRefused("damaged")

    def _unpacked(self, entry: Entry) -> Iterator[bytes]:
        if entry.method == STORED:
            yield from self._raw(entry)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for raw in self._raw(entry):
                while raw and not inflater.eof:
                    if chunk := inflater.decompress(raw, CHUNK):
                        yield chunk
                    raw = inflater.unconsumed_tail
            while not inflater.eof and (chunk := inflater.decompress(inflater.unconsumed_tail, CHUNK)):
                yield chunk
        except zlib.error:
            raise FileRefused("damaged") from None

    def _raw(self, entry: Entry) -> Iterator[bytes]:
        self._stream.seek(entry.offset)
        head = self._stream.read(30)
        if len(head) != 30 or not head.startswith(b"PK\x03\x04"):
            raise FileRefused("damaged")
        name, extra = struct.unpack("<HH", head[26:30])
        place, left = entry.offset + 30 + name + extra, entry.packed
        while left:
            self._stream.seek(place)
            raw = self._stream.read(min(CHUNK, left))
            if not raw:
                raise FileRefused("truncated")
            place, left = place + len(raw), left - len(raw)
            yield raw


def _end_of(stream: BinaryIO) -> tuple[int, int, int]:
    """Return (entries, bytes, place) of the directory from the record at the end; raise FileRefused."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_RECORD - FULL_16))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + END_RECORD > len(tail):
        raise FileRefused("truncated")
    disk, first, _here, count, length, start = struct.unpack("<HHHHII", tail[at + 4 : at + 20])
    if FULL_16 in {disk, count} or FULL_32 in {length, start}:
        disk, count, length, start = _end_of_zip64(stream, tail[max(0, at - 20) : at])
        first = 0
    if disk or first:
        raise FileRefused("divided")
    if not count:
        raise FileRefused("nothing_inside")
    if start + length > size:
        raise FileRefused("truncated")
    return count, length, start


def _end_of_zip64(stream: BinaryIO, locator: bytes) -> tuple[int, int, int, int]:
    if len(locator) != 20 or not locator.startswith(b"PK\x06\x07"):
        raise FileRefused("damaged")
    (place,) = struct.unpack("<Q", locator[8:16])
    try:
        stream.seek(place)
        record = stream.read(56)
    except (OverflowError, OSError, ValueError):
        raise FileRefused("damaged") from None
    if len(record) != 56 or not record.startswith(b"PK\x06\x06"):
        raise FileRefused("damaged")
    disk, _first, _here, count, length, start = struct.unpack("<IIQQQQ", record[16:56])
    return disk, count, length, start


def _entries_of(directory: bytes, count: int) -> list[tuple[Entry, int]]:
    """Return each entry with its file mode (0 where the packer gave none); raise FileRefused."""
    rows: list[tuple[Entry, int]] = []
    names: list[RawName] = []
    place = 0
    for index in range(count):
        head = directory[place : place + 46]
        if len(head) != 46 or not head.startswith(b"PK\x01\x02"):
            raise FileRefused("damaged")
        made_by, flags, method, crc, packed, size = struct.unpack("<4xxB2xHH4xIII", head[:28])
        name_bytes, extra_bytes, comment_bytes, attributes, offset = struct.unpack("<HHH4xII", head[28:46])
        end = place + 46 + name_bytes
        name, extra = directory[place + 46 : end], directory[end : end + extra_bytes]
        if end + extra_bytes + comment_bytes > len(directory):
            raise FileRefused("damaged")
        fields = _fields_of(extra)
        size, packed, offset = _in_full(fields.get(1, b""), size, packed, offset)
        refused = ""
        if flags & ENCRYPTED or method == 99:
            refused = "encrypted_inside"
        elif method not in {STORED, DEFLATED}:
            refused = "packed_strangely"
        mode = attributes >> 16 if made_by in MADE_ON_UNIX else 0
        rows.append((Entry(index, "", size, packed, offset, method, crc, refused), mode))
        names.append(RawName(name, bool(flags & IN_UTF8), fields.get(0x7075, b"")))
        place = end + extra_bytes + comment_bytes
    told = names_of(names)
    return [(replace(entry, name=name), mode) for (entry, mode), name in zip(rows, told, strict=True)]


def _fields_of(extra: bytes) -> dict[int, bytes]:
    """Return the extra fields by their number; what is cut off is passed over."""
    fields: dict[int, bytes] = {}
    place = 0
    while place + 4 <= len(extra):
        number, length = struct.unpack("<HH", extra[place : place + 4])
        fields.setdefault(number, extra[place + 4 : place + 4 + length])
        place += 4 + length
    return fields


def _in_full(field64: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return the three figures, those that do not fit 32 bits from the ZIP64 field; raise FileRefused."""
    values = []
    place = 0
    for value in (size, packed, offset):
        if value == FULL_32:
            if place + 8 > len(field64):
                raise FileRefused("damaged")
            (value,) = struct.unpack("<Q", field64[place : place + 8])
            place += 8
        values.append(value)
    return values[0], values[1], values[2]


def _is_litter(parts: list[str]) -> bool:
    lowered = [part.lower() for part in parts]
    return lowered[-1] in LITTER or lowered[-1].startswith("._") or bool(LITTER_FOLDERS & set(lowered[:-1]))
