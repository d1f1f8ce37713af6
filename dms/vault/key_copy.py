"""The one copy of the keys in a backup folder: sealed, replaced by each backup, so that destroyed keys leave it.

It is sealed to settings.BACKUP_RECIPIENT (age1… or ssh-…), whose identity lies in a safe, and then holds the master key
too; without one it is sealed to the master key, which the operator has to keep elsewhere.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pyrage import ssh, x25519

from dms.core import clock

from . import master_key
from .backup_layout import (
    FORMAT,
    BackupRefused,
    Folder,
    check_facts,
    facts_of,
    overwrite_and_remove,
    read_json,
    read_lines,
    write_json,
    write_lines,
)
from .key_file import Key, Tombstone
from .keystore import KeyStore, key_store
from .placement import write_new
from .streams import MeasuredReader, MeasuredWriter, Undecryptable, decrypt, encrypt

LINES_AT_ONCE = 500

TakeHeader = Callable[[dict[str, Any]], None]
TakeKeys = Callable[[list[Key]], None]


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """How many keys and tombstones a copy holds."""

    keys: int
    tombstones: int


def refresh_keys(destination: Path) -> KeyCounts:
    """Replace the copy of the keys in a backup folder by what the key store holds now; return the counts.

    Every backup does this. Do it after a destruction too: until then the old copy still holds the destroyed keys (E6).
    """
    with Folder(destination).locked():
        return write_keys(Folder(destination))


def write_keys(folder: Folder) -> KeyCounts:
    """Do what `refresh_keys` does, for one who holds the folder's lock. Tombstones once known here are never lost."""
    store = key_store()
    store.prepare()
    folder.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = {path for pattern in ("keys-*.age", "tombstones-*.jsonl") for path in folder.keys.glob(pattern)}
    stamp = _fresh_stamp(old)
    stones_path, keys_path = folder.keys / f"tombstones-{stamp}.jsonl", folder.keys / f"keys-{stamp}.age"
    known = {stone.id: stone for stone in tombstones_in(folder)}
    stones = write_lines(stones_path, _tombstone_lines(store, known))
    counter = _write_sealed_keys(keys_path, store, set(known))
    counts = KeyCounts(keys=counter.keys, tombstones=stones)
    pointer = {"format": FORMAT, "keys": facts_of(keys_path), "tombstones": facts_of(stones_path)}
    write_json(folder.keys / "keys.json", pointer | {"counts": [counts.keys, counts.tombstones]})
    for path in old:
        overwrite_and_remove(path)
    return counts


def _fresh_stamp(old: set[Path]) -> str:
    stamp, count = f"{clock.now():%Y%m%dT%H%M%SZ}", 1
    while any(f"-{stamp}-{count:02}." in path.name for path in old):
        count += 1
    return f"{stamp}-{count:02}"


def tombstones_in(folder: Folder) -> Iterator[Tombstone]:
    """Yield the tombstones the folder knows; none where it has no keys yet. Raise BackupRefused where changed."""
    pointer = folder.keys / "keys.json"
    if pointer.exists():
        yield from tombstones_of_list(check_facts(folder.keys, read_json(pointer)["tombstones"]))


def tombstones_of_list(path: Path) -> Iterator[Tombstone]:
    """Yield the tombstones of a list in JSON lines."""
    for line in read_lines(path):
        yield Tombstone(UUID(line["id"]), line["at"], line["why"])


def _tombstone_lines(store: KeyStore, known: dict[UUID, Tombstone]) -> Iterator[dict[str, Any]]:
    for stones in store.primary.tombstone_batches():
        for stone in stones:
            known.pop(stone.id, None)
            yield {"id": str(stone.id), "at": stone.at, "why": stone.why}
    for stone in known.values():
        yield {"id": str(stone.id), "at": stone.at, "why": stone.why}


