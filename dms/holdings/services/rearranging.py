"""Takes pages out of an item into one of their own: rows change, no file moves, nothing is lost (A10 A12)."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal, require
from dms.journal.services import record
from dms.organisation.models import User

from ..models import Item, ItemState, Page
from ..selectors import decide_item
from .items import create_item


def take_out_pages(*, item: Item, pages: Iterable[Page], title: str, acting_user: User) -> Item:
    """A10: move `pages` (in their order) of an unfiled item into a new one of the same dossier; positions close up.

    Raise NotAllowed, or Refusal where the item is filed or a page is not its own.
    """
    wanted = [page.pk for page in pages]
    with transaction.atomic():
        locked = Item.objects.select_for_update(of=("self",)).select_related("dossier", "section").get(pk=item.pk)
        require(decide_item(acting_user, Act.WORK, locked))
        if locked.state != ItemState.INTAKE:
            raise Refusal(_("The pages of a filed item stay together."))
        own = list(Page.objects.select_for_update().filter(item=locked).order_by("position"))
        taken = [page for page in own if page.pk in set(wanted)]
        if len(taken) != len(set(wanted)):
            raise Refusal(_("These pages do not belong to this item."))
        new = create_item(
            dossier=locked.dossier,
            title=title,
            section=locked.section,
            document_date=locked.document_date,
            classification=locked.classification,
            acting_user=acting_user,
        )
        for position, page in enumerate(taken, 1):
            Page.objects.filter(pk=page.pk).update(item=new, position=position)
        # In ascending order each page moves to a place that has just become free.
        for position, page in enumerate((page for page in own if page not in taken), 1):
            Page.objects.filter(pk=page.pk).exclude(position=position).update(position=position)
        record("item.divided", by=acting_user, thing=locked, facts={"pages": len(taken), "into": new.entry_number})
    return new
