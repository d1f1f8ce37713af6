"""Counts, so that codes and names never collide within one process."""

from itertools import count

_numbers = count(1)


def fresh(stem: str) -> str:
    """Return `stem` with a number that was not given out before in this process."""
    return f"{stem}{next(_numbers)}"
