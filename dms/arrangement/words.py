"""What the rules answer as data, said in words: reasons of the year, lines of the check list. Decides nothing."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from .policy.closing import Check, CheckLine
from .policy.filing_years import Because
from .policy.proposals import Ground

REASONS: dict[str, Promise] = {
    Because.DATE: gettext_lazy("bound under %(year)s: year of its date"),
    Because.NO_REPLY: gettext_lazy("bound under %(year)s: year of the request, which has no reply"),
    Because.UNDATED: gettext_lazy("bound under %(year)s: undated, year of filing"),
    Because.PLAN: gettext_lazy("bound under %(year)s: first year of the plan"),
    Because.SUMMARY: gettext_lazy("bound under %(year)s: last year of the summary"),
    Because.MEETING_OPENED: gettext_lazy("bound under %(year)s: year in which the meeting opened"),
    Because.MEETING_CLOSED: gettext_lazy("bound under %(year)s: year in which the meeting closed"),
    Because.REPLY: gettext_lazy("bound under %(year)s: year of the reply %(of)s"),
    Because.MAIN_PAPER: gettext_lazy("bound under %(year)s: with its main paper %(of)s"),
    Because.FORWARDED: gettext_lazy("bound under %(year)s: with the letter that forwards it, %(of)s"),
    Because.TOGETHER: gettext_lazy("bound under %(year)s: together with %(of)s"),
    Because.OVERRIDE: gettext_lazy("bound under %(year)s by decision on %(of)s"),
    Because.BOUND: gettext_lazy("bound under %(year)s: in a closed volume"),
}
CHECKS: dict[str, Promise] = {
    Check.NOT_EMPTY: gettext_lazy("there are items in it"),
    Check.CATALOGUED: gettext_lazy("every item is catalogued"),
    Check.FILED: gettext_lazy("every item passed the intake check and is filed"),
    Check.SCANNED: gettext_lazy("every item is scanned"),
    Check.RECOGNISED: gettext_lazy("every page is recognised"),
    Check.NUMBERED: gettext_lazy("every side with writing is numbered"),
    Check.PAGES_AGREE: gettext_lazy("the pages stated agree with those scanned"),
    Check.IN_ORDER: gettext_lazy("the paper is in the order of the catalogue"),
    Check.METAL_REMOVED: gettext_lazy("metal is removed"),
    Check.BOUND: gettext_lazy("the volume is bound"),
    Check.NOTE_SHEET: gettext_lazy("the note sheet is filled"),
}

GROUNDS: dict[str, Promise] = {
    Ground.TITLES: gettext_lazy("the titles name the same matter"),
    Ground.NUMBER_IN_TEXT: gettext_lazy("its text names the other's issue number"),
    Ground.SAME_NUMBER: gettext_lazy("both bear the same issue number"),
}


def ground_words(ground: str) -> str:
    """A8: return what speaks for a proposed relation."""
    return str(GROUNDS.get(ground, ground))


def reason_words(year: int, because: str, of: str = "") -> str:
    """A7: return why a paper is bound under its year; `of` is what the paper is called that the reason names."""
    return str(REASONS[because]) % {"year": year, "of": of or _("another paper")}


def check_words(check: str) -> Promise:
    """Return a line of the check list."""
    return CHECKS[check]


def failing_words(lines: Iterable[CheckLine]) -> str:
    """Return the lines that did not pass in one sentence, with how many items each concerns."""
    said = [
        _("not “%(line)s” (%(count)s items)") % {"line": check_words(line.check), "count": len(line.items)}
        if line.items
        else _("not “%(line)s”") % {"line": check_words(line.check)}
        for line in lines
    ]
    return pgettext("in a list", ", ").join(said)
