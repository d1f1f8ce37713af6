"""Entries as bare values, in the order that canonical.py hashes them; no model instances, for speed."""

from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from . import canonical

# `facts` is read as its stored text, past the field's conversion.
RAW_FIELDS = ("id", "stamp", *("facts_text" if name == "facts" else name for name in canonical.FIELDS))

UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, OperationalError)


def raw_rows(entries: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """Return the entries of a queryset as tuples of `RAW_FIELDS`: id, stamp, then what `canonical.body` takes.

    A row that cannot even be read (SQLite keeps any rubbish that somebody writes) comes back as its id and blanks.
    """
    rows = entries.annotate(facts_text=Cast("facts", TextField())).values_list(*RAW_FIELDS)
    try:
        return list(rows)
    except UNREADABLE as error:
        _raise_unless_of_the_row(error)
        return [_raw_row(entries, entry_id) for entry_id in list(entries.values_list("id", flat=True))]


def _raw_row(entries: QuerySet[Any], entry_id: int) -> tuple[Any, ...]:
    row = entries.model._default_manager.filter(pk=entry_id)
    try:
        return row.annotate(facts_text=Cast("facts", TextField())).values_list(*RAW_FIELDS).get()
    except UNREADABLE as error:
        _raise_unless_of_the_row(error)
        return (entry_id, "", *[None] * len(canonical.FIELDS))


def _raise_unless_of_the_row(error: Exception) -> None:
    """A database that does not answer is another matter than a row whose bytes are no text."""
    if isinstance(error, OperationalError) and "decode" not in str(error):
        raise error
