"""A10: page numbers run on through the volume, over the sides with writing; duplicates are counted, not bound."""

from collections.abc import Iterable, Sequence

Span = tuple[int, int] | None


def numbered_on(sides: Iterable[int]) -> list[Span]:
    """A10: return (first, last) page number of each item in volume order; None where no side has writing.

    `sides`: how many sides of the item have writing, of one copy.

    >>> numbered_on([2, 0, 3])
    [(1, 2), None, (3, 5)]
    """
    spans: list[Span] = []
    last = 0
    for count in sides:
        spans.append((last + 1, last + count) if count > 0 else None)
        last += max(count, 0)
    return spans


def numbers_of_sides(states: Sequence[str], first: int) -> list[int | None]:
    """A10: return the number of each side of an item whose first page number is `first`: None for a blank side."""
    numbers: list[int | None] = []
    for state in states:
        numbers.append(None if state == "blank" else first)
        first += state != "blank"
    return numbers
