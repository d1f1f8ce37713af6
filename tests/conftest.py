"""Fixtures of the whole suite."""

from tests.journal.flushing import journal_may_be_flushed  # noqa: F401
