"""How a backup folder is laid out, and its lists and manifests written and read. Nothing here knows the database.

DIR/vault/abc/<id>.age            ciphertexts, shared by all sets, copied once
DIR/keys/keys.json                points to the newest copy of the keys and to the newest list of tombstones
DIR/keys/keys-<time>.age          the one copy of the keys, sealed; the copy before is overwritten and removed
DIR/keys/tombstones-<time>.jsonl  every destruction ever known here
DIR/sets/<time>/                  database, list of files, settings without secrets, what lay beside the database (the
                                  journal's anchors); manifest.json comes last

The keys are not in the sets, so that no old set holds the key of what was destroyed since.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal

from .placement import CHUNK, name_of, sync_folder, write_new

FORMAT = 1


class BackupRefused(Refusal):
    """A backup could not be made or restored; nothing of the running system was changed."""

    code = "backup_refused"

    def __init__(self, message: str | Promise, remedy: str | Promise = "", *, files: Iterable[str] = ()) -> None:
        super().__init__(message, remedy)
        self.files = list(files)

    def __str__(self) -> str:
        named = ", ".join(self.files)
        return " ".join(str(part) for part in (self.message, named and named + ".", self.remedy) if part)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A line of a set's list: id, size and SHA-256 of a ciphertext."""

    id: UUID
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A backup folder."""

    path: Path

    @property
    def keys(self) -> Path:
        """Return the folder of the copy of the keys; it may be a mount of its own."""
        return self.path / "keys"

    def cipher(self, file_id: UUID) -> Path:
        """Return where a ciphertext lies."""
        return self.path / "vault" / name_of(file_id)

    def ciphers(self) -> Iterator[Path]:
        """Yield every ciphertext of the folder."""
        return (self.path / "vault").glob("???/*.age")

    def set(self, name: str) -> Path:
        """Return the folder of a set; raise BackupRefused for a name that leaves the folder."""
        if not name or "/" in name or name.startswith("."):
            raise BackupRefused(_("There is no such set in this folder."))
        return self.path / "sets" / name

    def sets(self) -> list[str]:
        """Return the names of the finished sets, oldest first."""
        return sorted(manifest.parent.name for manifest in (self.path / "sets").glob("*/manifest.json"))

    def unfinished_sets(self) -> list[Path]:
        """Return the folders of sets whose backup was interrupted."""
        return sorted(part for part in (self.path / "sets").glob("*") if not (part / "manifest.json").exists())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one backup at a time write to the folder; raise BackupRefused where another does."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.path / "sets").mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupRefused(_("Another backup is being written to this folder."), _("Wait for it.")) from None
            yield


def hash_of(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts_of(path: Path) -> dict[str, Any]:
    """Return name, size and hash of a file, as manifests list them."""
    return {"file": path.name, "size": path.stat().st_size, "sha256": hash_of(path)}


def check_facts(folder: Path, facts: dict[str, Any]) -> Path:
    """Return the path of a listed file; raise BackupRefused where it is not what the manifest says."""
    path = folder / Path(facts["file"]).name
    if not path.is_file() or path.stat().st_size != facts["size"] or hash_of(path) != facts["sha256"]:
        raise BackupRefused(_("A part of the backup is missing or was changed:"), files=[str(path)])
    return path


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Write a new file with one JSON object a line, durably; return how many lines."""
    count = 0

    def fill(target: Any) -> None:
        nonlocal count
        for line in lines:
            target.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            count += 1

    write_new(path, fill)
    return count


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a file written by `write_lines`."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_list(path: Path) -> Iterator[ListedFile]:
    """Yield the files of a set's list."""
    for line in read_lines(path):
        yield ListedFile(UUID(line["id"]), line["size"], line["sha256"])


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write or replace a JSON file at once: a reader sees the old one or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    write_new(draft, lambda target: target.write(text.encode()))
    os.replace(draft, path)
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's object; raise BackupRefused where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupRefused(_("A part of the backup is missing or was changed:"), files=[str(path)]) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BackupRefused(_("This backup was made by another version."), files=[str(path)])
    return content


def overwrite_and_remove(path: Path) -> None:
    """Remove a file after writing zeros over it: old keys are not left to an undelete (best effort: SSDs remap)."""
    with open(path, "r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(CHUNK, left)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
