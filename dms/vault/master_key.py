"""The master key: wraps every file's key, gives the vault secret. Read here and nowhere else, and never logged.

The master key is an age X25519 identity, in settings.VAULT_MASTER_KEY or the file settings.VAULT_MASTER_KEY_FILE.
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import pyrage
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pyrage import x25519

from .errors import MasterKeyUnusable

PREFIX = "AGE-SECRET-KEY-"


def wrap(identity: x25519.Identity) -> bytes:
    """Return a file's key sealed to the master key (about 270 bytes)."""
    return pyrage.encrypt(str(identity).encode(), [_master().to_public()])


def unwrap(wrapped: bytes) -> x25519.Identity:
    """Return the key that `wrap` sealed; raise pyrage.DecryptError where it was sealed to another master key."""
    return x25519.Identity.from_str(pyrage.decrypt(wrapped, [_master()]).decode())


def recipient() -> x25519.Recipient:
    """Return the public half of the master key."""
    return _master().to_public()


def identity_for_backup() -> x25519.Identity:
    """Return the master key itself: only the backup of keys may ask, to seal it for the office's safe."""
    return _master()


def derived_secret(use: str) -> bytes:
    """Return 32 bytes that depend on the master key and on `use` alone (HKDF-SHA256, expand step of one block)."""
    extracted = hmac.digest(b"juanzong vault", str(_master()).encode(), "sha256")
    return hmac.digest(extracted, use.encode() + b"\x01", "sha256")


def keyed_hash(use: str) -> "hmac.HMAC":
    """Return a fresh HMAC-SHA256 under the secret of `use`, to be fed in pieces."""
    return hmac.new(derived_secret(use), digestmod=hashlib.sha256)


def make_master_key_file(path: Path, content: str | None = None) -> None:
    """Write a master key (a fresh one unless `content` is given) to `path`, mode 0600; never over an existing file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write((content or str(x25519.Identity.generate())) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)  # of several processes one wins, and nobody ever reads half a key
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def is_there() -> bool:
    """Return True where a master key is set; never makes one."""
    return bool(getattr(settings, "VAULT_MASTER_KEY", "")) or Path(_file() or "/").is_file()


def put_in_place(content: str) -> None:
    """Write a restored master key to the file of the settings; raise MasterKeyUnusable where they name none."""
    if not _file():
        raise MasterKeyUnusable(_("The settings name no file for the master key."))
    make_master_key_file(Path(_file()), content)


def key_line(text: str) -> str:
    """Return the line of `text` that is an age identity, or "": age-keygen writes comment lines above it."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line.startswith(PREFIX)), "")


def _file() -> str:
    return getattr(settings, "VAULT_MASTER_KEY_FILE", "")


def _master() -> x25519.Identity:
    return _load(
        getattr(settings, "VAULT_MASTER_KEY", ""),
        _file(),
        getattr(settings, "VAULT_MASTER_KEY_CREATE", False),
    )


@lru_cache(maxsize=8)
def _load(given: str, file: str, create: bool) -> x25519.Identity:
    if not given and not file:
        raise MasterKeyUnusable(_("There is no master key."))
    if not given and create is True and not Path(file).exists():
        make_master_key_file(Path(file))
    try:
        text = given or Path(file).read_text()
    except OSError as error:
        raise MasterKeyUnusable(_("The file of the master key cannot be read.")) from error
    try:
        return x25519.Identity.from_str(key_line(text))
    except pyrage.IdentityError:
        # Not "from": the cause could quote the key.
        raise MasterKeyUnusable(_("What is set as master key is none.")) from None
