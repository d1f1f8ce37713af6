"""Puts pieces of text found on a page in reading order, by where they stand: columns, rows of tables, lines of pieces.

Values only. Running text in columns is read column by column; whatever else stands side by side (fields and values,
signatures, numbers before clauses) is read row by row and becomes one line: a field and its value stay together.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from .gutters import columns
from .page_text import Box, Line, around
from .ruling import Table

_FEWEST_IN_COLUMN = 6  # lines; fewer side by side are signatures or fields
_NARROWEST = 9  # a column of running text holds that many characters a line
_FULL = 0.62  # share of a column's width its lines fill on the average
_GUTTER = 0.15  # least width of the gap between columns, in heights of a line; magazines leave no more
_BIN = 2  # pixels
_FAR = 1.2  # gap in heights of a line that begins a new block


def in_reading_order(pieces: Sequence[Line], tables: Sequence[Table] = ()) -> tuple[Line, ...]:
    """Return the lines that `pieces` (parts of lines, in any order) make up, in reading order and numbered blocks.

    A row of a table is a block; its cells are marked on the words they begin with.
    """
    free = [piece for piece in pieces if _table_of(piece, tables) is None]
    regions: list[tuple[Box, list[list[Line]]]] = [
        (table.box, _table_rows([piece for piece in pieces if _table_of(piece, tables) is table], table))
        for table in tables
    ]
    blocks: list[list[Line]] = []
    for table_box, rows in sorted(regions, key=lambda region: region[0][1]):
        above = [piece for piece in free if _middle(piece.box) < table_box[1]]
        free = [piece for piece in free if _middle(piece.box) >= table_box[1]]
        blocks += _text_blocks(above) + rows
    blocks += _text_blocks(free)
    return tuple(replace(line, block=number) for number, block in enumerate(blocks) for line in block)


def _table_of(piece: Line, tables: Sequence[Table]) -> Table | None:
    return next((table for table in tables if table.row_of(piece.box)), None)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _table_rows(pieces: list[Line], table: Table) -> list[list[Line]]:
    rows = []
    for row in table.rows:
        inside = [piece for piece in pieces if table.row_of(piece.box) is row]
        cells: dict[int, list[Line]] = {}
        for piece in inside:
            x = (piece.box[0] + piece.box[2]) / 2
            cells.setdefault(sum(edge <= x for edge in row.edges), []).append(piece)
        rows.append(_row_lines([_visual_lines(cells[number]) for number in sorted(cells)]))
    return [row for row in rows if row]


def _row_lines(cells: list[list[Line]]) -> list[Line]:
    """The lines of a row: cell after cell, on one line as long as each holds a single line."""
    lines: list[Line] = []
    joined = False
    for cell in cells:
        first = _as_cell(cell[0])
        if joined:
            lines[-1] = _side_by_side([lines[-1], first])
        else:
            lines.append(first)
        lines += cell[1:]
        joined = len(cell) == 1
    return lines


def _as_cell(line: Line) -> Line:
    return replace(line, words=(replace(line.words[0], cell=True), *line.words[1:])) if line.words else line


def _text_blocks(pieces: list[Line]) -> list[list[Line]]:
    """Pieces outside tables: column by column where there are columns, row by row elsewhere, a block a paragraph."""
    pieces = sorted(pieces, key=lambda piece: _middle(piece.box))
    band, parted = _columned_band(pieces), columns(pieces, _height(pieces))
    if parted is not None and (band is None or parted.size > band[1] - band[0]):
        parts = (parted.above, parted.left, parted.right, parted.amid, parted.below)
        return [block for part in parts for block in _text_blocks(part)]
    if band is None:
        return _paragraphs(_visual_lines(pieces))
    start, end, found = band
    blocks = _text_blocks(pieces[:start])
    for column in found:
        blocks += _text_blocks(column)
    return blocks + _text_blocks(pieces[end:])


def _height(pieces: Sequence[Line]) -> float:
    """The usual height of `pieces`."""
    return median(piece.box[3] - piece.box[1] for piece in pieces) if pieces else 0.0


def _columned_band(pieces: list[Line]) -> tuple[int, int, list[list[Line]]] | None:
    """The largest run of `pieces` (sorted by height on the page) that stands in columns of running text."""
    if len(pieces) < 2 * _FEWEST_IN_COLUMN:
        return None
    height = _height(pieces)
    spans = [(piece.box[0] // _BIN, -(-piece.box[2] // _BIN)) for piece in pieces]
    best: tuple[int, int, list[list[Line]]] | None = None
    start = 0
    while start + 2 * _FEWEST_IN_COLUMN <= len(pieces):
        end = _end_of_band(spans, start, max(1, round(_GUTTER * height / _BIN)))
        if end - start >= 2 * _FEWEST_IN_COLUMN and (best is None or end - start > best[1] - best[0]):
            found = _columns(pieces[start:end], height)
            if len(found) >= 2:
                best = (start, end, found)
        start += 1
    return best


def _end_of_band(spans: list[tuple[int, int]], start: int, gutter: int) -> int:
    """How far from `start` the pieces leave a gap of `gutter` free from top to bottom, with text on both its sides."""
    covered = np.zeros(max(right for _left, right in spans) + 1, dtype=bool)
    last_split = start
    for at in range(start, len(spans)):
        left, right = spans[at]
        covered[left:right] = True
        if at + 1 - start >= 4:
            if not _has_gap(covered, gutter):
                break
            last_split = at + 1
    return last_split


def _has_gap(covered: np.ndarray, gutter: int) -> bool:
    inked = np.flatnonzero(covered)
    return bool(inked.size > 1 and np.diff(inked).max() > gutter)


def _columns(pieces: list[Line], height: float) -> list[list[Line]]:
    """The columns in `pieces`, from the left; one that holds no running text (numbers, marks) goes to its neighbour."""
    order = sorted(pieces, key=lambda piece: piece.box[0])
    columns: list[list[Line]] = []
    right = -1.0
    for piece in order:
        if not columns or piece.box[0] > right + _GUTTER * height:
            columns.append([])
        columns[-1].append(piece)
        right = max(right, piece.box[2])
    merged: list[list[Line]] = []
    waiting: list[Line] = []
    for column in columns:
        if _is_running_text([*waiting, *column], height):
            merged.append([*waiting, *column])
            waiting = []
        else:
            waiting += column
    if waiting and merged:
        return [] if len(waiting) > _FEWEST_IN_COLUMN else [*merged[:-1], merged[-1] + waiting]
    return merged


def _is_running_text(column: list[Line], height: float) -> bool:
    box = around(piece.box for piece in column)
    width = box[2] - box[0]
    if len(column) < _FEWEST_IN_COLUMN or width < _NARROWEST * height * 0.7:
        return False
    rows = _visual_rows(column)
    full = sum(piece.box[2] - piece.box[0] for piece in column) / (len(rows) * width)
    return full >= _FULL


def _visual_rows(pieces: Sequence[Line]) -> list[list[Line]]:
    """The pieces that stand at one height, from the top; each row from the left."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: _middle(piece.box)):
        if rows and _same_height(rows[-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.box[0]) for row in rows]


