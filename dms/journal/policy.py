"""Who may read the journal. Pure: the posts a person holds come in as words, an answer goes out."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from dms.core.refusals import Allowed, Answer, Denied

AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
READERS = frozenset({AUDITOR, ADMINISTRATOR})


def may_read_journal(posts_held: Collection[str]) -> Answer:
    """C6: looks are supervised by those whose post it is, and by nobody else."""
    if READERS.isdisjoint(posts_held):
        return Denied(
            _("The journal is for auditors and administrators."),
            _("Ask an auditor for what you need to know."),
            code="not_auditor",
        )
    return Allowed()


def may_open_particulars(posts_held: Collection[str]) -> Answer:
    """D1: sealed particulars may quote content, which administrators do not see: they are for auditors."""
    if AUDITOR not in posts_held:
        return Denied(_("Sealed particulars are for auditors."), _("Ask an auditor."), code="not_auditor")
    return Allowed()
