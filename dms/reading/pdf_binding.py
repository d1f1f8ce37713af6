"""Binds page images between printed leaves (cover, catalogue, note sheet) into one PDF with bookmarks.

The leaves come as a plain PDF just printed; it is the file's beginning, and everything else is added behind it as
PDF's incremental update. So nothing of it is rewritten, and memory stays flat whatever the number of pages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from .pdf import PdfWriter, unicode_text

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_SIZE = re.compile(rb"/Size\s+(\d+)")
_ROOT = re.compile(rb"/Root\s+(\d+)\s+0\s+R")
_PAGES = re.compile(rb"/Pages\s+(\d+)\s+0\s+R")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+)\s+0\s+R")
_SECTION = re.compile(rb"xref\s+0\s+(\d+)\s+")
_ROW = 20  # bytes of a row of the table of offsets


@dataclass(frozen=True, slots=True)
class Leaves:
    """A plain PDF: its bytes, how many objects it has, its page tree, its pages in order, where its table stands."""

    pdf: bytes
    objects: int
    tree: int
    pages: tuple[int, ...]
    table: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline: `page` is the number of a page's object, None where there is nothing to go to."""

    title: str
    page: int | None
    below: bool = False


def leaves_of(pdf: bytes) -> Leaves:
    """Read the page tree of a PDF with one plain table of offsets and a flat tree; raise ValueError for another."""
    start = _START.search(pdf)
    table = int(start[1]) if start else -1
    section = _SECTION.match(pdf, table) if table >= 0 else None
    if section is None:
        raise ValueError("this PDF has no plain table of offsets")
    trailer = pdf[table:]
    size, root = _SIZE.search(trailer), _ROOT.search(trailer)
    rows = section.end()

    def body(number: int) -> bytes:
        at = int(pdf[rows + number * _ROW : rows + number * _ROW + 10])
        return pdf[at : pdf.index(b"endobj", at)]

    pages = _PAGES.search(body(int(root[1]))) if root else None
    kids = _KIDS.search(body(int(pages[1]))) if pages else None
    if size is None or pages is None or kids is None:
        raise ValueError("this PDF has no plain tree of pages")
    numbers = tuple(int(number) for number in _REFERENCE.findall(kids[1]))
    return Leaves(pdf, int(size[1]), int(pages[1]), numbers, table)


class BindingWriter(PdfWriter):
    """Writes to an empty seekable file: `add` each page between the leaves, `bookmark`, then `close`."""

    def __init__(self, target: BinaryIO, *, title: str, leaves: Leaves, before: int) -> None:
        self._leaves, self._before = leaves, before
        self._bookmarks: list[Bookmark] = []
        target.write(leaves.pdf)
        self._begin(target, title, after=leaves.objects, tree=leaves.tree)

    def bookmark(self, title: str, page: int | None, *, below: bool = False) -> None:
        """Add a line to the outline; `below`: under the last one that is not."""
        self._bookmarks.append(Bookmark(title, page, below and bool(self._bookmarks)))

    def close(self) -> None:
        """Write outline, page tree and table of offsets: first leaves, pages, last leaves."""
        ordered = [*self._leaves.pages[: self._before], *self._pages, *self._leaves.pages[self._before :]]
        catalogue = f"/Outlines {self._write_outline()} 0 R /PageMode /UseOutlines " if self._bookmarks else ""
        self._finish(ordered, catalogue=catalogue, before=self._leaves.table)

    def _write_outline(self) -> int:
        root = self._next
        numbers = list(range(root + 1, root + 1 + len(self._bookmarks)))
        self._next = root + 1 + len(numbers)
        tops: list[tuple[int, list[int]]] = []
        for number, bookmark in zip(numbers, self._bookmarks, strict=True):
            if bookmark.below:
                tops[-1][1].append(number)
            else:
                tops.append((number, []))
        told = dict(zip(numbers, self._bookmarks, strict=True))
        self._write_level(told, [number for number, _below in tops], root, dict(tops))
        self._write(root, f"<< /Type /Outlines /First {tops[0][0]} 0 R /Last {tops[-1][0]} 0 R /Count {len(tops)} >>")
        return root

    def _write_level(
        self, told: dict[int, Bookmark], level: Sequence[int], parent: int, below: dict[int, list[int]]
    ) -> None:
        """Write the lines of one level, each tied to its neighbours, its parent and what stands below it (closed)."""
        for place, number in enumerate(level):
            bookmark, children = told[number], below.get(number, [])
            parts = [f"/Title {unicode_text(bookmark.title)} /Parent {parent} 0 R"]
            if bookmark.page is not None:
                parts.append(f"/Dest [{bookmark.page} 0 R /Fit]")
            if place:
                parts.append(f"/Prev {level[place - 1]} 0 R")
            if place + 1 < len(level):
                parts.append(f"/Next {level[place + 1]} 0 R")
            if children:
                parts.append(f"/First {children[0]} 0 R /Last {children[-1]} 0 R /Count -{len(children)}")
                self._write_level(told, children, number, {})
            self._write(number, f"<< {' '.join(parts)} >>")
