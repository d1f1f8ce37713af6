"""Cuts text into clauses and units, and units into index tokens. Pure: the index and the oracle both stand on it.

A *unit* is one Chinese (or Japanese, Korean) character, or one whole run of other letters and digits. A *clause* is the
units between two marks of punctuation; nothing that is searched as consecutive ever crosses from one into the next.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# Raise this whenever `index_string` would answer differently: the sweeper then indexes every page again.
TOKEN_VERSION = 1

# Stands between two clauses in a token string; no unit can contain it.
CLAUSE_END = "¶"

# A run longer than this is cut, so that no token outgrows what the index can hold.
LONGEST_RUN = 256

# Joins numbers and code-like words ("HT-2019-001", "A/12") even with a space beside it, as at the end of a line.
_DASHES = frozenset("-_/‐‑–−⁄")
# Joins only where it touches a letter or digit on both sides ("1,234.50", "10:30", "R&D").
_JOINERS = frozenset(".,:'’·&@+#*")

_CJK_BLOCKS = (
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3041, 0x3096),
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),
    (0x30FC, 0x30FF),
    (0x3105, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


class Unit(NamedTuple):
    """One searchable unit, folded, and the half-open range of characters of the original text it was made of."""

    text: str
    start: int
    end: int

    @property
    def is_cjk(self) -> bool:
        """Whether this is a single character of a script that is written without spaces."""
        return is_cjk(self.text[0])


@lru_cache(maxsize=1 << 16)
def is_cjk(char: str) -> bool:
    """Return whether a folded character belongs to a script written without spaces between words."""
    code = ord(char)
    return any(first <= code <= last for first, last in _CJK_BLOCKS)


def clauses(text: str) -> list[list[Unit]]:
    """Return the clauses of `text` (lines parted by newlines), each a list of one or more units, in order.

    Letters are compared without regard to case or width (NFKC). White space between two Chinese characters is chance
    (line ends, padded names) and is dropped; elsewhere it parts units without ending the clause.
    """
    folded = _folded(text)
    found: list[list[Unit]] = []
    clause: list[Unit] = []
    run_open = False
    for index, (char, kind, start, end) in enumerate(folded):
        if kind == "c":  # first: nearly all of a Chinese page
            clause.append(Unit(char, start, end))
            run_open = False
            continue
        if kind == "m":
            if run_open and clause:
                _grow(clause, char, end)
            continue
        if kind == "w" and run_open:
            _grow(clause, char, end)
        elif kind == "w":
            clause.append(Unit(char, start, end))
        elif clause and not _joins(folded, index, clause[-1], run_open):
            found.append(clause)
            clause = []
        run_open = kind == "w"
    if clause:
        found.append(clause)
    return found


def index_string(text: str) -> str:
    """Return what the index stores for `text`: tokens parted by single spaces, one for each unit, clauses kept apart.

    A character followed by another becomes the bigram of both, the last of its run stands alone; other runs are whole.
    So token number n begins with unit number n, and a phrase of tokens is a sequence of units.
    """
    return f" {CLAUSE_END} ".join(" ".join(_tokens(clause)) for clause in clauses(text))


def _tokens(clause: list[Unit]) -> Iterator[str]:
    for unit, following in zip(clause, [*clause[1:], None], strict=True):
        if following is not None and unit.is_cjk and following.is_cjk:
            yield unit.text + following.text
        else:
            yield unit.text


def _grow(clause: list[Unit], char: str, end: int) -> None:
    last = clause[-1]
    if len(last.text) >= LONGEST_RUN:
        clause.append(Unit(char, last.end, end))
    else:
        clause[-1] = Unit(last.text + char, last.start, end)


def _joins(folded: list[tuple[str, str, int, int]], index: int, before: Unit, run_open: bool) -> bool:
    """Return whether the mark or space at `index` lets the clause go on."""
    kind = folded[index][1]
    if kind == "s":
        return True
    if kind == "j":
        return run_open and index + 1 < len(folded) and folded[index + 1][1] == "w"
    if kind == "d":
        after = index + 1
        while after < len(folded) and folded[after][1] in "sm":
            after += 1
        following = folded[after][1] if after < len(folded) else ""
        return following == "w" or (following == "c" and not before.is_cjk)
    return False


def _folded(text: str) -> list[tuple[str, str, int, int]]:
    """Return each folded character with its kind and the range of the original it comes from."""
    letters = set(text)
    if not any(map(_extends, letters)):  # nearly every text; twice as fast
        folds = {char: _fold(char) for char in letters}
        return [(char, kind, at, at + 1) for at, one in enumerate(text) for char, kind in folds[one]]
    begins = [at for at, char in enumerate(text) if at == 0 or not _extends(char)]
    return [
        (char, kind, start, end)
        for start, end in pairwise([*begins, len(text)])
        for char, kind in _fold(text[start:end])
    ]


@lru_cache(maxsize=1 << 16)
def _extends(char: str) -> bool:
    """Return whether `char` is written onto the one before it (accents, voicing marks, variation selectors)."""
    return char > "\u02ff" and (unicodedata.category(char) in ("Mn", "Me") or char in "ﾞﾟ")


@lru_cache(maxsize=1 << 16)
def _fold(cluster: str) -> tuple[tuple[str, str], ...]:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower())
    return tuple((char, kind) for char in plain if (kind := _kind_of(char)))


def _kind_of(char: str) -> str:
    """Return c (CJK), w (other letter or digit), m (mark), s (space), d (dash), j (joiner), x (clause ends) or ""."""
    if is_cjk(char):
        return "c"
    if char.isalnum():
        return "w"
    if char in _DASHES:
        return "d"
    if char in _JOINERS:
        return "j"
    category = unicodedata.category(char)
    if category[0] == "M":
        # Variation selectors and their like change the look, not the letter.
        return "" if "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100" else "m"
    if category == "Cf":
        return ""
    return "s" if char.isspace() or category in ("Cc", "Zs", "Zl", "Zp") else "x"
