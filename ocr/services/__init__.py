"""The only writers of texts: what workers read, what people correct. Thin edges import from here."""

from .recognising import Outcome, recognise_page, recognise_pages
from .texts import (
    TextMovedOn,
    correct_text,
    export_texts,
    mark_checked,
    open_text,
    retry_failed_pages,
    retry_page,
)

__all__ = [
    "Outcome",
    "TextMovedOn",
    "correct_text",
    "export_texts",
    "mark_checked",
    "open_text",
    "recognise_page",
    "recognise_pages",
    "retry_failed_pages",
    "retry_page",
]
