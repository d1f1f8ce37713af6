"""A worker's memory of whose turn it is: sorting a long queue anew for every page would cost more than the pages' rows.

Only an order is remembered, never a right to a page: whether a page still waits is asked when it is leased.
"""

import time
from collections.abc import Callable, Iterator

SEEN = 1024  # pages that are looked at in one sorting
FEW = 128  # candidates for one lease
SHARE = 0.01  # of a worker's time that sorting may take
LONGEST = 5.0  # seconds that a newly come batch waits for its first turn, at most
ENOUGH = 1.0  # seconds after which pages that were read are written, and what is left is others'
LONGEST_ENOUGH = 4.0
AROUND = 0.25  # of the time of reading may go into drawing and writing before groups last longer
MOST = 16  # pages in one group


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

    def took(self, *keys: int) -> None:
        """Remember that these pages were had: those before them are others', those after them may be free."""
        places = [self._keys.index(key) for key in keys if key in self._keys]
        if places:
            self._keys = self._keys[max(places) + 1 :]

    def _look_again(self) -> None:
        begun = self._now()
        self._keys = self._look(SEEN)
        ended = self._now()
        self._until = ended + min(LONGEST, (ended - begun) / SHARE) if len(self._keys) >= SEEN else ended


class Pace:
    """How many pages a worker draws at once: one to begin with and after a failure, then what it reads in `enough`.

    Where pages go fast (a text layer, a blank), drawing, sealing and writing each alone would cost more than reading.
    `enough` is a second; on a crowded machine, where these take long, up to four: there, small groups would be the
    very load that makes them small.
    """

    def __init__(self) -> None:
        self._number, self._fits = 1, 1
        self.enough = ENOUGH

    def next(self) -> int:
        """Return how many to draw; where nobody says how they went (`went`), it is one the next time."""
        number, self._number = self._number, 1
        self._fits = 2 * number
        return number

    def went(self, pages: int, *, reading: float, around: float) -> None:
        """Note that so many pages took so many seconds of reading, and so many of all that is done around it."""
        self.enough = max(ENOUGH, min(around / AROUND, LONGEST_ENOUGH))
        self._number = max(1, min(self._fits, int(pages * self.enough / max(reading, 0.001)), MOST))
