"""The two answers of every policy. A policy returns one of them; it never raises and never returns a bare bool."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes. True in a condition."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """No, with the reason in the user's words and, where there is one, what to do about it. False in a condition."""

    reason: str | Promise
    remedy: str | Promise = ""
    code: str = "denied"

    def __bool__(self) -> Literal[False]:
        return False


Answer = Allowed | Denied
