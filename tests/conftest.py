"""Fixtures of the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation

from tests.database import lay_out_template
from tests.journal.flushing import journal_may_be_flushed  # noqa: F401


def _on_sqlite() -> bool:
    return connections["default"].vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite: the copied template is the test database."""
    return _on_sqlite()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """SQLite: lay out a copy of the migrated template under this process's own name."""
    if _on_sqlite():
        with django_db_blocker.unblock():
            lay_out_template(Path(connections["default"].settings_dict["TEST"]["NAME"]))


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
