"""The text a born-digital page brought along, as page text. Values only; what is taken over is decided at intake."""

import json

from .page_text import Box, Char, Line, PageText, Word, around, readable

ENGINE = "text layer"


def from_layer(document: bytes, width: int, height: int) -> PageText:
    """Return the page text of a text layer as intake keeps it: JSON, a list of {"text", "chars": [[x0,y0,x1,y1] …]}.

    Boxes are in pixels of the capture. Raises `ValueError` for anything else.
    """
    rows = json.loads(document)
    if not isinstance(rows, list):
        raise ValueError("a text layer is a list of lines")
    lines = [line for row in rows if (line := _line(str(row["text"]), [_box(box) for box in row["chars"]]))]
    return PageText(width, height, lines=tuple(lines), engine=ENGINE)


def _line(text: str, boxes: list[Box]) -> Line | None:
    if len(boxes) != len(text):
        raise ValueError("a line of a text layer has one box for each character")
    words: list[Word] = []
    run: list[Char] = []
    for char, box in [*zip(text, boxes, strict=True), (" ", (0, 0, 0, 0))]:
        if not char.isspace():
            if kept := readable(char):
                run.append(Char(kept, box))
        elif run:
            words.append(Word(tuple(run), 100, space_before=bool(words)))
            run = []
    return Line(tuple(words), around(word.box for word in words)) if words else None


def _box(values: list[int]) -> Box:
    x0, y0, x1, y1 = (int(value) for value in values)
    return (x0, y0, x1, y1)
