"""Rules of the holdings that need nothing but values: names, own fields, what may still change."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from dms.core.refusals import Allowed, Answer, Denied


def sort_key_of(name: str) -> str:
    """B3: return the key that sorts `name` by pinyin: syllables without tones, Latin and digits as they are.

    >>> sort_key_of("张三")
    'zhang san'
    """
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


def may_change_item(state: str) -> Answer:
    """A12: an entry may be worked on until it is withdrawn; filed papers keep their old versions readable."""
    if state == "withdrawn":
        return Denied(_("This item was withdrawn."), _("Upload the paper again."), code="withdrawn")
    return Allowed()


def may_withdraw_item(state: str) -> Answer:
    """R2, E: a wrong upload may be withdrawn before filing; afterwards papers leave only through disposal."""
    if state == "filed":
        return Denied(
            _("This item is filed."), _("Filed papers leave only through appraisal and destruction."), code="filed"
        )
    return Allowed()


def may_rearrange_item(state: str) -> Answer:
    """A10, A12: pages change places, or are marked blank, until their item is filed."""
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
