"""Where sealed files lie: the one door to settings.STORAGES["vault"]. Nothing is ever overwritten here.

A file's name comes from its id alone: three hex digits make a sub-folder (4,096 of them), then the id.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "vault"
SUFFIX = ".age"
PART = ".part"
CHUNK = 1 << 20

Fill = Callable[[BinaryIO], object]


def name_of(file_id: UUID) -> str:
    """Return the storage name of a file."""
    return f"{file_id.hex[:3]}/{file_id.hex}{SUFFIX}"


def id_of(name: str) -> UUID | None:
    """Return the id that `name` (without folder) stands for, or None where the vault did not give that name."""
    stem = name.removesuffix(SUFFIX)
    if not name.endswith(SUFFIX) or len(stem) != 32 or stem != stem.lower():
        return None
    try:
        return UUID(hex=stem)
    except ValueError:
        return None


def place(file_id: UUID, fill: Fill) -> None:
    """Let `fill` write the file's bytes to its place; when this returns they are on the disk under their name.

    Raise FileExistsError where the place is taken. Whatever goes wrong, no half file ever bears the name.
    """
    place_all({file_id: fill})


def place_all(fills: Mapping[UUID, Fill]) -> None:
    """Do `place` for several files, which the disk is made to take together; where it raises, some may be placed."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        write_all_new({Path(storage.path(name_of(file_id))): fill for file_id, fill in fills.items()})
        return
    for file_id, fill in fills.items():
        _place_remotely(storage, name_of(file_id), fill)


def _place_remotely(storage: Storage, name: str, fill: Fill) -> None:
    if storage.exists(name):
        raise FileExistsError(name)
    with tempfile.TemporaryFile() as buffer:  # holds ciphertext only
        fill(buffer)
        buffer.seek(0)
        saved = storage.save(name, File(buffer, name=name))
    if saved != name:
        storage.delete(saved)
        raise FileExistsError(name)


def write_new(path: Path, fill: Fill) -> None:
    """Write a new local file: temporary name, fsync, rename, fsync of the folder. Raise FileExistsError if there."""
    write_all_new({path: fill})


def write_all_new(fills: Mapping[Path, Fill]) -> None:
    """Do `write_new` for several files step by step, so that a journalling disk has to force little more than once.

    What is written first is on its way when the disk is told to wait for it. Where this raises, drafts are removed;
    files that had got their names keep them.
    """
    for path in fills:
        _make_folder(path.parent)
    drafts = {path: path.with_name(f".{path.name}.{secrets.token_hex(6)}{PART}") for path in fills}
    targets: list[BinaryIO] = []
    try:
        for path, fill in fills.items():
            descriptor = os.open(drafts[path], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            target = os.fdopen(descriptor, "wb", buffering=CHUNK)
            targets.append(target)
            fill(target)
            target.flush()
        for target in targets:
            os.fsync(target.fileno())
        for path, draft in drafts.items():
            _give_name(draft, path)
    except BaseException:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise
    finally:
        for target in targets:
            target.close()
    for folder in dict.fromkeys(path.parent for path in fills):
        sync_folder(folder)


def _make_folder(folder: Path) -> None:
    if folder.exists():
        return
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def _give_name(draft: Path, path: Path) -> None:
    # Ids are random, so nobody else makes this very name between the two lines.
    if os.path.lexists(path):
        raise FileExistsError(path.name)
    os.rename(draft, path)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_sealed(file_id: UUID) -> BinaryIO:
    """Open a file's ciphertext for reading; raise FileNotFoundError where it is missing."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        return open(storage.path(name_of(file_id)), "rb", buffering=CHUNK)
    if not storage.exists(name_of(file_id)):
        raise FileNotFoundError(name_of(file_id))
    return cast(BinaryIO, storage.open(name_of(file_id), "rb"))


def exists(file_id: UUID) -> bool:
    """Return True where the file's ciphertext is there."""
    return _storage().exists(name_of(file_id))


def remove(file_id: UUID) -> bool:
    """Remove the file's ciphertext durably; return False where there was none."""
    storage = _storage()
    if not storage.exists(name_of(file_id)):
        return False
    storage.delete(name_of(file_id))
    if isinstance(storage, FileSystemStorage):
        sync_folder(Path(storage.path(name_of(file_id))).parent)
    return True


def sub_folders() -> list[str]:
    """Return the names of the vault's sub-folders, in order; none where the vault was never used."""
    try:
        return sorted(folder for folder in _storage().listdir("")[0] if len(folder) == 3)
    except FileNotFoundError:
        return []


def files_in(sub_folder: str) -> Iterator[tuple[UUID, str]]:
    """Yield (id, name) of every sealed file in a sub-folder."""
    for name in _storage().listdir(sub_folder)[1]:
        if file_id := id_of(name):
            yield file_id, f"{sub_folder}/{name}"


def drafts_in(sub_folder: str) -> list[str]:
    """Return the temporary names in a sub-folder: being written now, or left by a killed process."""
    return [f"{sub_folder}/{name}" for name in _storage().listdir(sub_folder)[1] if name.endswith(PART)]


def written_at(name: str) -> datetime:
    """Return when the file under this storage name was last written (aware, UTC)."""
    return _storage().get_modified_time(name)


def remove_draft(name: str) -> None:
    """Remove a temporary file."""
    _storage().delete(name)


def is_empty() -> bool:
    """Return True where no sealed file lies in the vault."""
    return not any(True for folder in sub_folders() for _ in files_in(folder))


def _storage() -> Storage:
    return storages[ALIAS]
