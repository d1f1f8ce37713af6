"""Rules of the reading room that clearance does not know: who may see who has read. Values only."""

from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import UserFacts
from dms.core.refusals import Allowed, Answer, Denied


def may_see_readers(user: UserFacts, *, fonds_id: int, audits: bool) -> Answer:
    """C6: who has looked at what is seen by the archivists and auditors of the fonds; `audits` says who is one."""
    if user.active and (audits or fonds_id in user.archivist_of):
        return Allowed()
    return Denied(_("Only archivists and auditors see who has read this."), _("Ask the archive."), code="not_granted")
