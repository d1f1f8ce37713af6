"""Relations and proposals between items that somebody may read; one to a hidden item is left out as if it were not."""

from typing import Any

from django.db.models import Q, QuerySet

from dms.clearance.policy import Act
from dms.holdings.models import Dossier, Item
from dms.holdings.selectors import items_of_dossier, items_visible_to

from ..models import ItemRelation, ProposalState, RelationProposal


def relations_of(user: Any, item: Item) -> list[ItemRelation]:
    """Return what an item is to others of its dossier, and they to it, by when it was made."""
    readable = items_of_dossier(user, Act.READ, item.dossier).values("pk")
    found = ItemRelation.objects.filter(Q(item=item) | Q(other=item), item__in=readable, other__in=readable)
    return list(found.select_related("item", "other").order_by("pk"))


def proposals_to_decide(user: Any, dossier: Dossier) -> list[RelationProposal]:
    """Return the proposals of a dossier that wait to be decided, by the item's entry number."""
    readable = items_of_dossier(user, Act.READ, dossier).values("pk")
    found = RelationProposal.objects.filter(
        state=ProposalState.OPEN, item__dossier=dossier, item__in=readable, other__in=readable
    )
    return list(found.select_related("item", "other").order_by("item__entry_number", "pk"))


def proposals_visible_to(user: Any) -> QuerySet[RelationProposal]:
    """Return the proposals that wait to be decided between items on which `user` may work, by dossier and item."""
    workable = items_visible_to(user, Act.WORK).values("pk")
    found = RelationProposal.objects.filter(state=ProposalState.OPEN, item__in=workable, other__in=workable)
    return found.select_related("item__dossier", "other").order_by("item__dossier__number", "item__entry_number", "pk")
