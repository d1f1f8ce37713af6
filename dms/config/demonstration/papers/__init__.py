"""What the invented papers say, by dossier kind. Each function composes one paper; no image is made here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..dossiers import Customer
from ..sheets import Side
from ..wear import CLEAN, Wear

Compose = Callable[[Customer], list[Side]]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper to be scanned: its section, name, day after the dossier's beginning, words, and how it was scanned.

    `form` is a key of formats.WRITERS or "born_digital"; with `blank_back` the sheet's empty back was scanned too.
    """

    section: str
    name: str
    after: int
    compose: Compose
    form: str
    wear: Wear = CLEAN
    blank_back: bool = False


Papers = Sequence[Paper]
