"""Reads a TIFF's directories and copies one frame out of it, its compressed data untouched. Decodes nothing."""

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

from .limits import Limits
from .refused import FileRefused

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIPS, _ORIENTATION, _SAMPLES, _STRIP_BYTES = 273, 274, 277, 279
_X_RESOLUTION, _RESOLUTION_UNIT, _TILES, _TILE_BYTES, _DNG = 282, 296, 324, 325, 50706
# What describes the pixels. Previews, camera notes and addresses into the old file are left behind.
_KEPT = frozenset(
    {254, 256, 257, 258, 259, 262, 263, 266, 270, 274, 277, 278, 280, 281, 282, 283, 284, 285, 290, 291, 292, 293}
    | {296, 297, 305, 306, 316, 317, 318, 319, 320, 321, 322, 323, 332, 334, 336, 338, 339, 340, 341, 347}
    | {529, 530, 531, 532, 34675}
)
# Its tables lie at addresses inside the old file: such a frame is decoded and packed anew without loss.
_OLD_JPEG = 6


@dataclass(slots=True)
class Frame:
    """One image directory: declared size in pixels, resolution in dots per inch (0 unknown), its place in the chain."""

    chain_index: int
    width: int
    height: int
    dpi: int
    orientation: int
    compression: int
    entries: dict[int, tuple[int, int, bytes]] = field(repr=False)


