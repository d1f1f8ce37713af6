"""Makes backups (D3): database, ciphertexts, a sealed copy of the keys, settings without secrets. Restores nothing."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.views.debug import SafeExceptionReporterFilter

from dms.core import clock

from . import database_copy, placement
from .backup_layout import FORMAT, Folder, ListedFile, facts_of, hash_of, write_json, write_lines
from .backup_pruning import prune
from .fixity import FileFault
from .key_copy import KeyCounts, write_keys
from .keystore import key_store
from .models import Fault
from .placement import CHUNK, sync_folder, write_new


@dataclass(slots=True)
class BackupReport:
    """What one backup did; `faults` are living files that could not be copied as their rows describe them."""

    folder: Path
    name: str
    verified: bool = False
    copied: int = 0
    kept: int = 0
    removed: int = 0
    pruned: list[str] = field(default_factory=list)
    bytes_copied: int = 0
    keys: KeyCounts = field(default_factory=lambda: KeyCounts(0, 0))
    faults: list[FileFault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Return True where every living file is in the backup."""
        return not self.faults


class _Changed(Exception):
    """The ciphertext read is not the one its row describes."""


def backup(
    destination: Path | str, *, verify: bool = False, beside: Iterable[Path] = (), keep: int = 0
) -> BackupReport:
    """Add a backup to the folder `destination` (made where missing) and return what was done (D3).

    The database comes first, then the files it speaks of, then the keys: whatever the copied database knows has its
    file and key, but for what was destroyed meanwhile. A damaged file is named and never replaces a good copy. The
    search index is left out: it is rebuilt. `verify` reads the copies that are already there and replaces damaged ones.
    `beside`: small files that belong to the records and lie outside the database; those that exist go into the set.
    `keep`: so many sets stay, the oldest others leave once this one is finished and sound; 0 keeps all. Raise
    BackupRefused where the backup cannot be made.
    """
    folder = Folder(Path(destination).resolve())
    with folder.locked():
        for unfinished in folder.unfinished_sets():
            shutil.rmtree(unfinished)
        report = BackupReport(folder.path, _fresh_name(folder), verified=verify)
        place = folder.set(report.name)
        place.mkdir(mode=0o700)
        database = _copy_database_and_files(folder, place, report)
        report.removed = _remove_destroyed(folder)
        report.keys = write_keys(folder)
        write_lines(place / "settings.json", [safe_settings()])
        kept_beside = [facts_of(_copy_beside(path, place)) for path in beside if path.is_file()]
        write_json(place / "manifest.json", _manifest(place, database, report) | {"beside": kept_beside})
        sync_folder(place.parent)
        if keep and report.sound:
            report.pruned = prune(folder, keep)
    return report


def _copy_beside(path: Path, place: Path) -> Path:
    content = path.read_bytes()
    write_new(place / path.name, lambda sink: sink.write(content))
    return place / path.name


def _fresh_name(folder: Folder) -> str:
    stamp, count = f"{clock.now():%Y%m%dT%H%M%SZ}", 1
    while folder.set(f"{stamp}-{count:02}").exists():
        count += 1
    return f"{stamp}-{count:02}"


def _copy_database_and_files(folder: Folder, place: Path, report: BackupReport) -> Path:
    def copy_listed(files: Iterator[ListedFile]) -> None:
        write_lines(place / "files.jsonl", _copied(folder, files, report))

    return database_copy.copy_out(place, copy_listed)


def _copied(folder: Folder, files: Iterator[ListedFile], report: BackupReport) -> Iterator[dict[str, Any]]:
    for listed in files:
        if fault := _bring(folder, listed, report):
            if _destroyed_meanwhile(listed.id):
                continue
            report.faults.append(FileFault(listed.id, fault))
        yield {"id": str(listed.id), "size": listed.size, "sha256": listed.sha256}


def _bring(folder: Folder, listed: ListedFile, report: BackupReport) -> Fault | None:
    """Copy a ciphertext unless the folder has it; return what is wrong with the original, if anything."""
    target = folder.cipher(listed.id)
    if _has_good_copy(target, listed, report.verified):
        report.kept += 1
        return None
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    try:
        write_new(draft, lambda sink: _copy_checked(listed, sink))
    except FileNotFoundError:
        return Fault.MISSING_FILE
    except _Changed:
        return Fault.CHANGED_CIPHERTEXT
    os.replace(draft, target)  # only a damaged copy is ever replaced
    sync_folder(target.parent)
    report.copied += 1
    report.bytes_copied += listed.size
    return None


def _has_good_copy(target: Path, listed: ListedFile, verify: bool) -> bool:
    if not target.exists() or target.stat().st_size != listed.size:
        return False
    return not verify or hash_of(target) == listed.sha256


def _copy_checked(listed: ListedFile, sink: BinaryIO) -> None:
    digest = hashlib.sha256()
    with placement.open_sealed(listed.id) as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    if digest.hexdigest() != listed.sha256:
        raise _Changed


def _destroyed_meanwhile(file_id: UUID) -> bool:
    return bool(key_store().primary.tombstones_of([file_id]))


def _remove_destroyed(folder: Folder) -> int:
    """Remove the ciphertexts of destroyed files from the folder: noise, but why keep noise (E6)."""
    removed = 0
    for stones in key_store().primary.tombstone_batches():
        for stone in stones:
            path = folder.cipher(stone.id)
            if path.exists():
                path.unlink()
                removed += 1
    return removed


def _manifest(place: Path, database: Path, report: BackupReport) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": report.name,
        "made_at": clock.now().isoformat(),
        "database": facts_of(database),
        "files": facts_of(place / "files.jsonl"),
        "settings": facts_of(place / "settings.json"),
        "counts": {"files": report.copied + report.kept + len(report.faults)} | asdict(report.keys),
        "faults": [[str(fault.file_id), fault.fault.value] for fault in report.faults],
        "left_out": ["search index"],
    }


def safe_settings() -> dict[str, Any]:
    """Return the settings in force as JSON values, with everything that looks like a secret replaced by asterisks."""
    safe = SafeExceptionReporterFilter().get_safe_settings()
    text = json.dumps({name: safe[name] for name in sorted(safe) if settings.is_overridden(name)}, default=str)
    cleaned: dict[str, Any] = json.loads(re.sub(r"://[^/@\"\s]*@", "://***@", text))
    return cleaned
