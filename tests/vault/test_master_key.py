"""The master key is made only where it may be, once, for its owner's eyes only."""

import stat
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from dms.vault import master_key
from dms.vault.errors import MasterKeyUnusable

pytestmark = pytest.mark.usefixtures("places", "in_english")


@pytest.mark.rule("D1")
def test_makes_a_missing_key_where_that_is_allowed_and_keeps_it(settings):
    first = str(master_key.recipient())
    file = Path(settings.VAULT_MASTER_KEY_FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert first == str(x25519.Identity.from_str(file.read_text().strip()).to_public())
    master_key.make_master_key_file(file)
    assert first == str(x25519.Identity.from_str(file.read_text().strip()).to_public())


@pytest.mark.rule("D1")
def test_makes_none_where_that_is_not_allowed(settings):
    settings.VAULT_MASTER_KEY_CREATE = False
    with pytest.raises(MasterKeyUnusable, match="cannot be read"):
        master_key.recipient()
    assert not Path(settings.VAULT_MASTER_KEY_FILE).exists()


def test_refuses_to_go_on_without_any(settings):
    settings.VAULT_MASTER_KEY_FILE = ""
    with pytest.raises(MasterKeyUnusable, match="There is no master key"):
        master_key.recipient()


def test_takes_a_key_given_directly_before_one_in_a_file(settings):
    given = x25519.Identity.generate()
    settings.VAULT_MASTER_KEY = str(given)
    assert str(master_key.recipient()) == str(given.to_public())
    assert not Path(settings.VAULT_MASTER_KEY_FILE).exists()


def test_reads_a_file_of_age_keygen_with_its_comments(settings, tmp_path):
    given = x25519.Identity.generate()
    file = tmp_path / "generated.txt"
    file.write_text(f"# created: 2026-01-02T03:04:05Z\n# public key: {given.to_public()}\n{given}\n")
    settings.VAULT_MASTER_KEY_FILE = str(file)
    assert str(master_key.recipient()) == str(given.to_public())


@pytest.mark.rule("D1")
def test_an_unusable_key_is_not_repeated_in_the_error(settings):
    settings.VAULT_MASTER_KEY = "AGE-SECRET-KEY-1NOTAKEY"
    with pytest.raises(MasterKeyUnusable) as refused:
        master_key.recipient()
    assert "NOTAKEY" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_unwraps_only_what_it_wrapped(settings):
    identity = x25519.Identity.generate()
    wrapped = master_key.wrap(identity)
    assert str(master_key.unwrap(wrapped)) == str(identity)
    settings.VAULT_MASTER_KEY = str(x25519.Identity.generate())
    with pytest.raises(pyrage.DecryptError):
        master_key.unwrap(wrapped)


def test_each_use_has_a_secret_of_its_own_that_another_master_key_changes(settings):
    settings.VAULT_MASTER_KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    one, other = master_key.derived_secret("fingerprint"), master_key.derived_secret("blind index")
    assert one.hex() == EXPECTED
    assert one != other
    settings.VAULT_MASTER_KEY = str(x25519.Identity.generate())
    assert master_key.derived_secret("fingerprint") != one


# By openssl kdf … HKDF: SHA-256, salt "juanzong vault", key the identity's text, info "fingerprint", 32 bytes.
EXPECTED = "613bb7028af97b54051dfdd20bf5ae286dbb978efac7851dff9d50e3f508d57d"
