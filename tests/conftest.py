"""Fixtures of the whole suite."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from tests.database import lay_out_template
from tests.journal.flushing import journal_may_be_flushed  # noqa: F401

ASKING_FOR_THE_DATABASE = {"db", "transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `database` whatever may touch the database of the run: nothing else can differ on another one."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & ASKING_FOR_THE_DATABASE:
            item.add_marker("database")
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="of PostgreSQL alone: make test-postgresql"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The copied template is the test database."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """Lay out a copy of the migrated template under this process's own name."""
    with django_db_blocker.unblock():
        lay_out_template()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins in the language of the installation, whatever the one before it spoke."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.deactivate_all()


@pytest.fixture
def in_english(language: None) -> Iterator[None]:
    """For tests that look at words: they are written in English."""
    with translation.override("en"):
        yield
