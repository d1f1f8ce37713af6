"""A worker's memory of whose turn it is: sorting a long queue anew for every page would cost more than the pages' rows.

Only an order is remembered, never a right to a page: whether a page still waits is asked when it is leased.
"""

import time
from collections.abc import Callable, Iterator

SEEN = 512  # pages that are looked at in one sorting
FEW = 64  # candidates for one lease
SHARE = 0.05  # of a worker's time that sorting may take
LONGEST = 5.0  # seconds that a newly come batch waits for its first turn, at most


class Turns:
    """Remembers the first pages in their turn; a queue that fits into one look is looked at anew every time.

    `look(number)` returns the keys of up to so many free pages in their turn.
    """

    def __init__(self, look: Callable[[int], list[int]], now: Callable[[], float] = time.monotonic) -> None:
        self._look, self._now = look, now
        self._keys: list[int] = []
        self._until = 0.0

    def few(self) -> Iterator[list[int]]:
        """Yield a few candidates at a time, in their turn, until nothing waits that another worker has not taken.

        Asking for more says that none of the last could be had; whoever got one says which (`took`).
        """
        looked = False
        if not self._keys or self._now() >= self._until:
            self._look_again()
            looked = True
        while True:
            while self._keys:
                few = self._keys[:FEW]
                yield few
                self._keys = self._keys[len(few) :]
            if looked:
                return
            self._look_again()
            looked = True

    def took(self, key: int) -> None:
        """Remember that this page was had: those before it are others', those after it may be free."""
        if key in self._keys:
            self._keys = self._keys[self._keys.index(key) + 1 :]

    def _look_again(self) -> None:
        begun = self._now()
        self._keys = self._look(SEEN)
        ended = self._now()
        self._until = ended + min(LONGEST, (ended - begun) / SHARE) if len(self._keys) >= SEEN else ended
