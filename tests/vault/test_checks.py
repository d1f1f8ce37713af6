"""Operators are told when keys and files would be lost together, or when the vault could not open at all."""

from pathlib import Path

import pytest

from dms.vault.checks import key_store_is_apart, master_key_is_kept


@pytest.fixture
def production(places, settings, tmp_path):
    """Return settings as in production, with everything where it should be."""
    master = tmp_path / "safe" / "master.age"
    master.parent.mkdir()
    master.write_text("AGE-SECRET-KEY-…")
    master.chmod(0o600)
    settings.DEMONSTRATION = False
    settings.DATA_DIR = tmp_path / "data"
    settings.VAULT_KEY_STORE = tmp_path / "disk 2" / "keys"
    settings.VAULT_MASTER_KEY_FILE = str(master)
    settings.VAULT_MASTER_KEY_CREATE = False
    return settings


def found(check):
    """Return the ids of what a check says."""
    return [message.id for message in check(None)]


def test_a_house_in_order_gives_no_warning(production):
    assert found(key_store_is_apart) == []
    assert found(master_key_is_kept) == []


@pytest.mark.rule("D3")
@pytest.mark.parametrize("inside", ["vault/keys", "vault", "data/keys"])
def test_warns_where_the_keys_lie_among_the_files(production, tmp_path, inside):
    production.VAULT_KEY_STORE = tmp_path / inside
    assert found(key_store_is_apart) == ["vault.W001"]


@pytest.mark.rule("D3")
def test_warns_where_there_is_no_replica(production):
    production.VAULT_KEY_REPLICAS = []
    assert found(key_store_is_apart) == ["vault.W002"]


def test_the_demonstration_keeps_everything_together_without_a_warning(production, tmp_path):
    production.DEMONSTRATION = True
    production.VAULT_KEY_STORE = tmp_path / "vault" / "keys"
    assert found(key_store_is_apart) == []


@pytest.mark.parametrize("file", ["", "/nowhere/master.age"])
def test_refuses_to_start_without_a_master_key(production, file):
    production.VAULT_MASTER_KEY_FILE = file
    assert found(master_key_is_kept) == ["vault.E001"]
    production.VAULT_MASTER_KEY_CREATE = True
    assert found(master_key_is_kept) == []


@pytest.mark.rule("D1")
def test_warns_where_others_may_read_the_master_key(production):
    Path(production.VAULT_MASTER_KEY_FILE).chmod(0o640)
    assert found(master_key_is_kept) == ["vault.W003"]
