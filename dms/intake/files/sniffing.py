"""Tells by content, never by extension, what a file is, and refuses what is no scan. Reads bytes; parses nothing."""

import struct
from typing import BinaryIO

from .kinds import Kind
from .names import split_extension
from .refused import FileRefused

HEAD = 4096
TAIL = 66_000  # a ZIP's end record stands within the last 65,557 bytes

_ACTIVE = (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<body", b"<iframe")
_OFFICE_PARTS = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis", b"_rels/")
_SURELY_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")
_STARTS = (
    (b"GIF8", "gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"{\\rtf", "office"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"OggS", "film"),
    (b"ID3", "film"),
    (b"RIFF", "film"),
    (b"\x1aE\xdf\xa3", "film"),
)
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def sniff(stream: BinaryIO, name: str = "") -> Kind:
    """Return the kind of the seekable `stream`, which is left at its beginning.

    Raise FileRefused: `empty`; `office`, `archive`, `web_page`, `drawing`, `gif`, `phone_photo`, `text`, `program`,
    `film`, `unknown` for what is no scan; `double` for a file that is two things at once; `truncated` for a PDF
    without its end. `name` decides nothing: see `misnamed`.
    """
    size = stream.seek(0, 2)
    if size == 0:
        raise FileRefused("empty")
    head, tail = _ends(stream, size)
    kind = _kind_of(head, size)
    if kind is None:
        raise FileRefused(_what_else(head))
    if _second_nature(stream, size, kind, head, tail):
        raise FileRefused("double")
    if kind is Kind.PDF and b"%%EOF" not in tail.rstrip(b"\0 \t\r\n")[-2048:]:
        raise FileRefused("truncated")
    stream.seek(0)
    return kind


def is_zip(stream: BinaryIO) -> bool:
    """Return whether the seekable `stream` is a ZIP and no office document; it is left at its beginning."""
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not any(part in head for part in _SURELY_OFFICE)


def misnamed(kind: Kind, name: str) -> bool:
    """Return whether the name's ending promises another kind than the content is."""
    ending = split_extension(name)[1].lstrip(".").lower()
    return bool(ending) and ending not in kind.extensions


def _ends(stream: BinaryIO, size: int) -> tuple[bytes, bytes]:
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(max(0, size - TAIL))
    return head, stream.read(TAIL)


def _kind_of(head: bytes, size: int) -> Kind | None:
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Kind.TIFF
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.startswith(b"BM") and size > 30 and struct.unpack("<I", head[14:18])[0] in _BMP_HEADERS:
        return Kind.BMP
    return None


def _second_nature(stream: BinaryIO, size: int, kind: Kind, head: bytes, tail: bytes) -> bool:
    """A picture that is also an archive, a page or a PDF is made to get past somebody; honest scanners make none."""
    beginning = head[:2048].lower()
    if kind is not Kind.PDF and b"%pdf-" in beginning[:1024]:
        return True
    if any(mark in beginning for mark in _ACTIVE):
        return True
    if kind is not Kind.PDF and any(mark in tail[-4096:].lower() for mark in _ACTIVE):
        return True
    return _ends_as_zip(stream, size, tail)


def _ends_as_zip(stream: BinaryIO, size: int, tail: bytes) -> bool:
    start = size - len(tail)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(tail):
            (directory,) = struct.unpack("<I", tail[at + 12 : at + 16])
            if directory == 0xFFFFFFFF and tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
                return True
            place = start + at - directory
            if directory and place >= 0:
                stream.seek(place)
                if stream.read(4) == b"PK\x01\x02":
                    return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _what_else(head: bytes) -> str:
    for start, code in _STARTS:
        if head.startswith(start):
            return code
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "office" if any(part in head for part in _OFFICE_PARTS) else "archive"
    if head[4:8] == b"ftyp":
        return "phone_photo" if head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"} else "film"
    if b"%PDF-" in head[:1024]:
        return "double"
    return _written(head)


def _written(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()[:2048]
    if b"<svg" in start and start.startswith((b"<?xml", b"<svg", b"<!doctype svg", b"<!--")):
        return "drawing"
    if start.startswith((b"<!doctype html", b"<html")) or any(mark in start for mark in (b"<html", b"<body")):
        return "web_page"
    if b"\0" in head or sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) // 50:
        return "unknown"
    return "text"
