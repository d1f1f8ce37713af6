"""What the rules of arrangement know of a paper, of what ties papers together, and of the rules that were chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

# (year, month, day): 0 where it is not known; month 13 stands after every day of its year.
DateKey = tuple[int, int, int]
LAST_IN_ITS_YEAR = 13
FOR_EVER = 10_000


class Precision(StrEnum):
    """How exactly a paper's date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    BEFORE = "before"


class Role(StrEnum):
    """Which rule of A7 a type of document follows."""

    PLAIN = "plain"
    REQUEST = "request"
    PLAN = "plan"
    SUMMARY = "summary"
    MEETING = "meeting"


class RelationKind(StrEnum):
    """What one paper is to another: `item` replies to `other`, is an attachment of `other`, forwards `other` …"""

    REPLIES_TO = "replies_to"
    ATTACHMENT_OF = "attachment_of"
    DRAFT_OF = "draft_of"
    COPY_OF = "copy_of"
    FORWARDS = "forwards"
    TRANSLATION_OF = "translation_of"


class RuleSet(StrEnum):
    """Whose years count: regulation 10's (the default), or those of DA/T 22."""

    R10 = "r10"
    DAT22 = "dat22"


class OrderRule(StrEnum):
    """How groups follow one another in a volume."""

    OLDEST_FIRST = "oldest"
    NEWEST_FIRST = "newest"
    CHECK_LIST = "check_list"


# Papers that have no number of their own: they are rows below their main paper, in this order (A8).
SUB_ROWS: Mapping[RelationKind, int] = {
    RelationKind.ATTACHMENT_OF: 0,
    RelationKind.DRAFT_OF: 1,
    RelationKind.COPY_OF: 2,
    RelationKind.TRANSLATION_OF: 3,
}


@dataclass(frozen=True, slots=True, order=True)
class Retention:
    """A retention period as compared: the longer wins. `years` is FOR_EVER for a permanent one."""

    years: int
    code: str = ""


PERMANENT = Retention(FOR_EVER, "permanent")


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a paper lies that is bound in a closed volume already: it stays there."""

    volume: int
    year: int


@dataclass(frozen=True, slots=True)
class Paper:
    """One item as the rules see it. `key` names it; `entry` is its permanent entry number; years are whole numbers.

    `section` and `place` are its places in the kind's check list; `rank` that of its classification; `sheets` what it
    adds to the thickness; `sides` how many sides have writing. `after`: (0, or the key of the paper it was set behind
    by hand), None where it was not.
    """

    key: int
    entry: int = 0
    dated: DateKey | None = None
    received: DateKey = (2000, 1, 1)
    issue_number: str = ""
    role: Role = Role.PLAIN
    period_from: int | None = None
    period_to: int | None = None
    opened: int | None = None
    section: int = 0
    section_order: OrderRule | None = None
    place: int = 0
    rank: int = 0
    retention: Retention = PERMANENT
    sheets: int = 1
    sides: int = 1
    override: int | None = None
    bound: Bound | None = None
    joins: int | None = None
    after: int | None = None

    @property
    def date_key(self) -> DateKey:
        """Return the date it is ordered by; an undated paper stands where it was received."""
        return self.dated or self.received


@dataclass(frozen=True, slots=True)
class Tie:
    """`item` replies to, is an attachment of, forwards … `other`; both are keys of papers."""

    item: int
    kind: RelationKind
    other: int

    @property
    def leader(self) -> int:
        """Return the paper that stands first and whose year counts."""
        return self.item if self.kind in {RelationKind.REPLIES_TO, RelationKind.FORWARDS} else self.other

    @property
    def follower(self) -> int:
        """Return the paper that goes with the leader."""
        return self.other if self.leader == self.item else self.item


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one kind of dossier. `sheets_per_volume` 0: no limit; `own_volume`: ranks that demand one (A9)."""

    rule_set: RuleSet = RuleSet.R10
    order: OrderRule = OrderRule.OLDEST_FIRST
    by_section: bool = False
    sheets_per_volume: int = 0
    own_volume: frozenset[int] = field(default_factory=frozenset)


def date_key_of(day: date, precision: Precision | str = Precision.DAY) -> DateKey:
    """A7: return how a date is compared: a year only stands first in its year, "before 1998" last in 1997."""
    match precision:
        case Precision.MONTH:
            return day.year, day.month, 0
        case Precision.YEAR:
            return day.year, 0, 0
        case Precision.BEFORE:
            return day.year - 1, LAST_IN_ITS_YEAR, 0
        case _:
            return day.year, day.month, day.day
