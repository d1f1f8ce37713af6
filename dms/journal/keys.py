"""The journal's secrets, kept by the vault: the key that stamps entries, and one a month for sealed particulars."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from dms.core import clock
from dms.vault import services as vault

from .models import JournalKey


def stamp_key() -> bytes:
    """Return the secret under which entries are stamped and seals chained, derived from the vault's own secret."""
    return _derived(settings.VAULT_MASTER_KEY, settings.VAULT_MASTER_KEY_FILE)


@lru_cache(maxsize=4)
def _derived(master_key: str, master_key_file: str) -> bytes:
    return bytes.fromhex(vault.blind_index("stamp of entries", "journal"))


def seal(text: str) -> tuple[bytes, UUID]:
    """Return `text` sealed, and the id of the key that opens it."""
    key_id = _key_of(clock.today().strftime("%Y-%m"))
    return vault.seal_text(text, key_id), key_id


def unseal(sealed: bytes | memoryview, key_id: UUID) -> str:
    """Return what `seal` was given; raise the vault's error where the key is gone."""
    return vault.unseal_text(bytes(sealed), key_id)


def _key_of(month: str) -> UUID:
    found = JournalKey.objects.filter(month=month).values_list("key_id", flat=True).first()
    return found or _make_key(month)


def _make_key(month: str) -> UUID:
    key_id = vault.create_key()
    try:
        with transaction.atomic():
            JournalKey.objects.create(month=month, key_id=key_id)
    except IntegrityError:  # somebody was first; ours seals nothing
        vault.destroy_key(key_id, reason="another process made the month's journal key first")
        return UUID(str(JournalKey.objects.values_list("key_id", flat=True).get(month=month)))
    return key_id
