"""File names as they may be kept and shown: no control or direction marks, no path, not longer than a disk allows."""

import unicodedata
from collections.abc import Sequence

MAX_BYTES = 200
MAX_EXTENSION_BYTES = 12
# Cc control, Cf format (bidi overrides, zero-width, BOM), Cs lone surrogates, Co private use, Zl/Zp line ends.
UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clean_file_name(name: str) -> str:
    """Return `name` in NFC without path, control or direction characters, at most 200 bytes of UTF-8, ending kept.

    Only the cleaned name is ever kept. A name of which nothing is left becomes "unnamed".
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(_as_shown(char) for char in name)
    name = " ".join(name.split()).rstrip(" .")
    stem, extension = split_extension(name)
    stem = stem.strip(" .") or "unnamed"
    room = MAX_BYTES - len(extension.encode())
    return _clipped(stem, room) + extension


def clean_path(path: str) -> str:
    """Return the name of a file inside a ZIP or folder, each part cleaned, "/" between: for showing and for order.

    At most 200 bytes: the file's own name stays, folders are left out from the front.
    """
    *folders, name = path.replace("\\", "/").split("/")
    shown = clean_file_name(name)
    for folder in reversed([clean_file_name(part) for part in folders if part.strip(" .")]):
        longer = f"{folder}/{shown}"
        if len(longer.encode()) > MAX_BYTES:
            break
        shown = longer
    return shown


def name_in(folders: Sequence[str], name: str) -> str:
    """Return the name of a file that lay in these folders, from the top down: as `clean_path`, nothing in it a path."""
    return clean_path("/".join([*folders, clean_file_name(name)]))


def split_extension(name: str) -> tuple[str, str]:
    """Return stem and extension (with its dot; empty where the ending is no file ending)."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending.isascii() and ending.isalnum() and len(ending) < MAX_EXTENSION_BYTES:
        return stem.rstrip(" ."), f".{ending}"
    return name, ""


def title_of(name: str) -> str:
    """Return an item's first title: the file's name without its ending, underscores read as spaces, folders kept."""
    stem, _ = split_extension(name)
    return " ".join(stem.replace("_", " ").replace("/", " / ").split()) or name


def _as_shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp"}:
        return " " if char in "\t\n\r\v\f\u0085\u2028\u2029" else ""
    return "" if category in UNWANTED else char


def _clipped(text: str, room: int) -> str:
    raw = text.encode()
    return text if len(raw) <= room else raw[:room].decode(errors="ignore").rstrip(" .")
