"""A12: puts an entry of a closed volume right by a recorded decision; the old version stays readable."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import Refusal, require
from dms.holdings.models import Item
from dms.holdings.selectors import decide_item
from dms.holdings.services import change_item
from dms.journal.services import record
from dms.organisation.models import User

from .rights import dossier_to_decide_on, reasoned

# What may be put right without cutting the volume anew.
CORRECTABLE = frozenset({"title", "issuer", "issue_number", "remarks", "copies"})


def correct_item(*, item: Item, changes: Mapping[str, Any], reason: str, acting_user: User) -> Item:
    """A12: correct the entry of an item bound in a closed volume; place, year and code stay as they are.

    Raise NotAllowed; Refusal for what would move the item: for that the volume is opened again.
    """
    why = reasoned(reason)
    if set(changes) - CORRECTABLE:
        raise Refusal(
            _("Only title, issuer, issue number, copies and remarks are corrected in a closed volume."),
            _("Have the volume opened again for anything else."),
        )
    with transaction.atomic():
        dossier_to_decide_on(item.dossier_id, acting_user)
        locked = (
            Item.objects.select_for_update(of=("self",))
            .select_related("dossier__classification", "classification")
            .get(pk=item.pk)
        )
        require(decide_item(acting_user, Act.WORK, locked))
        if not locked.is_frozen:
            raise Refusal(_("This item's volume is not closed."), _("Change the entry itself."))
        Item.objects.filter(pk=locked.pk).update(frozen_at=None)
        changed = change_item(item=locked, changes=changes, reason=why, acting_user=acting_user)
        Item.objects.filter(pk=locked.pk).update(frozen_at=clock.now())
        record("item.corrected", by=acting_user, thing=locked, facts={"changed": sorted(changes), "reason": why})
    changed.refresh_from_db()
    return changed
