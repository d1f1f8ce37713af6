"""A vault of its own for every test, with one replica, and migrated small houses for tests that kill processes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from dms.vault import sealing
from dms.vault.key_file import KeyFile

from .processes import run_deed


@dataclass(frozen=True)
class Places:
    """Where the vault of a test lies."""

    root: Path

    @property
    def vault(self) -> Path:
        """Return the folder of the sealed files."""
        return self.root / "vault"

    @property
    def primary(self) -> KeyFile:
        """Return the primary key file."""
        return KeyFile(self.root / "keys")

    @property
    def replica(self) -> KeyFile:
        """Return the replica."""
        return KeyFile(self.root / "keys-replica")

    def sealed_files(self) -> list[Path]:
        """Return everything that lies in the vault, drafts included."""
        return sorted(path for path in self.vault.rglob("*") if path.is_file())


@pytest.fixture
def places(tmp_path, settings):
    """Point the settings to an empty vault and key store under the test's own folder."""
    settings.STORAGES = {
        **settings.STORAGES,
        "vault": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "vault")},
        },
    }
    settings.VAULT_KEY_STORE = tmp_path / "keys"
    settings.VAULT_KEY_REPLICAS = [tmp_path / "keys-replica"]
    settings.VAULT_MASTER_KEY = ""
    settings.VAULT_MASTER_KEY_FILE = str(tmp_path / "master-key" / "master.age")
    settings.VAULT_MASTER_KEY_CREATE = True
    settings.BACKUP_RECIPIENT = ""
    sealing.forget_keys()
    return Places(tmp_path)


@pytest.fixture(scope="session")
def migrated_house(tmp_path_factory):
    """Return the folder of a small house with a migrated, empty database."""
    folder = tmp_path_factory.mktemp("house")
    run_deed(folder, "migrate")
    return folder


@pytest.fixture
def house(migrated_house, tmp_path):
    """Return the folder of a small house that processes may be killed in."""
    return Path(shutil.copytree(migrated_house, tmp_path / "house"))


@pytest.fixture(autouse=True)
def words_are_compared_in_english(in_english: None) -> None:
    """The vault's refusals are looked at word by word."""
