"""What is hashed, to the byte. Pure: values come in, hashes go out; changing anything here breaks every journal.

An entry's canonical bytes are a JSON array (no spaces, ASCII), format mark first, in the order of `FIELDS`:
whole numbers and null as JSON has them, `at` in UTC with six decimals, facts as their stored text, sealed bytes in
hexadecimal, everything else as text. The array form makes it impossible for two different rows to read alike.
What no writer of ours would store (SQLite takes any value in any column) still has bytes, so that it can be named.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

FORMAT = "juanzong journal 1"
GENESIS = "0" * 64
FIELDS = (
    "at", "actor_id", "actor_name", "actor_post", "action", "refused", "thing_type", "thing_id", "thing_label",
    "facts", "sealed", "sealed_key", "address",
)  # fmt: skip
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, default=repr).encode


def body(values: Sequence[Any]) -> str:
    """Return the canonical text of an entry without its id and stamp.

    `values` follow `FIELDS`; `at` is aware, `facts` the stored text, `sealed` bytes-like or None.
    """
    at, actor, name, post, action, refused, kind, thing, label, facts, sealed, key, address = values
    return _encode([
        FORMAT, moment(at), actor, name, post, action, refused, kind, thing, label, facts,
        _hexadecimal(sealed), None if key is None else str(key), address,
    ])  # fmt: skip


def _hexadecimal(sealed: Any) -> str | None:
    if sealed is None:
        return None
    return f"text {sealed}" if isinstance(sealed, str) else bytes(sealed).hex()


def moment(at: datetime | None) -> str | None:
    """Return an aware moment as UTC text with microseconds, always 32 characters; None for an unreadable one."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def stamp_of(text: str, nonce: str, key: bytes) -> str:
    """Return the stamp of an entry's body: its nonce (16 hex digits) and 32 hex digits of keyed BLAKE2b."""
    return nonce + _keyed(f"{nonce}\n{text}", key, 16)


def entry_hash(entry_id: int, text: str, stamp: str) -> str:
    """Return the hash of a whole entry: id, stamp and body."""
    return hashlib.sha256(f"{entry_id}\n{stamp}\n{text}".encode("utf-8", "replace")).hexdigest()


def seal_hash(seq: int, entry_id: int, hash_of_entry: str, previous: str, key: bytes) -> str:
    """Return the hash that chains seal `seq` to the one before it (`GENESIS` before the first).

    Keyed like the stamps: whoever can write to the database still cannot chain it anew.
    """
    return _keyed(f"{seq}\n{entry_id}\n{hash_of_entry}\n{previous}", key, 32)


def _keyed(text: str, key: bytes, size: int) -> str:
    """Return `size` bytes of BLAKE2b in its keyed mode, a third of HMAC's price; `key` has at most 64 bytes."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=key, digest_size=size).hexdigest()
