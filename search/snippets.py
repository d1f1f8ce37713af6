"""The words around what was found, cut from a page's text, with what to mark. Pure; the caller has asked the right."""

from collections.abc import Sequence

from ocr.page_text import is_wide

from .oracle import Span

BEFORE, LENGTH = 24, 110
Piece = tuple[str, bool]  # text, and whether it is marked


def pieces(text: str, spans: Sequence[Span]) -> list[Piece]:
    """Return all of `text`, cut at `spans` (in order, apart from one another), line ends made as if there were none."""
    found: list[Piece] = []
    at = 0
    for span in spans:
        found += [(text[at : span.start], False), (text[span.start : span.end], True)]
        at = span.end
    found.append((text[at:], False))
    return [(_on_one_line(piece), marked) for piece, marked in found if piece]


def snippet(text: str, spans: Sequence[Span]) -> list[Piece]:
    """Return about a hundred characters of `text` where most of `spans` stand together; its beginning without spans."""
    start = max(0, min(_best_start(spans), len(text) - LENGTH))
    end = min(len(text), start + LENGTH)
    inside = [
        Span(max(span.start, start) - start, min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    ]
    cut = pieces(text[start:end], inside)
    return [*([("…", False)] if start else []), *cut, *([("…", False)] if end < len(text) else [])]


def plain(cut: Sequence[Piece]) -> str:
    """Return the pieces as one text without marks."""
    return "".join(piece for piece, _marked in cut)


def _best_start(spans: Sequence[Span]) -> int:
    """Return where the window should begin: a little before the span that has most others behind it."""

    def company(number: int) -> int:
        reach = spans[number].start + LENGTH - BEFORE
        return sum(other.end <= reach for other in spans[number : number + LENGTH])

    if not spans:
        return 0
    return spans[max(range(len(spans)), key=lambda number: (company(number), -number))].start - BEFORE


def _on_one_line(text: str) -> str:
    lines = text.split("\n")
    joined = lines[0]
    for line in lines[1:]:
        parted = joined and line and not (is_wide(joined[-1]) or is_wide(line[0]))
        joined += (" " if parted else "") + line
    return joined
