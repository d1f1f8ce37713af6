"""What stands behind a decision on one item: what was decided already, what it can be set behind, who approves."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from dms.clearance.policy import Act
from dms.core import clock
from dms.holdings.models import Item
from dms.holdings.selectors import items_of_dossier
from dms.organisation.models import PostHolding, PostKind, User

from ..models import Binding, ClassJoin, FilingYearOverride, HandSetPosition
from ..policy.groups import gathered
from ..policy.papers import Paper
from .papers import ties_of

# A7: the posts that approve another filing year than the rule's.
APPROVERS = (
    PostKind.CHAIRMAN,
    PostKind.GENERAL_MANAGER,
    PostKind.VICE_GENERAL_MANAGER,
    PostKind.DIRECTOR,
    PostKind.DEPARTMENT_HEAD,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one item; None where the rule holds."""

    year: FilingYearOverride | None
    position: HandSetPosition | None
    join: ClassJoin | None


def decided_on(item: Item) -> Decided:
    """Return the decisions on an item; the caller has asked for the right to work on it."""
    year = FilingYearOverride.objects.select_related("decided_by", "approved_by").filter(item=item).first()
    position = HandSetPosition.objects.select_related("decided_by", "behind").filter(item=item).first()
    join = ClassJoin.objects.select_related("decided_by", "classification").filter(item=item).first()
    return Decided(year, position, join)


def binding_of(item: Item) -> Binding | None:
    """Return where an item lies, None where it was not arranged yet."""
    return Binding.objects.select_related("volume__retention", "because_of", "under").filter(item=item).first()


def beside_in_volume(user: Any, item: Item) -> list[Item]:
    """A8: return the items behind which this one can be set: of its volume, numbered, outside its own group, in order.

    Only those that `user` may work on.
    """
    binding = binding_of(item)
    if binding is None:
        return []
    workable = items_of_dossier(user, Act.WORK, item.dossier).values("pk")
    rows = Binding.objects.filter(volume=binding.volume, number__isnull=False, item__in=workable)
    own = group_of(item)
    return [row.item for row in rows.select_related("item").order_by("order") if row.item_id not in own]


def group_of(item: Item) -> set[int]:
    """A8: return the keys of all that belongs together with an item, itself included."""
    ties = list(ties_of(item.dossier))
    keys = {item.pk, *(key for tie in ties for key in (tie.item, tie.other))}
    groups = gathered({key: Paper(key, entry=key) for key in keys}, ties).groups
    return {row.key for group in groups for row in group.rows if any(one.key == item.pk for one in group.rows)}


def approvers_for(fonds_id: int, user: User) -> QuerySet[User]:
    """A7: return who may approve a decision of `user` today."""
    holdings = PostHolding.objects.in_force(clock.today()).filter(post__fonds=fonds_id, post__kind__in=APPROVERS)
    people = User.objects.filter(is_active=True, pk__in=holdings.values("person"))
    return people.exclude(pk=user.pk).order_by("username")
