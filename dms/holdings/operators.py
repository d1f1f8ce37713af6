"""Who acts where a command of the machine names nobody: an archivist of the dossier's fonds. Reads only."""

from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotFound, Refusal
from dms.organisation.models import PostHolding, PostKind, User

from .models import Dossier
from .selectors import DOSSIER_RELATED, decide_dossier, get_dossier_by_number


def person_named(username: str) -> User:
    """Return the person who signs in under this name; raise Refusal."""
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Refusal(_("Nobody signs in under this name: %(name)s.") % {"name": username})
    return person


def archivists_of(fonds_id: int) -> list[User]:
    """Return the archivists of a fonds today, those longest with us first."""
    posts = PostHolding.objects.in_force(clock.today()).filter(post__fonds=fonds_id, post__kind=PostKind.ARCHIVIST)
    return list(User.objects.filter(holdings__in=posts, is_active=True).distinct().order_by("pk"))


def chosen_dossier(number: str, user: User | None, *, most_cleared: bool = False) -> tuple[Dossier, User]:
    """Return the dossier and who acts: `user`, or an archivist who may work on it, the first or the `most_cleared`.

    Raise NotFound or NotAllowed.
    """
    if user is not None:
        return get_dossier_by_number(user, number, Act.WORK), user
    for dossier in Dossier.objects.filter(number=number.strip()).select_related(*DOSSIER_RELATED):
        able = [one for one in archivists_of(dossier.fonds_id) if decide_dossier(one, Act.WORK, dossier)]
        if able:
            return dossier, max(able, key=lambda one: facts_of(one).clearance_rank) if most_cleared else able[0]
    raise NotFound
