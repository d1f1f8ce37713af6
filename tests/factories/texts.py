"""Gives pages a text without running an engine: one word a line, characters side by side."""

from dms.holdings.models import Page, PageState, ReadingKind
from dms.holdings.services import add_reading
from dms.vault.services import store
from ocr.alto import to_alto
from ocr.page_text import Char, Line, PageText, Word

SIDE = 40


def text_of(words: str, *, width: int = 1240, height: int = 1754) -> PageText:
    """Return a page text whose lines are the lines of `words`, each character in a box of 40 by 40 pixels."""
    lines = []
    for row, text in enumerate(words.split("\n")):
        top = 160 + row * 2 * SIDE
        chars = tuple(
            Char(char, (120 + column * SIDE, top, 120 + (column + 1) * SIDE, top + SIDE), 96)
            for column, char in enumerate(text)
        )
        lines.append(Line((Word(chars, 96),), (120, top, 120 + len(text) * SIDE, top + SIDE)))
    return PageText(width, height, lines=tuple(lines), engine="by hand")


def read_as(page: Page, words: str, *, confidence: int = 96) -> Page:
    """Let `page` have been read as `words`; return it as it now stands."""
    capture = page.captures.get(is_current=True)
    alto = store(to_alto(text_of(words, width=capture.width, height=capture.height)), purpose="alto")
    add_reading(capture=capture, kind=ReadingKind.RECOGNISED, alto=alto, engine="by hand", confidence=confidence)
    Page.objects.filter(pk=page.pk).update(
        state=PageState.RECOGNISED, text_version=page.text_version + 1, confidence=confidence, leased_until=None
    )
    page.refresh_from_db()
    return page
