"""Lets the oldest sets of a backup folder go, with the ciphertexts only they spoke of. Keys are in no set (E6)."""

import shutil
from collections.abc import Iterator
from uuid import UUID

from .backup_layout import Folder, check_facts, read_json, read_list


def prune(folder: Folder, keep: int) -> list[str]:
    """Remove all sets but the newest `keep`, then every ciphertext that no set left names; return the sets' names.

    The caller holds the folder's lock. Killed half-way, the next call ends it: a set's manifest goes first, which makes
    the set an unfinished one, and ciphertexts go last. Raise ValueError for less than one set, BackupRefused where a
    list was changed (then no ciphertext goes).
    """
    if keep < 1:
        raise ValueError("at least one set is kept")
    gone = folder.sets()[:-keep]
    for name in gone:
        (folder.set(name) / "manifest.json").unlink()
        shutil.rmtree(folder.set(name))
    wanted = set(_named(folder))
    for path in list(folder.ciphers()):
        if UUID(hex=path.stem) not in wanted:
            path.unlink()
    return gone


def _named(folder: Folder) -> Iterator[UUID]:
    """Yield the id of every file that a set speaks of; raise BackupRefused where a set's list is not what it was."""
    for place in map(folder.set, folder.sets()):
        listed = check_facts(place, read_json(place / "manifest.json")["files"])
        yield from (file.id for file in read_list(listed))
