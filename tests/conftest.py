"""Fixtures of the whole suite."""

from pathlib import Path

import pytest
from django.db import connections

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
