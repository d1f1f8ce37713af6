"""The batch of the day: what the scanner's folder brings into one dossier is checked and filed together (A6)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.holdings.models import Dossier, Section
from dms.holdings.selectors import decide_dossier
from dms.organisation.models import User

from ..models import BatchState, ScanBatch
from .batches import open_batch


def batch_of_the_day(*, dossier: Dossier, section: Section | None, acting_user: User) -> ScanBatch:
    """Return the open batch of today for scans into this dossier (and section), opened now where there is none.

    Two processes that ask at once get the same one. Raise NotAllowed or Refusal.
    """
    require(decide_dossier(acting_user, Act.WORK, dossier))
    today = clock.today()
    for _attempt in range(3):
        found = ScanBatch.objects.filter(dossier=dossier, section=section, watched_on=today, state=BatchState.OPEN)
        if batch := found.select_related("dossier__classification", "item").first():
            return batch
        try:
            with transaction.atomic():
                batch = open_batch(dossier=dossier, section=section, acting_user=acting_user)
                ScanBatch.objects.filter(pk=batch.pk).update(watched_on=today)
                batch.watched_on = today
                return batch
        except IntegrityError:  # another process opened it between the two lines
            continue
    raise Refusal(_("The batch of the day could not be opened."), _("Try again in a minute."))
