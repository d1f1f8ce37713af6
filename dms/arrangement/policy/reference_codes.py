"""Reference codes (档号) of volumes and items: provisional while a volume is open, frozen when it is closed."""

import re
from collections.abc import Iterable

_SEQUENCE = re.compile(r"\{seq(?::\d{1,2})?\}")


def provisional_pattern(pattern: str, place: str) -> str:
    """Return the volume pattern with `place` where its number will stand: no number is used up by an open volume."""
    return _SEQUENCE.sub(lambda _match: f"({place})", pattern)


def item_codes(volume_code: str, numbers: Iterable[int | None]) -> list[str]:
    """Return the code of each row of a volume in order: items by their number, rows below one counted on under it.

    >>> item_codes("WY-KH-2023-0001", [1, None, 2])
    ['WY-KH-2023-0001-001', 'WY-KH-2023-0001-001-01', 'WY-KH-2023-0001-002']
    """
    codes: list[str] = []
    item, below = 0, 0
    for number in numbers:
        if number is None:
            below += 1
            codes.append(f"{volume_code}-{item:03}-{below:02}")
        else:
            item, below = number, 0
            codes.append(f"{volume_code}-{item:03}")
    return codes