class TiffReader:
    """The frames of a TIFF or BigTIFF in a seekable stream; declared sizes are checked before anything is decoded."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._size = stream.seek(0, 2)
        head = self._read(0, 8)
        self._order = "<" if head[:2] == b"II" else ">"
        self._big = self._unpack("H", head[2:4]) == 43
        self._first = self._unpack("Q", self._read(8, 8)) if self._big else self._unpack("I", head[4:8])

    def frames(self) -> list[Frame]:
        """Return the frames that are pages (previews and masks passed over).

        Raise FileRefused: `too_many_pages`, `too_many_pixels`, `truncated`, `damaged`, `no_pages`, `unknown`.
        """
        found: list[Frame] = []
        seen: set[int] = set()
        place, index = self._first, 0
        while place:
            if place in seen:
                raise FileRefused("damaged")
            seen.add(place)
            if index >= 2 * self._limits.pages or len(found) >= self._limits.pages:
                raise FileRefused("too_many_pages", limit=self._limits.pages)
            entries, place = self._directory(place)
            frame = self._frame(index, entries)
            if frame is not None:
                found.append(frame)
            index += 1
        if not found:
            raise FileRefused("no_pages")
        return found

    def copy(self, frame: Frame) -> bytes | None:
        """Return a one-frame TIFF with the same compressed data; None where its compression does not allow that."""
        if frame.compression == _OLD_JPEG:
            return None
        offsets, counts = self._pieces(frame)
        total = sum(counts)
        if total > self._size:
            raise FileRefused("damaged")
        if total > self._limits.master_bytes:
            raise FileRefused("too_large", limit=self._limits.master_bytes >> 20)
        pieces = [self._read(place, count) for place, count in zip(offsets, counts, strict=True)]
        return self._written(frame, pieces, tiled=_TILES in frame.entries)

    def _read(self, place: int, count: int) -> bytes:
        if place < 0 or place + count > self._size:
            raise FileRefused("truncated")
        self._stream.seek(place)
        data = self._stream.read(count)
        if len(data) != count:
            raise FileRefused("truncated")
        return data

    def _unpack(self, code: str, data: bytes) -> int:
        return int(struct.unpack(self._order + code, data)[0])

    def _directory(self, place: int) -> tuple[dict[int, tuple[int, int, bytes]], int]:
        head, each, word = (8, 20, "Q") if self._big else (2, 12, "I")
        count = self._unpack("Q" if self._big else "H", self._read(place, head))
        if not 0 < count <= 4096:
            raise FileRefused("damaged")
        width = struct.calcsize(self._order + word)
        table = self._read(place + head, count * each + width)
        entries = {}
        for at in range(0, count * each, each):
            tag, kind, number = struct.unpack(f"{self._order}HH{word}", table[at : at + 4 + width])
            entries[tag] = (kind, number, table[at + 4 + width : at + each])
        return entries, self._unpack(word, table[count * each :])

    def _raw(self, entry: tuple[int, int, bytes]) -> bytes:
        kind, number, inline = entry
        length = _TYPE_BYTES.get(kind, 1) * number
        if length <= len(inline):
            return inline[:length]
        return self._read(self._unpack("Q" if self._big else "I", inline), length)

    def _numbers(self, entry: tuple[int, int, bytes] | None) -> list[int]:
        if entry is None:
            return []
        code = {1: "B", 3: "H", 4: "I", 16: "Q", 13: "I", 18: "Q"}.get(entry[0])
        if code is None:
            raise FileRefused("damaged")
        return list(struct.unpack(f"{self._order}{entry[1]}{code}", self._raw(entry)))

    def _one(self, entries: dict[int, tuple[int, int, bytes]], tag: int, default: int) -> int:
        return next(iter(self._numbers(entries.get(tag))), default)

    def _frame(self, index: int, entries: dict[int, tuple[int, int, bytes]]) -> Frame | None:
        if _DNG in entries:
            raise FileRefused("unknown")
        if self._one(entries, _SUBFILE, 0) & 0b101:  # a preview or a mask of another frame
            return None
        width, height = self._one(entries, _WIDTH, 0), self._one(entries, _HEIGHT, 0)
        if not width or not height:
            raise FileRefused("damaged")
        if width * height > self._limits.pixels:
            limit = self._limits.pixels // 1_000_000
            raise FileRefused("too_many_pixels", width=width, height=height, limit=limit)
        if self._one(entries, _SAMPLES, 1) > 8 or max(self._numbers(entries.get(_BITS)) or [1]) > 32:
            raise FileRefused("damaged")
        orientation = self._one(entries, _ORIENTATION, 1)
        compression = self._one(entries, _COMPRESSION, 1)
        return Frame(index, width, height, self._dpi(entries), orientation, compression, entries)

    def _dpi(self, entries: dict[int, tuple[int, int, bytes]]) -> int:
        entry = entries.get(_X_RESOLUTION)
        if entry is None or entry[0] != 5 or entry[1] != 1:
            return 0
        above, below = struct.unpack(f"{self._order}II", self._raw(entry))
        unit = self._one(entries, _RESOLUTION_UNIT, 2)
        if not below or unit not in {2, 3}:
            return 0
        return min(100_000, round(above / below * (2.54 if unit == 3 else 1)))

    def _pieces(self, frame: Frame) -> tuple[list[int], list[int]]:
        tiled = _TILES in frame.entries
        offsets = self._numbers(frame.entries.get(_TILES if tiled else _STRIPS))
        counts = self._numbers(frame.entries.get(_TILE_BYTES if tiled else _STRIP_BYTES))
        if not offsets or len(offsets) != len(counts):
            raise FileRefused("damaged")
        return offsets, counts

    def _written(self, frame: Frame, pieces: list[bytes], *, tiled: bool) -> bytes:
        """Lay out header, directory, long values, data; always a classic TIFF in the byte order of the source."""
        order = self._order
        values: dict[int, tuple[int, int, bytes]] = {}
        for tag, entry in frame.entries.items():
            if tag in _KEPT and entry[0] in _TYPE_BYTES and entry[0] not in {13, 16, 17, 18}:
                values[tag] = (entry[0], entry[1], self._raw(entry))
        counts = struct.pack(f"{order}{len(pieces)}I", *(len(piece) for piece in pieces))
        values[_TILE_BYTES if tiled else _STRIP_BYTES] = (4, len(pieces), counts)
        place = _TILES if tiled else _STRIPS
        values[place] = (4, len(pieces), b"\0" * (4 * len(pieces)))
        start = 8 + 2 + 12 * len(values) + 4
        data_start = start + sum(_even(len(raw)) for _, _, raw in values.values() if len(raw) > 4)
        offsets, at = [], data_start
        for piece in pieces:
            offsets.append(at)
            at += _even(len(piece))
        values[place] = (4, len(pieces), struct.pack(f"{order}{len(pieces)}I", *offsets))
        directory, longs = self._table(values, start)
        header = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
        return b"".join([header, directory, longs, *(piece + b"\0" * (len(piece) % 2) for piece in pieces)])

    def _table(self, values: dict[int, tuple[int, int, bytes]], start: int) -> tuple[bytes, bytes]:
        rows, longs = [struct.pack(f"{self._order}H", len(values))], []
        for tag in sorted(values):
            kind, number, raw = values[tag]
            if len(raw) > 4:
                cell = struct.pack(f"{self._order}I", start)
                longs.append(raw + b"\0" * (len(raw) % 2))
                start += _even(len(raw))
            else:
                cell = raw.ljust(4, b"\0")
            rows.append(struct.pack(f"{self._order}HHI", tag, kind, number) + cell)
        rows.append(b"\0\0\0\0")
        return b"".join(rows), b"".join(longs)


def _even(length: int) -> int:
    return length + length % 2
