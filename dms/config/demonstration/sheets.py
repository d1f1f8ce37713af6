"""Composes papers: text, rules and stamps placed on sides of sheets, in points. Draws nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .fonts import font

A4 = (595.0, 842.0)
A5_ACROSS = (595.0, 420.0)

# A run that is not broken at a line's end: a Latin word or number, or one character.
_RUN = re.compile(r"[0-9A-Za-z.,:/%()\-]+|.", re.DOTALL)
_NOT_FIRST = set("，。、；：！？）》」”%")
_MEASURE = 64


@dataclass(frozen=True, slots=True)
class Text:
    """A string in one line; (x, y) is the upper left corner in points from the sheet's upper left."""

    x: float
    y: float
    size: float
    face: str
    string: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.8


@dataclass(frozen=True, slots=True)
class Stamp:
    """A round red seal with the organisation's name along its rim. Its words are not part of the truth."""

    x: float
    y: float
    radius: float
    rim: str
    middle: str


@dataclass(slots=True)
class Side:
    """One side of a sheet; a side without marks is blank."""

    size: tuple[float, float] = A4
    marks: list[Text | Rule | Stamp] = field(default_factory=list)

    @property
    def truth(self) -> str:
        """What stands on the side, line by line, without the stamps."""
        return "\n".join(mark.string for mark in self.marks if isinstance(mark, Text))


def width_of(string: str, face: str, size: float) -> float:
    """Return the width of `string` in points."""
    return font(face, _MEASURE).getlength(string) * size / _MEASURE


def break_lines(string: str, face: str, size: float, room: float, indent: float = 0.0) -> list[str]:
    """Break `string` into lines of at most `room` points (the first one shorter by `indent`)."""
    lines, line, left = [], "", room - indent
    for run in _RUN.findall(string):
        width = width_of(run, face, size)
        if width > left and line and run not in _NOT_FIRST:
            lines.append(line.rstrip())
            line, left = "", room
        line += run
        left -= width
    return [*lines, line.rstrip()] if line.strip() else lines


class Composer:
    """Fills sides from top to bottom and begins a new one where the paper ends."""

    def __init__(
        self, *, face: str = "song", size: float = 12.0, paper: tuple[float, float] = A4, margin: float = 68.0
    ) -> None:
        self.face, self.size, self.paper, self.margin = face, size, paper, margin
        self.sides: list[Side] = []
        self.y = 0.0
        self.turn_over()

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.paper[0] - 2 * self.margin

    def turn_over(self) -> None:
        """Begin a new side."""
        self.sides.append(Side(self.paper))
        self.y = self.margin

    def _need(self, height: float) -> None:
        if self.y + height > self.paper[1] - self.margin and self.sides[-1].marks:
            self.turn_over()

    def _put(self, x: float, string: str, *, size: float, face: str = "") -> None:
        self.sides[-1].marks.append(Text(x, self.y, size, face or self.face, string))

    def gap(self, lines: float = 1.0) -> None:
        """Leave room of `lines` lines."""
        self.y += lines * self.size * 1.2

    def title(self, string: str, *, size: float = 20.0, face: str = "hei") -> None:
        """Set a centred heading."""
        self._need(size * 2)
        self._put((self.paper[0] - width_of(string, face, size)) / 2, string, size=size, face=face)
        self.y += size * 1.9

    def line(self, string: str, *, right: bool = False, indent: float = 0.0) -> None:
        """Set one line, left or right; it is not broken."""
        self._need(self.size * 1.8)
        x = self.margin + indent
        if right:
            x = self.paper[0] - self.margin - width_of(string, self.face, self.size)
        self._put(x, string, size=self.size)
        self.y += self.size * 1.8

    def paragraph(self, string: str, *, indent: float = 2.0) -> None:
        """Set a paragraph whose first line is indented by `indent` characters."""
        first = indent * self.size
        for number, text in enumerate(break_lines(string, self.face, self.size, self.room, first)):
            self._need(self.size * 1.7)
            self._put(self.margin + (first if number == 0 else 0), text, size=self.size)
            self.y += self.size * 1.7
        self.y += self.size * 0.3

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, height: float = 28.0) -> None:
        """Set a ruled table; `widths` are shares of the room, a row is as high as its longest cell asks."""
        total = sum(widths)
        edges = [self.margin + self.room * sum(widths[:n]) / total for n in range(len(widths) + 1)]
        size = self.size * 0.95
        self._rule(edges[0], edges[-1])
        for row in rows:
            cells = [break_lines(cell, self.face, size, edges[n + 1] - edges[n] - 10) for n, cell in enumerate(row)]
            tall = max(height, max(len(lines) for lines in cells) * size * 1.5 + 10)
            if self.y + tall > self.paper[1] - self.margin:
                self.turn_over()
                self._rule(edges[0], edges[-1])
            self._row(cells, edges, size, tall)
        self.y += self.size

    def _row(self, cells: list[list[str]], edges: list[float], size: float, tall: float) -> None:
        top = self.y
        # A row with fewer cells than columns lets its last cell reach the right edge.
        verticals = [*edges[: len(cells)], edges[-1]]
        for x in verticals:
            self.sides[-1].marks.append(Rule(x, top, x, top + tall))
        for n, lines in enumerate(cells):
            self.y = top + (tall - len(lines) * size * 1.5) / 2 + size * 0.2
            for text in lines:
                self._put(edges[n] + 5, text, size=size)
                self.y += size * 1.5
        self.y = top + tall
        self._rule(edges[0], edges[-1])

    def _rule(self, x0: float, x1: float) -> None:
        self.sides[-1].marks.append(Rule(x0, self.y, x1, self.y))

    def stamp(self, rim: str, middle: str = "", *, right: float = 90.0, radius: float = 48.0) -> None:
        """Press a seal over what was set last, `right` points from the right edge."""
        y = max(self.margin + radius, self.y - radius * 0.6)
        self.sides[-1].marks.append(Stamp(self.paper[0] - right - radius, y, radius, rim, middle))

    def finish(self, *, numbered: bool = False) -> list[Side]:
        """Return the sides, with page numbers at the foot where asked for."""
        if numbered:
            for number, side in enumerate(self.sides, 1):
                foot = f"第 {number} 页 共 {len(self.sides)} 页"
                x = (self.paper[0] - width_of(foot, self.face, 9)) / 2
                side.marks.append(Text(x, self.paper[1] - 44, 9, self.face, foot))
        return self.sides
