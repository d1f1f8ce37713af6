"""Where found words stand on the image: spans of a page's text as boxes, one for each line they touch. Pure."""

from collections.abc import Iterable

from ocr.page_text import Box, PageText, around

from .oracle import Span


def boxes_of(spans: Iterable[Span], page: PageText) -> list[Box]:
    """Return the boxes, in the capture's pixels, of `spans` of `page.text`; one a span and line, in reading order."""
    lines = _placed(page)
    found: list[Box] = []
    for span in spans:
        for start, end, chars in lines:
            if span.start < end and start < span.end:
                touched = [box for first, last, box in chars if first < span.end and span.start < last]
                if touched:
                    found.append(around(touched))
    return found


def _placed(page: PageText) -> list[tuple[int, int, list[tuple[int, int, Box]]]]:
    """Return each line's range of `page.text` and the range and box of each of its characters."""
    placed, at = [], 0
    for line in page.lines:
        raw = "".join((" " if word.space_before else "") + word.text for word in line.words)
        here = at - (len(raw) - len(raw.lstrip(" ")))
        chars: list[tuple[int, int, Box]] = []
        for word in line.words:
            here += word.space_before
            for char in word.chars:
                chars.append((here, here + len(char.text), char.box))
                here += len(char.text)
        end = at + len(line.text)
        placed.append((at, end, chars))
        at = end + 1
    return placed