def _same_height(row: list[Line], piece: Line) -> bool:
    """Say whether `piece` stands beside its nearest neighbour in `row`: most of the lower one's height is shared.

    What stands above or below another is no neighbour, however far the boxes of close lines overlap.
    """
    near = min(row, key=lambda other: max(other.box[0] - piece.box[2], piece.box[0] - other.box[2]))
    over = min(near.box[2], piece.box[2]) - max(near.box[0], piece.box[0])
    if over > 0.5 * min(near.box[2] - near.box[0], piece.box[2] - piece.box[0]):
        return False
    shared = min(near.box[3], piece.box[3]) - max(near.box[1], piece.box[1])
    return shared > 0.45 * min(near.box[3] - near.box[1], piece.box[3] - piece.box[1])


def _visual_lines(pieces: Sequence[Line]) -> list[Line]:
    return [_side_by_side(row) for row in _visual_rows(pieces)]


def _side_by_side(row: Sequence[Line]) -> Line:
    words = [
        replace(word, space_before=True) if number and not at else word
        for number, piece in enumerate(row)
        for at, word in enumerate(piece.words)
    ]
    return Line(tuple(words), around(piece.box for piece in row))


def _paragraphs(lines: list[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    for line in lines:
        height = line.box[3] - line.box[1]
        if not blocks or line.box[1] - blocks[-1][-1].box[3] > _FAR * height:
            blocks.append([])
        blocks[-1].append(line)
    return blocks
