"""System checks of the vault: what an operator has to be told before papers are trusted to it. They change nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import FileSystemStorage, storages

from .placement import ALIAS


@register(Tags.security)
def key_store_is_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where key store and files would be lost, stolen or copied together; only outside the demonstration."""
    if getattr(settings, "DEMONSTRATION", False):
        return []
    found: list[CheckMessage] = []
    if any(_inside(Path(settings.VAULT_KEY_STORE), folder) for folder in _folders_of_files()):
        found.append(Warning(
            "The key store lies inside the folder of the files whose keys it holds.",
            hint="Set JUANZONG_KEY_STORE_DIR to a folder on another disk, with a backup of its own.",
            id="vault.W001",
        ))  # fmt: skip
    if not settings.VAULT_KEY_REPLICAS:
        found.append(Warning(
            "The key store has no replica: with its disk every stored page would be lost.",
            hint="Set JUANZONG_KEY_REPLICA_DIRS to one or more folders on other disks.",
            id="vault.W002",
        ))  # fmt: skip
    return found


@register(Tags.security, deploy=True)
def master_key_is_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to go on without a master key where none may be made; warn where others may read its file."""
    file = getattr(settings, "VAULT_MASTER_KEY_FILE", "")
    if getattr(settings, "VAULT_MASTER_KEY", "") or getattr(settings, "VAULT_MASTER_KEY_CREATE", False) is True:
        return []
    if not file or not Path(file).is_file():
        return [Error(
            "There is no master key.",
            hint="Set JUANZONG_MASTER_KEY_FILE to the file that holds it (an age identity, mode 0600).",
            id="vault.E001",
        )]  # fmt: skip
    if Path(file).stat().st_mode & 0o077:
        return [Warning(
            "The file of the master key can be read by others.", hint="chmod 600 the file.", id="vault.W003"
        )]  # fmt: skip
    return []


def _folders_of_files() -> list[Path]:
    folders = [Path(settings.DATA_DIR)] if hasattr(settings, "DATA_DIR") else []
    storage = storages[ALIAS]
    if isinstance(storage, FileSystemStorage):
        folders.append(Path(storage.location))
    return folders


def _inside(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())
