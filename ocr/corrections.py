"""A text corrected by hand, laid over the boxes of the text it corrects. Values only."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from .page_text import Box, Char, Line, PageText, Word, readable, spread, typed_line

_MARGIN = 12  # a page without any line gets its text between margins of a twelfth


def corrected(page: PageText, new_lines: Sequence[str]) -> PageText:
    """Return `page` with its lines replaced by `new_lines`.

    Lines that stay keep everything; changed ones keep the boxes of the characters that stay. Struck out lines keep
    their box without words where the number of lines stays, and go where it does not. New lines lie under the one
    before. What somebody typed is certain (confidence 100).
    """
    texts = [" ".join(readable(text).split()) for text in new_lines]
    if len(texts) == len(page.lines):
        lines = [_retyped(line, text) for line, text in zip(page.lines, texts, strict=True)]
    elif page.lines:
        lines = _realigned(page, [text for text in texts if text])
    else:
        lines = _from_nothing(page, [text for text in texts if text])
    return replace(page, lines=tuple(lines), engine="")


def _retyped(line: Line, text: str) -> Line:
    if text == line.text:
        return line
    if not text:
        return Line((), line.box, line.block)
    return _with_known_boxes(typed_line(text, line.box, line.block), _placed(line, text))


def _placed(line: Line, text: str) -> list[Char]:
    """The characters of `text` without spaces: where they stay with the old box, between those spread over the gap."""
    old, bare = line.chars, text.replace(" ", "")
    before = [char.text for char in old]
    placed: list[Char] = []
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, before, list(bare), autojunk=False).get_opcodes():
        if tag == "equal":
            placed += [replace(char, confidence=100) for char in old[i0:i1]]
        elif j1 > j0:
            placed += spread(bare[j0:j1], _gap(line, old, i0, i1))
    return placed


def _gap(line: Line, old: tuple[Char, ...], start: int, end: int) -> Box:
    """The room that the characters from `start` to `end` took, or the crack between their neighbours."""
    if end > start:
        left, right = old[start].box[0], old[end - 1].box[2]
    else:
        left = old[start - 1].box[2] if start else line.box[0]
        right = old[end].box[0] if end < len(old) else line.box[2]
    return (min(left, right), line.box[1], max(left, right), line.box[3])


def _with_known_boxes(line: Line, placed: list[Char]) -> Line:
    """`line` with its characters' boxes taken from `placed`, which are the same characters."""
    known = iter(placed)
    words = [Word(tuple(next(known) for _char in word.chars), 100, word.space_before) for word in line.words]
    return Line(tuple(words), line.box, line.block)


def _realigned(page: PageText, texts: list[str]) -> list[Line]:
    lines: list[Line] = []
    before = [line.text for line in page.lines]
    for _tag, i0, i1, j0, j1 in SequenceMatcher(None, before, texts, autojunk=False).get_opcodes():
        pairs = min(i1 - i0, j1 - j0)
        lines += [_retyped(page.lines[i0 + n], texts[j0 + n]) for n in range(pairs)]
        for text in texts[j0 + pairs : j1]:
            lines.append(_under(lines[-1] if lines else page.lines[0], text, page))
    return lines


def _under(line: Line, text: str, page: PageText) -> Line:
    x0, y0, x1, y1 = line.box
    top = min(y1, page.height)
    return typed_line(text, (x0, top, x1, min(top + y1 - y0, page.height)), line.block)


def _from_nothing(page: PageText, texts: list[str]) -> list[Line]:
    left, top = page.width // _MARGIN, page.height // _MARGIN
    height = min((page.height - 2 * top) // max(1, len(texts)), page.height // 40)
    return [
        typed_line(text, (left, top + number * height, page.width - left, top + (number + 1) * height))
        for number, text in enumerate(texts)
    ]
