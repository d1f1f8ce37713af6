"""Production refuses to start with what belongs to the demonstration or without its keys, and says what to do."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from dms.config import checks
from dms.organisation.models import User

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def production(settings, tmp_path: Path):
    """Settings that are fit for production; each test spoils one."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "master.age").write_text("AGE-SECRET-KEY-…")
    settings.DEMONSTRATION = False
    settings.DEBUG = False
    settings.SECRET_KEY = secrets.token_urlsafe(50)
    settings.ALLOWED_HOSTS = ["archive.example"]
    settings.VAULT_MASTER_KEY = ""
    settings.VAULT_MASTER_KEY_FILE = str(tmp_path / "master.age")
    settings.VAULT_KEY_STORE = tmp_path / "keys"
    settings.STORAGES = settings.STORAGES | {
        "vault": {"BACKEND": "x", "OPTIONS": {"location": str(tmp_path / "vault")}}
    }
    return settings


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        checks.refuse_unsafe_start()
    return str(caught.value)


@pytest.mark.django_db
def test_starts_where_all_is_as_it_should_be(production) -> None:
    checks.refuse_unsafe_start()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("DEBUG", True, "juanzong.E001"),
        ("SECRET_KEY", "", "juanzong.E002"),
        ("SECRET_KEY", "x" * 80, "juanzong.E002"),
        ("SECRET_KEY", "short-but-random-9d8f7", "juanzong.E002"),
        ("SECRET_KEY", "demonstration-only-secret-key-never-in-production-even-when-long", "juanzong.E002"),
        ("ALLOWED_HOSTS", ["*"], "juanzong.E003"),
        ("ALLOWED_HOSTS", ["archive.example", "*"], "juanzong.E003"),
        ("VAULT_MASTER_KEY_FILE", "", "juanzong.E004"),
        ("VAULT_MASTER_KEY_FILE", "/nowhere/master.age", "juanzong.E004"),
        ("VAULT_KEY_STORE", Path("/nowhere/keys"), "juanzong.E005"),
    ],
)
def test_names_what_is_wrong_and_only_that(production, setting, value, code) -> None:
    setattr(production, setting, value)
    lines = refusal().splitlines()[1:]
    assert [line.rpartition("(")[2].rstrip(")") for line in lines] == [code]


@pytest.mark.django_db
@pytest.mark.parametrize("inside", ["vault/keys", "vault", "."])
def test_keys_and_files_may_not_lie_inside_each_other(production, tmp_path, inside) -> None:
    production.VAULT_KEY_STORE = tmp_path / inside
    production.VAULT_KEY_STORE.mkdir(parents=True, exist_ok=True)
    assert "juanzong.E006" in refusal()


@pytest.mark.django_db
def test_names_the_people_of_the_demonstration(production) -> None:
    User.objects.create(username="archivist", display_name="档案员", is_demonstration=True)
    User.objects.create(username="real", display_name="张三")
    words = refusal()
    assert "archivist" in words
    assert "real" not in words


@pytest.mark.django_db
def test_the_demonstration_itself_is_let_through(production) -> None:
    production.DEMONSTRATION, production.SECRET_KEY = True, "short"
    checks.refuse_unsafe_start()


# Real processes under the real production settings.


@pytest.fixture(scope="module")
def environment(tmp_path_factory, plain_environment) -> dict[str, str]:
    """The environment of an office whose operator did everything right; the database is migrated under it."""
    place = tmp_path_factory.mktemp("office")
    (place / "keys").mkdir()
    made = "import pyrage; print(pyrage.x25519.Identity.generate())"
    (place / "master.age").write_text(
        subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, check=True).stdout
    )
    (place / "master.age").chmod(0o600)
    office = plain_environment | {
        "DJANGO_SETTINGS_MODULE": "dms.config.settings.production",
        "JUANZONG_SECRET_KEY": secrets.token_urlsafe(50),
        "JUANZONG_DATA_DIR": str(place / "data"),
        "JUANZONG_KEY_STORE_DIR": str(place / "keys"),
        "JUANZONG_MASTER_KEY_FILE": str(place / "master.age"),
        "JUANZONG_ALLOWED_HOSTS": "archive.example",
    }
    return office


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


WEB = ("-c", "import dms.config.wsgi")


@pytest.fixture(scope="module")
def migrated(environment, set_up_database) -> dict[str, str]:
    set_up_database(Path(environment["JUANZONG_DATA_DIR"]) / "juanzong.sqlite3", environment)
    return environment


def test_an_office_that_did_everything_right_starts(migrated) -> None:
    for command in (("manage.py", "work", "--once"), WEB):
        ended = run(migrated, *command)
        assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "command",
    [("manage.py", "work", "--once"), ("manage.py", "schedule"), ("manage.py", "serve", "--bind", "127.0.0.1:0"), WEB],
    ids=["worker", "scheduler", "serve", "web"],
)
def test_nothing_that_serves_or_works_starts_unsafely(migrated, command) -> None:
    spoilt = migrated | {
        "JUANZONG_DEBUG": "1",
        "JUANZONG_SECRET_KEY": "demonstration-only-secret-key-never-in-production",
        "JUANZONG_MASTER_KEY_FILE": "",
        "JUANZONG_KEY_STORE_DIR": "/nowhere/keys",
    }
    ended = run(spoilt, *command)
    assert ended.returncode != 0
    for code in ("E001", "E002", "E004", "E005"):
        assert f"juanzong.{code}" in ended.stderr


def test_commands_that_put_things_right_still_run(migrated) -> None:
    spoilt = migrated | {"JUANZONG_SECRET_KEY": "short", "JUANZONG_DEBUG": "1"}
    for command in (
        ("manage.py", "migrate", "--check"),
        ("manage.py", "check", "--help"),
        ("manage.py", "serve", "--help"),
    ):
        ended = run(spoilt, *command)
        assert ended.returncode == 0, ended.stderr
