"""Rules of the holdings that need nothing but values: names, own fields, what may still change."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied


def sort_key_of(name: str) -> str:
    """B3: return the key that sorts `name` by pinyin: syllables without tones, Latin and digits as they are.

    >>> sort_key_of("张三")
    'zhang san'
    """
    from pypinyin import lazy_pinyin  # its dictionary is the largest part of starting any process

    return " ".join(lazy_pinyin(name.strip().lower()))[:600]


def initial_of(sort_key: str) -> str:
    """Return the letter under which a name is looked up, A to Z, or # for everything else."""
    first = sort_key[:1]
    return first.upper() if "a" <= first <= "z" else "#"


def folded_name(name: str) -> str:
    """A1: return `name` as compared when a customer may exist already: no space, no bracket forms, lower case."""
    return re.sub(r"[\s()（）·.,，。\-]", "", name).lower()


def masked(value: str) -> str:
    """D1: return a personal value as shown to those who may read but need not know it: ends kept, middle hidden."""
    if len(value) <= 4:
        return "*" * len(value)
    shown = 3 if len(value) > 8 else 1
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[-shown:]


def may_change_item(state: str, *, frozen: bool = False) -> Answer:
    """A12: an entry may be worked on until it is withdrawn or its volume is closed; old versions stay readable."""
    if state == "withdrawn":
        return Denied(_("This item was withdrawn."), _("Upload the paper again."), code="withdrawn")
    if frozen:
        return Denied(
            _("This item is bound in a closed volume: its entry stays as it is."),
            _("Have a correction decided, or the volume opened again."),
            code="volume_closed",
        )
    return Allowed()


def may_withdraw_item(state: str, *, frozen: bool = False) -> Answer:
    """R2, E: a wrong upload may be withdrawn before filing; afterwards papers leave only through disposal."""
    if frozen:
        return may_change_item(state, frozen=True)
    if state == "filed":
        return Denied(
            _("This item is filed."), _("Filed papers leave only through appraisal and destruction."), code="filed"
        )
    return Allowed()


def may_rearrange_item(state: str, *, frozen: bool = False) -> Answer:
    """A10, A12: pages change places, or are marked blank, until their item is filed or bound in a closed volume."""
    if frozen:
        return may_change_item(state, frozen=True)
    if state == "filed":
        return Denied(
            _("The pages of a filed item stay together."),
            _("Filed papers leave only through appraisal and destruction."),
            code="filed",
        )
    return Allowed()


def name_periods_hold(periods: Iterable[tuple[date, date | None]]) -> bool:
    """A13: return whether the periods of a dossier's names follow one another without overlap, one open at most."""
    ordered = sorted(periods, key=lambda period: period[0])
    return all(end is not None and end <= following[0] for (_start, end), following in pairwise(ordered))
