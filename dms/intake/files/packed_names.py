"""What the names inside a ZIP mean: three ways of writing Chinese, and which names lead outside. Opens nothing."""

import re
import struct
import zlib
from typing import NamedTuple

_DIGITS = re.compile(r"([0-9]+)")
_DRIVE = re.compile(r"^[A-Za-z]:")


class RawName(NamedTuple):
    """A name as it stands in the directory: bytes, whether flagged as UTF-8 (bit 11), Info-ZIP's Unicode field."""

    raw: bytes
    flagged: bool
    unicode_field: bytes = b""


def names_of(names: list[RawName]) -> list[str]:
    """Return the names as text, "/" between folders.

    First what the packer said (flag, Unicode field). The others are in one encoding, for one computer packed them all:
    UTF-8 (macOS and Linux do not flag it) or GBK (Chinese Windows), else the old code page 437.
    """
    silent = [name.raw for name in names if _said(name) is None and not name.raw.isascii()]
    encoding = _encoding_of(silent)
    told = []
    for name in names:
        said = _said(name)
        text = said if said is not None else name.raw.decode(encoding, "replace")
        told.append(text.replace("\\", "/"))
    return told


def _said(name: RawName) -> str | None:
    """Return the name where the packer says how it is written, None where it does not or says it wrongly."""
    field = name.unicode_field
    if len(field) > 5 and field[0] == 1 and struct.unpack("<I", field[1:5])[0] == zlib.crc32(name.raw):
        try:
            return field[5:].decode("utf-8")
        except UnicodeDecodeError:
            pass
    if name.flagged:
        try:
            return name.raw.decode("utf-8")
        except UnicodeDecodeError:  # flagged, but packed by a program that writes GBK all the same
            return None
    return None


def _encoding_of(names: list[bytes]) -> str:
    if not names:
        return "ascii"
    whole = b"/".join(names)
    as_utf8, as_gbk = _tried(whole, "utf-8"), _tried(whole, "gb18030")
    if as_utf8 is not None and not (as_gbk is not None and _looks_like_gbk(as_utf8, as_gbk)):
        return "utf-8"
    return "gb18030" if as_gbk is not None else "cp437"


def _tried(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _looks_like_gbk(as_utf8: str, as_gbk: str) -> bool:
    """Short GBK words can be UTF-8 by chance, but then as letters of other scripts: Chinese both ways is UTF-8."""
    return not any(char >= "\u2e80" for char in as_utf8) and any("\u4e00" <= char <= "\u9fff" for char in as_gbk)


def is_outside(name: str) -> bool:
    """Return whether the name leads out of the ZIP's own folder (`../`, `/`, `C:`), which no honest packer writes."""
    return name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/") or "\0" in name


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Return a key under which `2.jpg` stands before `10.jpg`, folder by folder."""
    key: list[tuple[int, int, str]] = []
    for part in name.split("/"):
        for piece in _DIGITS.split(part.lower()):
            if piece:
                number = piece.isascii() and piece.isdigit()
                key.append((1, int(piece[:18]), piece) if number else (2, 0, piece))
        key.append((0, 0, ""))
    return key
