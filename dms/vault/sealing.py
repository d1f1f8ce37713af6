"""Seals small values for database columns and finds them again by keyed hash. No plaintext is kept here.

Format of a sealed value: one byte 0x01 (the version), then a binary age file for the X25519 recipient that is the
key's public half: text in UTF-8, about 217 bytes longer than the text. (No library of the lock offers a symmetric
AEAD; age costs 0.1 ms to seal and 0.2 ms to unseal.)
"""

import threading
import time
from collections import OrderedDict
from uuid import UUID, uuid4

import pyrage
from pyrage import x25519

from . import master_key
from .errors import Damaged
from .keystore import key_store
from .models import Fault

VERSION = b"\x01"
REMEMBERED = 512
SECONDS = 60

_unwrapped: OrderedDict[bytes, tuple[float, x25519.Identity]] = OrderedDict()
_guard = threading.Lock()


def create_key() -> UUID:
    """Make a key for sealed values and return its id; it is in every replica when this returns.

    One key for all that is destroyed together (a dossier's personal fields, say); never swept as an orphan.
    """
    key_id = uuid4()
    key_store().put(key_id, master_key.wrap(x25519.Identity.generate()), "text")
    return key_id


def destroy_key(key_id: UUID, reason: str) -> None:
    """Destroy a key in every replica, for good: what it sealed is noise from now on (E6). Idempotent.

    Call it after the deciding transaction was committed: a rollback does not bring keys back.
    """
    key_store().destroy([key_id], reason)
    forget_keys()


def seal_text(text: str, key_id: UUID) -> bytes:
    """Return `text` sealed under the key; raise `Destroyed` or `Damaged` (no such key)."""
    return VERSION + pyrage.encrypt(text.encode(), [identity_of(key_id).to_public()])


def unseal_text(blob: bytes, key_id: UUID) -> str:
    """Return the text that `seal_text` sealed; raise `Destroyed`, or `Damaged` where blob or key changed.

    `blob` may be a memoryview, as PostgreSQL's driver returns it.
    """
    sealed = bytes(blob)
    identity = identity_of(key_id)
    if sealed[:1] != VERSION:
        raise Damaged(key_id, Fault.UNDECRYPTABLE)
    try:
        return pyrage.decrypt(sealed[1:], [identity]).decode()
    except pyrage.DecryptError:
        raise Damaged(key_id, Fault.UNDECRYPTABLE) from None


def blind_index(value: str, scope: str) -> str:
    """Return the keyed hash (64 hex digits) under which `value` is found exactly within `scope` (field and fonds)."""
    digest = master_key.keyed_hash("blind index")
    digest.update(scope.encode() + b"\x00" + value.encode())
    return digest.hexdigest()


def identity_of(key_id: UUID) -> x25519.Identity:
    """Return the unwrapped key; raise `Destroyed`, or `Damaged` where it is missing or cannot be unwrapped.

    The key store is asked each time, so that a key destroyed by any process stops working in all of them at once;
    only the unwrapping (0.14 ms) is remembered, for at most SECONDS and REMEMBERED keys.
    """
    wrapped = key_store().get(key_id)
    if wrapped is None:
        raise Damaged(key_id, Fault.MISSING_KEY)
    if (identity := _remembered(wrapped)) is not None:
        return identity
    try:
        identity = master_key.unwrap(wrapped)
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise Damaged(key_id, Fault.UNDECRYPTABLE) from None
    _remember(wrapped, identity)
    return identity


def forget_keys() -> None:
    """Forget every unwrapped key of this process."""
    with _guard:
        _unwrapped.clear()


def _remembered(wrapped: bytes) -> x25519.Identity | None:
    with _guard:
        until, identity = _unwrapped.get(wrapped, (0.0, None))
        return identity if until > time.monotonic() else None


def _remember(wrapped: bytes, identity: x25519.Identity) -> None:
    now = time.monotonic()
    with _guard:
        _unwrapped[wrapped] = (now + SECONDS, identity)
        _unwrapped.move_to_end(wrapped)
        while len(_unwrapped) > REMEMBERED or (_unwrapped and next(iter(_unwrapped.values()))[0] <= now):
            _unwrapped.popitem(last=False)
