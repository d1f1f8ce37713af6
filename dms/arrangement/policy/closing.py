"""What must hold before a volume is closed (A10 A11 A17), as a list that names the items that fail."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """One line of the closing's check list."""

    NOT_EMPTY = "not_empty"
    CATALOGUED = "catalogued"
    FILED = "filed"
    SCANNED = "scanned"
    RECOGNISED = "recognised"
    NUMBERED = "numbered"
    PAGES_AGREE = "pages_agree"
    IN_ORDER = "in_order"
    METAL_REMOVED = "metal_removed"
    BOUND = "bound"
    NOTE_SHEET = "note_sheet"


# What only somebody who has the paper in hand can say.
CONFIRMED_BY_HAND = (Check.IN_ORDER, Check.METAL_REMOVED, Check.BOUND, Check.NOTE_SHEET)


@dataclass(frozen=True, slots=True)
class ItemCondition:
    """What the check list asks of one item: counts are pages; `stated` is what was counted on the paper, or None."""

    key: int
    has_title: bool
    filed: bool
    pages: int
    written: int
    unread: int
    stated: int | None
    numbered: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line of the check list, and the items for which it does not hold."""

    check: Check
    passed: bool
    items: tuple[int, ...] = ()


_OF_ITEMS: tuple[tuple[Check, Callable[[ItemCondition], bool]], ...] = (
    (Check.CATALOGUED, lambda item: item.has_title),
    # A17: papers are filed once their intake check is passed.
    (Check.FILED, lambda item: item.filed),
    (Check.SCANNED, lambda item: item.pages > 0),
    (Check.RECOGNISED, lambda item: item.unread == 0),
    (Check.NUMBERED, lambda item: item.numbered or item.written == 0),
    (Check.PAGES_AGREE, lambda item: item.stated is None or item.pages == 0 or item.stated == item.written),
)


def closing_checks(items: Iterable[ItemCondition], confirmed: Collection[str]) -> list[CheckLine]:
    """A10 A11 A17: return the check list of a volume; it may be closed where every line passed.

    `confirmed`: the lines that were confirmed by hand.
    """
    conditions = list(items)
    lines = [CheckLine(Check.NOT_EMPTY, bool(conditions))]
    for check, holds in _OF_ITEMS:
        failing = tuple(item.key for item in conditions if not holds(item))
        lines.append(CheckLine(check, not failing, failing))
    lines += [CheckLine(check, check in confirmed) for check in CONFIRMED_BY_HAND]
    return lines
