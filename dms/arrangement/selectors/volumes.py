"""Volumes that somebody may know of: each has the highest classification of what is in it, so nothing leaks."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from dms.clearance.policy import Act, ThingFacts, branches, decide
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotFound, require
from dms.core.refusals import Answer, Denied
from dms.holdings.models import Dossier
from dms.holdings.selectors import DOSSIER_RELATED, branch_q, facts_of_dossier, items_of_dossier

from ..models import Binding, Volume

RELATED = ("retention", "classification", "closed_by", "checked_by", *(f"dossier__{name}" for name in DOSSIER_RELATED))


def facts_of_volume(volume: Volume, user_id: int) -> ThingFacts:
    """Return what the policy must know of a volume: its dossier's facts under the highest classification in it.

    A paper may have been classified higher since the volume was arranged: what it has today counts as well.
    """
    facts = facts_of_dossier(volume.dossier, user_id)
    today = Binding.objects.filter(volume=volume).aggregate(rank=Max("item__classification__rank"))["rank"]
    return replace(facts, rank=max(facts.rank, volume.rank, today or 0))


def decide_volume(user: Any, act: Act, volume: Volume) -> Answer:
    """Return the policy's answer for this user, act and volume, now."""
    facts = facts_of(user)
    return decide(facts, act, facts_of_volume(volume, facts.user_id))


def ways_to(user: Any, act: Act) -> list[Q]:
    """Return one condition on volumes for each way by which `user` may do `act` now."""
    facts, at = facts_of(user), clock.now()
    ways = []
    for way in branches(facts, act):
        rank = Q() if way.max_rank is None else Q(rank__lte=way.max_rank) & Q(~Exists(_classified_above(way.max_rank)))
        ways.append(branch_q(way, facts.user_id, at, path="dossier__") & rank)
    return ways


def _classified_above(rank: int) -> QuerySet[Binding]:
    """Return what in a volume is classified higher by now, whatever it was when the volume was arranged."""
    return Binding.objects.filter(volume=OuterRef("pk"), item__classification__rank__gt=rank)


def volumes_visible_to(user: Any, act: Act) -> QuerySet[Volume]:
    """Return the volumes on which `user` may do `act` now: the queryset twin of `decide_volume`."""
    ways = [Volume.objects.filter(way).order_by().values("pk") for way in ways_to(user, act)]
    if not ways:
        return Volume.objects.none()
    return Volume.objects.filter(pk__in=ways[0].union(*ways[1:]) if len(ways) > 1 else ways[0])


def volumes_of_dossier(user: Any, act: Act, dossier: Dossier) -> QuerySet[Volume]:
    """Return the volumes of one dossier on which `user` may do `act`, in order."""
    ways = ways_to(user, act)
    allowed = reduce(or_, ways) if ways else Q(pk__in=[])
    return Volume.objects.filter(allowed, dossier=dossier).select_related(*RELATED).in_order()


def spines_of(user: Any, dossier: Dossier) -> QuerySet[Volume]:
    """Return the volumes of a dossier that `user` may read, each with `items`, how many numbered items it has."""
    return volumes_of_dossier(user, Act.READ, dossier).annotate(items=Count("bindings__number"))


def unbound_items(user: Any, dossier: Dossier) -> int:
    """Return how many papers of a dossier that `user` may read lie in no volume yet."""
    return items_of_dossier(user, Act.READ, dossier).filter(binding__isnull=True).count()


def get_volume_for(user: Any, public_id: str, act: Act) -> Volume:
    """Return the volume, or raise NotFound (absent or hidden) or NotAllowed (known, but not for this act)."""
    volume = Volume.objects.select_related(*RELATED).filter(public_id=public_id).first()
    if volume is None:
        raise NotFound
    answer = decide_volume(user, act, volume)
    if isinstance(answer, Denied) and answer.code == "not_found":
        raise NotFound
    require(answer)
    return volume


def bindings_of(volumes: Iterable[Volume]) -> QuerySet[Binding]:
    """Return what is bound in `volumes`, in order; the caller has asked for the right to read them."""
    related = ("item", "item__section", "item__document_type", "because_of", "under")
    return Binding.objects.filter(volume__in=list(volumes)).select_related(*related).order_by("volume", "order")
