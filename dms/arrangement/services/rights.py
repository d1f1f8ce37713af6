"""The questions every service of this room asks first: the right, the lock, the archivist."""

from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act, UserFacts
from dms.clearance.selectors import facts_of
from dms.core.errors import Refusal, require
from dms.core.refusals import Allowed, Answer, Denied
from dms.holdings.models import Dossier, Item
from dms.holdings.selectors import DOSSIER_RELATED, decide_dossier, decide_item
from dms.organisation.models import User


def may_decide_volumes(user: UserFacts, fonds_id: int) -> Answer:
    """A7 A11: volumes are closed and opened, and rules set aside, by the archivists of the fonds."""
    if user.active and fonds_id in user.archivist_of:
        return Allowed()
    return Denied(
        _("Only an archivist decides about volumes."), _("Ask the archive, with your reason."), code="archive_only"
    )


def locked_dossier(dossier_id: int) -> Dossier:
    """Return the dossier with its row locked: whoever arranges or closes waits here, dossier before items."""
    rows = Dossier.objects.select_for_update(of=("self",)).select_related(*DOSSIER_RELATED)
    return rows.get(pk=dossier_id)


def dossier_to_work_on(dossier_id: int, user: User) -> Dossier:
    """Lock and return the dossier, or raise NotAllowed."""
    dossier = locked_dossier(dossier_id)
    require(decide_dossier(user, Act.WORK, dossier))
    return dossier


def dossier_to_decide_on(dossier_id: int, user: User) -> Dossier:
    """Lock and return the dossier, or raise NotAllowed for everybody but its archivists."""
    dossier = dossier_to_work_on(dossier_id, user)
    require(may_decide_volumes(facts_of(user), dossier.fonds_id))
    return dossier


def insist_on_items(items: list[Item], user: User) -> None:
    """Raise NotAllowed where the user may not work on one of the items."""
    for item in items:
        require(decide_item(user, Act.WORK, item))


def reasoned(reason: str) -> str:
    """Return the reason as kept, or raise Refusal where there is none."""
    if not reason.strip():
        raise Refusal(_("A decision needs its reason."), _("Write why."), code="reason_needed")
    return reason.strip()[:200]


def insist_open(item: Item) -> None:
    """A12: raise Refusal where the item is bound in a closed volume: a state of affairs, not a missing right."""
    if item.is_frozen:
        raise Refusal(
            _("“%(item)s” is bound in a closed volume and stays there.") % {"item": item},
            _("Cross-reference it, or have the volume opened again."),
            code="volume_closed",
        )
