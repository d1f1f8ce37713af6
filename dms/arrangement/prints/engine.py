"""The door to WeasyPrint: one template in, one PDF out. Fetches nothing, and lays out one print at a time.

WeasyPrint reads no address and no file for us: pictures are written into the HTML, fonts are the system's.
Pango is not made for threads, and a print takes memory: within a process prints wait for each other.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from django.template.loader import render_to_string
from django.utils import translation

from .shapes import Language

VARIANT = "pdf/a-2u"  # for keeping: all fonts inside, every character with its Unicode value
PIXELS_PER_MM = 96 / 25.4
# Control characters and halves of characters, which no page of text carries.
_NO_TEXT = {code: None for code in (*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)}
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Redo:
    """A page, from 0, to be laid out once more by itself, from another template or with other facts."""

    page: int
    template: str
    facts: Mapping[str, Any]


class NothingIsFetched(Exception):
    """A form asked for an address; none of ours does."""


class LaidOut:
    """The pages of a print before it is written."""

    def __init__(self, document: Any) -> None:
        self._pages = document.pages

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def place_of(self, anchor: str) -> tuple[int, float]:
        """Return on which page, from 0, an element with that id stands, and how far below the page's upper edge, mm."""
        for number, page in enumerate(self._pages):
            if anchor in page.anchors:
                return number, page.anchors[anchor][1] / PIXELS_PER_MM
        raise LookupError(anchor)

    def on_page(self, page: int, anchors: Iterable[str]) -> list[str]:
        """Return those of `anchors` that stand on a page."""
        return [anchor for anchor in anchors if anchor in self._pages[page].anchors]


# Sees the pages as laid out; may say which to lay out again.
SecondLook = Callable[[LaidOut], Redo | None]


def print_pdf(
    template: str, facts: Mapping[str, Any], language: Language, *, look: SecondLook | None = None, loose: bool = False
) -> tuple[bytes, LaidOut]:
    """Return the template `print/<template>.html` filled with `facts` as PDF/A-2u, and its pages.

    `loose`: an uncompressed file that claims no conformance, to be built on by whoever binds it with other pages.
    """
    with translation.override(language), _ONE_AT_A_TIME:
        document = _lay_out(template, facts, language)
        redo = look(LaidOut(document)) if look else None
        if redo is not None:
            (page, *more) = _lay_out(redo.template, redo.facts, language).pages
            if not more:
                document = document.copy([*document.pages[: redo.page], page, *document.pages[redo.page + 1 :]])
        options: dict[str, Any] = {"uncompressed_pdf": True} if loose else {"pdf_variant": VARIANT}
        return bytes(document.write_pdf(**options)), LaidOut(document)


def _lay_out(template: str, facts: Mapping[str, Any], language: Language) -> Any:
    # Half a second of import that only prints pay for.
    from weasyprint import HTML

    html = render_to_string(f"print/{template}.html", {**facts, "lang": "zh-Hans" if language == "zh-hans" else "en"})
    return HTML(string=html.translate(_NO_TEXT), url_fetcher=_refusing(), base_url=None).render()


@cache
def _refusing() -> Any:
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            raise NothingIsFetched

    return Refusing(allowed_protocols=())


# Its complaints quote what stands in the form, which is nobody's but the printer's.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)
