"""Finds the gutter between columns by the lines that end before it and begin behind it, however narrow. Values only.

Magazines leave a few pixels, let lines flow around pictures and set captions across: no gap runs from top to bottom
there, but many lines end at one x and many begin just behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from .page_text import Box, Line, Word, around

_FEWEST = 6  # lines that end, and lines that begin, at a gutter
_NARROWEST = 6.3  # least usual width of those lines, in heights of a line; numbers and fields are narrower
_FULL = 0.6  # share of their common width that they fill as a rule
_REACH = 3.5  # heights of a line before a gutter within which a line that fills its column ends
_MOST_ACROSS = 0.15  # pieces that cross a gutter alone, for each line that ends or begins there
_INDENT = 2.5  # heights of a line
_ROOM = 0.8  # heights of a line between the last character before a gutter and the first behind
_NEXT = 1.2  # heights of a line between two lines of a paragraph, at most
_OVER = 0.25  # share of a piece beyond a gutter up to which it is only a line that runs over


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands before and behind a gutter between two heights, what is set across it amid them, and the rest."""

    above: list[Line]
    left: list[Line]
    right: list[Line]
    amid: list[Line]
    below: list[Line]

    @property
    def size(self) -> int:
        """How many pieces stand in the columns."""
        return len(self.left) + len(self.right) + len(self.amid)


@dataclass(frozen=True, slots=True)
class _Gutter:
    """Where a gutter runs (`x`, `top`, `bottom`), and the box of the lines that end or begin there."""

    x: float
    lines: int
    box: Box


def columns(pieces: Sequence[Line], height: float) -> Columns | None:
    """Return `pieces` parted at their clearest gutter, or None where there is none; `height` is a line's.

    A piece that is two lines read as one across the gutter is cut there. A piece across it with nothing beside it is
    a heading: it and what follows count as below.
    """
    found = [gutter for start in _margins(pieces, height) if (gutter := _gutter(pieces, start, height))]
    if not found:
        return None
    gutter = max(found, key=lambda gutter: gutter.lines)
    parts = Columns([], [], [], [], [])
    top, bottom = float(gutter.box[1]), float(gutter.box[3])
    for piece in sorted(pieces, key=_middle):
        y = _middle(piece)
        if top - height < y < bottom + height and _is_two_lines(piece, pieces, gutter, height):
            for part, side in zip(_cut(piece, gutter.x), (parts.left, parts.right), strict=True):
                side.append(part)
        elif y < top:
            parts.above.append(piece)
        elif y > bottom:
            parts.below.append(piece)
        elif not _crosses(piece, gutter.x, max(height, 2 * _OVER * (piece.box[2] - piece.box[0]))):
            (parts.left if _centre(piece) < gutter.x else parts.right).append(piece)
        elif _has_beside(piece, pieces):
            parts.amid.append(piece)
        else:
            bottom = y - 1
            parts.below.append(piece)
    return parts if len(parts.left) >= _FEWEST and len(parts.right) >= _FEWEST else None


def _margins(pieces: Sequence[Line], height: float) -> list[float]:
    """Each x at which enough lines begin."""
    starts = sorted(piece.box[0] for piece in pieces)
    groups: list[list[int]] = []
    for start in starts:
        if groups and start - groups[-1][0] <= height / 2:
            groups[-1].append(start)
        else:
            groups.append([start])
    return [median(group) for group in groups if len(group) >= _FEWEST]


def _gutter(pieces: Sequence[Line], start: float, height: float) -> _Gutter | None:
    """The gutter before `start`, where the lines on both its sides are running text and hardly any runs across."""
    behind = [piece for piece in pieces if abs(piece.box[0] - start) <= height / 2]
    before = [piece for piece in pieces if start - _REACH * height <= piece.box[2] <= start + height / 4]
    if not (_is_running_text(before, height) and _is_running_text(behind, height)):
        return None
    x = (median(piece.box[2] for piece in before) + start) / 2
    box = around(piece.box for piece in (*before, *behind))
    inside = [piece for piece in pieces if box[1] <= _middle(piece) <= box[3]]
    gutter = _Gutter(x, min(len(before), len(behind)), box)
    across = [piece for piece in inside if _crosses(piece, x, height) and not _has_beside(piece, inside)]
    alone = [piece for piece in across if not _is_two_lines(piece, inside, gutter, height)]
    return gutter if len(alone) <= max(1, _MOST_ACROSS * gutter.lines) else None


def _is_running_text(lines: Sequence[Line], height: float) -> bool:
    if len(lines) < _FEWEST:
        return False
    box, usual = around(line.box for line in lines), median(line.box[2] - line.box[0] for line in lines)
    return usual >= _NARROWEST * height and usual >= _FULL * (box[2] - box[0])


def _middle(piece: Line) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _centre(piece: Line) -> float:
    return (piece.box[0] + piece.box[2]) / 2


def _crosses(piece: Line, x: float, least: float) -> bool:
    """Say whether `piece` reaches more than half of `least` over `x` on both sides."""
    return piece.box[0] < x - least / 2 and piece.box[2] > x + least / 2


def _has_beside(piece: Line, others: Sequence[Line]) -> bool:
    """Say whether text stands at the height of `piece`, to its left or right."""
    y = _middle(piece)
    return any(
        other.box[1] < y < other.box[3] and (other.box[2] <= piece.box[0] or other.box[0] >= piece.box[2])
        for other in others
    )


def _is_two_lines(piece: Line, others: Sequence[Line], gutter: _Gutter, height: float) -> bool:
    """Say whether `piece` runs across like a line of both columns: one of each is next, and it is no higher.

    It begins where its column does, and leaves room at the gutter or goes on to the end of the other column.
    """
    x0, y0, x1, y1 = piece.box
    if not _crosses(piece, gutter.x, height) or y1 - y0 > 1.4 * height or x0 > gutter.box[0] + _INDENT * height:
        return False
    if x1 < gutter.box[2] - _INDENT * height and _room(piece, gutter.x) < _ROOM * height:
        return False
    reach = _NEXT * height
    near = [other for other in others if other.box[1] < y1 + reach and other.box[3] > y0 - reach]
    alone = [other for other in near if not _crosses(other, gutter.x, height)]
    return len({_centre(other) < gutter.x for other in alone}) == 2


def _room(piece: Line, x: float) -> float:
    """How far the characters of `piece` before and behind `x` are apart."""
    before = [char.box[2] for char in piece.chars if char.box[0] + char.box[2] < 2 * x]
    behind = [char.box[0] for char in piece.chars if char.box[0] + char.box[2] >= 2 * x]
    return min(behind) - max(before) if before and behind else 0.0


def _cut(piece: Line, x: float) -> tuple[Line, Line]:
    """The two lines that `piece` was before it was read as one; a word is cut where it crosses `x`."""
    left, right = [], []
    for word in piece.words:
        before = tuple(char for char in word.chars if char.box[0] + char.box[2] < 2 * x)
        behind = word.chars[len(before) :]
        left += [replace(word, chars=before)] if before else []
        right += [replace(word, chars=behind)] if behind else []
    return _line(left), _line(right)


def _line(words: list[Word]) -> Line:
    return Line(tuple(words), around(word.box for word in words))
