"""Restores a backup into an empty place (D3), and sees to it that what was destroyed stays destroyed (E6)."""

import hashlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import database_copy, master_key, placement
from .backup_layout import BackupRefused, Folder, ListedFile, check_facts, read_json, read_list
from .fixity import FixityReport, check_fixity
from .key_copy import open_keys, tombstones_in, tombstones_of_list
from .key_file import Key, Tombstone
from .keystore import KeyStore, key_store
from .placement import CHUNK, write_new
from .services import finish_destructions

UNFINISHED = "restore-unfinished"
NAMED_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; `destroyed` counts the rows that an older database still held alive."""

    name: str
    files: int
    keys: int
    tombstones: int
    destroyed: int
    fixity: FixityReport


@dataclass(frozen=True, slots=True)
class _Set:
    """A verified set of a backup folder."""

    folder: Folder
    name: str
    database: Path
    files: Path
    keys: Path
    beside: dict[str, Path]


def restore(
    source: Path | str,
    *,
    name: str = "",
    tombstones: Path | None = None,
    identity: Path | None = None,
    despite_damage: bool = False,
    beside: Iterable[Path] = (),
) -> RestoreReport:
    """Restore the set `name` (the newest unless given) of the folder `source` to where the settings say; check it.

    Verifies the whole backup first. Tombstones come from the backup folder's newest list and from `tombstones` (a list
    in JSON lines, or a surviving keys.sqlite3): what they name stays destroyed, however old the set. `identity` opens
    keys sealed to JUANZONG_BACKUP_RECIPIENT. `beside` says where files of the set that lay outside the database go; one
    that is there already is left as it is, for it may be newer. An interrupted restore goes on when it is run again.
    Raise BackupRefused, changing nothing, where the place is not empty or the backup is not whole (`despite_damage`
    accepts damaged files).
    """
    chosen = _verified(Folder(Path(source).resolve()), name)
    stones = {stone.id: stone for stone in itertools.chain(tombstones_in(chosen.folder), _given(tombstones))}
    require_empty_place(chosen.name)
    files = [listed for listed in read_list(chosen.files) if listed.id not in stones]
    _require_whole(chosen.folder, files, despite_damage)
    keys = _restore_keys(chosen, stones.values(), identity)
    restored = sum(_restore_file(chosen.folder, listed) for listed in files)
    _restore_beside(chosen, beside)
    database_copy.copy_in(chosen.database)
    destroyed = finish_destructions()
    _marker().unlink()
    return RestoreReport(chosen.name, restored, keys, len(stones), destroyed, check_fixity("all", deep=True))


def _verified(folder: Folder, name: str) -> _Set:
    names = folder.sets()
    if not names or (name and name not in names):
        raise BackupRefused(_("There is no such set in this folder."), files=names)
    place = folder.set(name or names[-1])
    manifest, keys = read_json(place / "manifest.json"), read_json(folder.keys / "keys.json")
    check_facts(place, manifest["settings"])
    check_facts(folder.keys, keys["tombstones"])
    return _Set(
        folder=folder,
        name=place.name,
        database=check_facts(place, manifest["database"]),
        files=check_facts(place, manifest["files"]),
        keys=check_facts(folder.keys, keys["keys"]),
        beside={facts["file"]: check_facts(place, facts) for facts in manifest.get("beside", ())},
    )


def _restore_beside(chosen: _Set, beside: Iterable[Path]) -> None:
    for path in beside:
        if path.name in chosen.beside and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, partial(_fill, chosen.beside[path.name]))


def _fill(origin: Path, target: BinaryIO) -> None:
    with open(origin, "rb") as source:
        while chunk := source.read(CHUNK):
            target.write(chunk)


def _given(path: Path | None) -> Iterator[Tombstone]:
    if path is None:
        return
    with open(path, "rb") as file:
        is_database = file.read(16) == b"SQLite format 3\x00"
    if not is_database:
        yield from tombstones_of_list(path)
        return
    with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as survivor:
        for row in survivor.execute("SELECT id, at, why FROM tombstones"):
            yield Tombstone(UUID(bytes=row[0]), row[1], row[2])


def require_empty_place(name: str) -> None:
    """Raise BackupRefused unless database, vault and key store are empty, or hold a begun restore of the set `name`."""
    if _marker().exists() and _marker().read_text() == name and database_copy.is_empty():
        return
    taken = []
    if not database_copy.is_empty():
        taken.append(str(_("the database")))
    if not placement.is_empty():
        taken.append(str(_("the vault")))
    store = key_store()
    if any(place.exists() and place.counts()[0] for place in (store.primary, *store.replicas)):
        taken.append(str(_("the key store")))
    if taken:
        raise BackupRefused(
            _("A backup is only restored into an empty place. Not empty:"),
            _("Point the settings to new folders and a new database."),
            files=taken,
        )


def _require_whole(folder: Folder, files: list[ListedFile], despite_damage: bool) -> None:
    damaged = [str(listed.id) for listed in files if not _is_good(folder, listed)]
    if damaged and not despite_damage:
        raise BackupRefused(
            _("Files of this backup are missing or were changed."),
            _("Restore the others with --despite-damage."),
            files=damaged[:NAMED_AT_MOST],
        )


def _is_good(folder: Folder, listed: ListedFile) -> bool:
    path = folder.cipher(listed.id)
    if not path.is_file() or path.stat().st_size != listed.size:
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == listed.sha256


def _restore_keys(chosen: _Set, stones: Iterable[Tombstone], identity: Path | None) -> int:
    if not identity and not master_key.is_there():
        raise BackupRefused(
            _("The master key is missing."),
            _("Give the identity of JUANZONG_BACKUP_RECIPIENT with --identity, or the master key it was made with."),
        )
    store = key_store()
    restored = 0

    def take_header(header: dict[str, Any]) -> None:
        _settle_master_key(header)
        _begin(store, chosen.name)
        for place in (store.primary, *store.replicas):
            place.bury(stones)

    def take_keys(keys: list[Key]) -> None:
        nonlocal restored
        restored += store.primary.add_missing(keys)
        for replica in store.replicas:
            replica.add_missing(keys)

    open_keys(chosen.keys, identity, take_header, take_keys)
    return restored


def _settle_master_key(header: dict[str, Any]) -> None:
    """See that the master key in force is the backup's; put it in place where the copy holds it and there is none."""
    if not master_key.is_there() and header.get("master_key"):
        master_key.put_in_place(header["master_key"])
    if not master_key.is_there() or str(master_key.recipient()) != header["master_recipient"]:
        raise BackupRefused(
            _("The master key of the settings is not the one this backup was made with."),
            _("Set JUANZONG_MASTER_KEY_FILE to the file that holds it."),
        )


def _begin(store: KeyStore, name: str) -> None:
    store.prepare()
    _marker().write_text(name)


def _marker() -> Path:
    return Path(settings.VAULT_KEY_STORE) / UNFINISHED


def _restore_file(folder: Folder, listed: ListedFile) -> bool:
    """Copy one ciphertext to its place; return False for one that is damaged (named by the check that follows)."""
    if placement.exists(listed.id):
        return True
    if not folder.cipher(listed.id).is_file():
        return False
    placement.place(listed.id, partial(_fill, folder.cipher(listed.id)))
    return True
