"""What keeps a production system from starting: anything of the demonstration, and keys that are missing or misplaced.

Asked where something would serve or work (web, worker, scheduler), and by `check --deploy`; never by `migrate` and
the like, which are needed to put things right.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

SHORTEST_SECRET = 50
SAMPLE_SECRETS = ("demonstration-only", "django-insecure-", "tests-only", "changeme", "change-me")


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, naming every reason and its remedy, where production settings are not fit to run.

    In development, demonstration and tests (settings.DEMONSTRATION) everything is let through.
    """
    if getattr(settings, "DEMONSTRATION", False):
        return
    found = [error for reason in REASONS for error in reason()]
    if found:
        lines = [f"- {error.msg} {error.hint} ({error.id})" for error in found]
        raise ImproperlyConfigured("Juanzong does not start:\n" + "\n".join(lines))


@register("juanzong", deploy=True)
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The same reasons as Django's own check framework shows them."""
    return [error for reason in REASONS for error in reason()]


def debugging() -> Iterator[Error]:
    """DEBUG shows pages, settings and SQL to whoever meets an error."""
    if settings.DEBUG:
        yield Error("DEBUG is on.", hint="Unset JUANZONG_DEBUG.", id="juanzong.E001")


def weak_secret() -> Iterator[Error]:
    """Sessions are signed with the secret key: one that others know lets them sign in as anybody."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own words for an empty one
        key = ""
    if len(key) < SHORTEST_SECRET or len(set(key)) < 5 or key.lower().startswith(SAMPLE_SECRETS):
        yield Error(
            "The secret key is missing, too short or a sample.",
            hint=f"Set JUANZONG_SECRET_KEY to at least {SHORTEST_SECRET} random characters: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="juanzong.E002",
        )


def any_host() -> Iterator[Error]:
    """Links in mails and redirects follow the host name that was asked for."""
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        yield Error(
            "Every host name is accepted, or none.",
            hint="Set JUANZONG_ALLOWED_HOSTS to the names under which the system is reached, with commas between.",
            id="juanzong.E003",
        )


def no_master_key() -> Iterator[Error]:
    """Without the master key nothing in the vault can be read; one made on the fly would hide that."""
    if settings.VAULT_MASTER_KEY or (settings.VAULT_MASTER_KEY_FILE and Path(settings.VAULT_MASTER_KEY_FILE).is_file()):
        return
    yield Error(
        "There is no master key.",
        hint="Set JUANZONG_MASTER_KEY_FILE to the file that holds it (an age identity, mode 0600, kept apart).",
        id="juanzong.E004",
    )


def misplaced_keys() -> Iterator[Error]:
    """Keys that lie with the files they open protect nothing, and die with them."""
    store, vault = Path(settings.VAULT_KEY_STORE), _vault_folder()
    if not store.is_dir():
        yield Error(
            f"The key store {store} does not exist.",
            hint="Set JUANZONG_KEY_STORE_DIR to the folder of the keys; for a new system make it (mkdir -m 700). "
            "Where it lay on another disk, mount that disk first: without its keys no page can be read.",
            id="juanzong.E005",
        )
    if vault and (store.is_relative_to(vault) or vault.is_relative_to(store)):
        yield Error(
            "The key store and the vault lie inside each other.",
            hint="Set JUANZONG_KEY_STORE_DIR to a folder outside JUANZONG_VAULT_DIR, best on another disk.",
            id="juanzong.E006",
        )


def demonstration_people() -> Iterator[Error]:
    """The passwords of the demonstration are known to everybody."""
    try:
        names = list(
            get_user_model()._default_manager.filter(is_demonstration=True).values_list("username", flat=True)[:20]
        )
    except DatabaseError:
        yield Error("The database cannot be read, or is not set up.", hint="Run: manage.py migrate", id="juanzong.E007")
        return
    if names:
        yield Error(
            f"People of the demonstration are in the database: {', '.join(names)}.",
            hint="The demonstration's data cannot go into production: start with an empty database.",
            id="juanzong.E008",
        )


def _vault_folder() -> Path | None:
    storages: dict[str, Any] = settings.STORAGES
    location = storages.get("vault", {}).get("OPTIONS", {}).get("location")
    return Path(location).resolve() if location else None


REASONS: tuple[Callable[[], Iterator[Error]], ...] = (
    debugging,
    weak_secret,
    any_host,
    no_master_key,
    misplaced_keys,
    demonstration_people,
)