class _KeyLines:
    """A stream of lines for pyrage to read: the header, then one line a key."""

    def __init__(self, store: KeyStore, dead: set[UUID]) -> None:
        self.keys = 0
        self.error: Exception | None = None
        self._lines = self._all_lines(store, dead)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        try:
            while len(self._rest) < size and (line := next(self._lines, None)) is not None:
                self._rest += json.dumps(line).encode() + b"\n"
        except Exception as error:
            self.error = error
            raise
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _all_lines(self, store: KeyStore, dead: set[UUID]) -> Iterator[dict[str, Any]]:
        header = {"format": FORMAT, "master_recipient": str(master_key.recipient())}
        if settings.BACKUP_RECIPIENT:
            header["master_key"] = str(master_key.identity_for_backup())
        yield header
        for keys in store.primary.key_batches():
            for key in keys:
                if key.id not in dead:
                    self.keys += 1
                    wrapped = base64.b64encode(key.wrapped).decode()
                    yield {"id": str(key.id), "wrapped": wrapped, "kind": key.kind, "at": key.at}


def _write_sealed_keys(path: Path, store: KeyStore, dead: set[UUID]) -> _KeyLines:
    lines, to = _KeyLines(store, dead), backup_recipient()
    write_new(path, lambda target: encrypt(lines, MeasuredWriter(target), to))
    return lines


def backup_recipient() -> x25519.Recipient | ssh.Recipient:
    """Return whom the copy of the keys is sealed to; raise BackupRefused where the setting is no recipient."""
    given = settings.BACKUP_RECIPIENT
    if not given:
        return master_key.recipient()
    try:
        return x25519.Recipient.from_str(given) if given.startswith("age1") else ssh.Recipient.from_str(given)
    except pyrage.RecipientError:
        raise BackupRefused(_("JUANZONG_BACKUP_RECIPIENT is neither an age nor an ssh recipient.")) from None


class _KeyTaker:
    """A stream for pyrage to write to: cuts lines, hands on the header and then keys in batches."""

    def __init__(self, take_header: TakeHeader, take_keys: TakeKeys) -> None:
        self.error: Exception | None = None
        self._take_header, self._take_keys = take_header, take_keys
        self._rest = b""
        self._seen_header = False
        self._waiting: list[Key] = []

    def write(self, data: bytes) -> int:
        """Take more of the copy; remember an error of those who take."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        try:
            for line in lines:
                self._take(json.loads(line))
            if len(self._waiting) >= LINES_AT_ONCE:
                self.flush()
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Hand on the keys that wait."""
        if self._waiting:
            self._take_keys(self._waiting)
            self._waiting = []

    def _take(self, line: dict[str, Any]) -> None:
        if not self._seen_header:
            self._seen_header = True
            self._take_header(line)
            return
        wrapped = base64.b64decode(line["wrapped"])
        self._waiting.append(Key(UUID(line["id"]), wrapped, line["kind"], line["at"]))


def open_keys(path: Path, identity_file: Path | None, take_header: TakeHeader, take_keys: TakeKeys) -> None:
    """Open a copy of the keys: its header goes to `take_header`, then its keys in batches to `take_keys`.

    Raise BackupRefused where neither the identity file nor, without one, the master key opens it.
    """
    taker = _KeyTaker(take_header, take_keys)
    identity = _identity_in(identity_file) if identity_file else master_key.identity_for_backup()
    try:
        with open(path, "rb") as sealed:
            decrypt(MeasuredReader(sealed, hashlib.sha256()), taker, identity)
        taker.flush()
    except Undecryptable:
        raise BackupRefused(
            _("The copy of the keys cannot be opened with this key."),
            _("Give the identity of JUANZONG_BACKUP_RECIPIENT with --identity, or the master key it was made with."),
        ) from None


def _identity_in(file: Path) -> x25519.Identity | ssh.Identity:
    content = file.read_bytes()
    try:
        if line := master_key.key_line(content.decode(errors="replace")):
            return x25519.Identity.from_str(line)
        return ssh.Identity.from_buffer(content)
    except pyrage.IdentityError:
        raise BackupRefused(_("The file given with --identity holds no age or ssh identity.")) from None
