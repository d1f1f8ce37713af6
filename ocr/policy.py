"""Rules of reading and correcting that need nothing but values."""

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied

TRIES = 3
_ROUND = 10  # attempts are numbered on and on; each new beginning starts at the next ten


def tries_of(attempt: int) -> int:
    """Return how often reading was begun since the last new beginning, this attempt included."""
    return attempt % _ROUND


def new_beginning(attempt: int) -> int:
    """Return the attempt number from which tries count anew; never one that some worker may still hold."""
    return (attempt // _ROUND + 1) * _ROUND


def may_read_again(state: str) -> Answer:
    """B1: a page that could not be read may be tried again; others are read or will be."""
    if state == "failed":
        return Allowed()
    return Denied(_("Only a page that could not be read is tried again."), code="not_failed")


def may_correct(state: str) -> Answer:
    """A12: a text is corrected once the page was read, or found blank, or given up; the old versions stay readable."""
    if state == "waiting":
        return Denied(
            _("This page is still waiting to be read."), _("Correct its text when it has been read."), code="waiting"
        )
    return Allowed()
