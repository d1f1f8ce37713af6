"""Reads of the holdings that know rights. Views, API and the rooms above fetch records here and nowhere else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from dms.clearance.models import ORDINARY
from dms.clearance.policy import Act, Branch, ThingFacts, branches, decide
from dms.clearance.selectors import classes_up_to, facts_of
from dms.core import clock
from dms.core.errors import NotFound, require
from dms.core.refusals import Answer, Denied
from dms.journal.models import JournalEntry
from dms.organisation.models import PostHolding, User

from .models import Dossier, DossierGrant, Item, ItemState, Page

# Which column of a grant allows which act; knowing of a thing comes with any grant on it.
GRANT_COLUMN = {Act.READ: "may_read", Act.PRINT: "may_print", Act.DOWNLOAD: "may_download"}


def grants_for(user_id: int, act: Act, at: datetime) -> QuerySet[DossierGrant]:
    """Return the grants by which this reader may do `act` at the moment `at`."""
    grants: QuerySet[DossierGrant] = DossierGrant.objects.in_force(at).filter(reader_id=user_id)
    column = GRANT_COLUMN.get(act)
    return grants.filter(**{column: True}) if column else grants


def branch_q(branch: Branch, user_id: int, at: datetime, *, path: str = "", item_path: str | None = None) -> Q:
    """Return `branch` as a condition on a dossier reached by `path` ("" on Dossier, "dossier__" on Item …).

    `item_path` names where the item's own classification stands ("" on Item, "item__" on Page); None on dossiers.
    """
    condition = Q() if branch.sealed_too else Q(**{f"{path}sealed_at__isnull": True})
    if branch.fonds is not None:
        condition &= Q(**{f"{path}fonds__in": sorted(branch.fonds)})
    if branch.departments is not None:
        condition &= Q(**{f"{path}department__in": sorted(branch.departments)})
    if branch.responsible is not None:
        condition &= Q(**{f"{path}responsible": branch.responsible})
    if branch.level is not None:
        condition &= Q(**{f"{path}level": branch.level})
    if branch.granted is not None:
        granted = grants_for(user_id, branch.granted, at).values("dossier")
        condition &= Q(**{f"{path}pk__in": granted})
    if branch.max_rank is not None:
        classes = classes_up_to(branch.max_rank)
        condition &= Q(**{f"{path}classification__in": classes})
        if item_path is not None:
            own = f"{item_path}classification"
            condition &= Q(**{f"{own}__isnull": True}) | Q(**{f"{own}__in": classes})
    return condition


def visible_branches(user: Any, act: Act, *, path: str = "", item_path: str | None = None) -> list[Q]:
    """Return one condition for each way by which `user` may do `act`; each can use an index of its own."""
    facts, at = facts_of(user), clock.now()
    return [branch_q(way, facts.user_id, at, path=path, item_path=item_path) for way in branches(facts, act)]


def _union(model: Any, conditions: list[Q]) -> QuerySet[Any]:
    """Return the rows that meet any condition, as a UNION of branches and never a chain of ORs."""
    if not conditions:
        return model.objects.none()
    ways = [model.objects.filter(condition).order_by().values("pk") for condition in conditions]
    return model.objects.filter(pk__in=ways[0].union(*ways[1:]) if len(ways) > 1 else ways[0])


def visible_among(user: Any, act: Act, few: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Return those of `few` on which `user` may do `act`: for a page or a selection, found by its own condition.

    An OR of the branches, which is right only where `few` is small: there the rows are looked up first, whereas the
    UNION of `dossiers_visible_to` would be made for the whole holdings.
    """
    return few.filter(_any_of(visible_branches(user, act)))


def may_anywhere(user: Any, act: Act) -> bool:
    """Return whether there is any dossier on which `user` may do `act`: one indexed look for each branch."""
    return any(Dossier.objects.filter(way).exists() for way in visible_branches(user, act))


def items_of_dossier(user: Any, act: Act, dossier: Dossier) -> QuerySet[Item]:
    """Return the items of one dossier on which `user` may do `act`; withdrawn ones are left out."""
    ways = visible_branches(user, act, path="dossier__", item_path="")
    return Item.objects.filter(_any_of(ways), dossier=dossier).exclude(state=ItemState.WITHDRAWN)


def any_way(user: Any, act: Act, *, path: str = "", item_path: str | None = None) -> Q:
    """Return the right as one condition, to be looked at row by row on what another index found (see `branch_q`)."""
    return _any_of(visible_branches(user, act, path=path, item_path=item_path))


def _any_of(conditions: list[Q]) -> Q:
    return reduce(or_, conditions) if conditions else Q(pk__in=[])


def dossiers_visible_to(user: Any, act: Act) -> QuerySet[Dossier]:
    """Return the dossiers on which `user` may do `act` now: the queryset twin of `decide()`."""
    return _union(Dossier, visible_branches(user, act))


def items_visible_to(user: Any, act: Act) -> QuerySet[Item]:
    """Return the items on which `user` may do `act` now; withdrawn ones are left out."""
    ways = visible_branches(user, act, path="dossier__", item_path="")
    return _union(Item, ways).exclude(state=ItemState.WITHDRAWN)


def pages_visible_to(user: Any, act: Act) -> QuerySet[Page]:
    """Return the pages of the items on which `user` may do `act` now."""
    ways = visible_branches(user, act, path="item__dossier__", item_path="item__")
    return _union(Page, ways).exclude(item__state=ItemState.WITHDRAWN)


def facts_of_dossier(dossier: Dossier, user_id: int) -> ThingFacts:
    """Return what the policy must know of a dossier, with what was granted to this reader on it."""
    return ThingFacts(
        fonds_id=dossier.fonds_id,
        department_id=dossier.department_id,
        rank=dossier.classification.rank,
        level=dossier.level,
        responsible_id=dossier.responsible_id,
        sealed=dossier.sealed_at is not None,
        granted=_granted(dossier.pk, user_id),
    )


def facts_of_item(item: Item, user_id: int) -> ThingFacts:
    """Return what the policy must know of an item: its dossier's facts under the higher classification."""
    facts = facts_of_dossier(item.dossier, user_id)
    own = item.classification.rank if item.classification else ORDINARY
    return replace(facts, rank=max(facts.rank, own))


def _granted(dossier_id: int, user_id: int) -> frozenset[Act]:
    acts: set[Act] = set()
    for grant in DossierGrant.objects.in_force(clock.now()).filter(reader_id=user_id, dossier_id=dossier_id):
        acts.add(Act.KNOW)
        acts.update(act for act, column in GRANT_COLUMN.items() if getattr(grant, column))
    return frozenset(acts)


def rights_on(user: Any, dossier: Dossier) -> dict[Act, Answer]:
    """Return the policy's answer for every act on one dossier, from facts read once."""
    facts = facts_of(user)
    thing = facts_of_dossier(dossier, facts.user_id)
    return {act: decide(facts, act, thing) for act in Act}


def decide_dossier(user: Any, act: Act, dossier: Dossier) -> Answer:
    """Return the policy's answer for this user, act and dossier, now."""
    facts = facts_of(user)
    return decide(facts, act, facts_of_dossier(dossier, facts.user_id))


def decide_item(user: Any, act: Act, item: Item) -> Answer:
    """Return the policy's answer for this user, act and item, now."""
    facts = facts_of(user)
    return decide(facts, act, facts_of_item(item, facts.user_id))


def _answer_or_refuse(answer: Answer) -> None:
    """Missing and forbidden are one answer; only what one may know of is refused with a reason."""
    if isinstance(answer, Denied) and answer.code == "not_found":
        raise NotFound
    require(answer)


def get_dossier_for(user: Any, public_id: str, act: Act) -> Dossier:
    """Return the dossier, or raise NotFound (absent or hidden) or NotAllowed (known, but not for this act)."""
    dossier = Dossier.objects.select_related(*DOSSIER_RELATED).filter(public_id=public_id).first()
    if dossier is None:
        raise NotFound
    _answer_or_refuse(decide_dossier(user, act, dossier))
    return dossier


def get_dossier_by_number(user: Any, number: str, act: Act) -> Dossier:
    """Return the dossier of that number which `user` may see, in any fonds; raise as `get_dossier_for`."""
    for dossier in Dossier.objects.select_related(*DOSSIER_RELATED).filter(number=number.strip()):
        answer = decide_dossier(user, act, dossier)
        if not (isinstance(answer, Denied) and answer.code == "not_found"):
            require(answer)
            return dossier
    raise NotFound


def get_item_for(user: Any, public_id: str, act: Act) -> Item:
    """Return the item, or raise NotFound or NotAllowed."""
    item = (
        Item.objects.select_related(
            "section", "classification", "document_type", *(f"dossier__{name}" for name in DOSSIER_RELATED)
        )
        .filter(public_id=public_id)
        .first()
    )
    if item is None or item.state == ItemState.WITHDRAWN:
        raise NotFound
    _answer_or_refuse(decide_item(user, act, item))
    return item


def get_page_for(user: Any, public_id: str, act: Act) -> Page:
    """Return the page with its item and dossier, or raise NotFound or NotAllowed."""
    related = ("item__section", "item__classification", *(f"item__dossier__{name}" for name in DOSSIER_RELATED))
    page = Page.objects.select_related(*related).filter(public_id=public_id).first()
    if page is None or page.item.state == ItemState.WITHDRAWN:
        raise NotFound
    _answer_or_refuse(decide_item(user, act, page.item))
    return page


def fonds_of(user: Any) -> frozenset[int]:
    """Return the fonds in which `user` holds a post today: whose kinds, series and people choosers may name."""
    return frozenset(post.fonds_id for post in user.posts_on(clock.today()))


def people_of(fonds: Iterable[int]) -> QuerySet[User]:
    """Return the active people who hold a post in one of `fonds` today: those who can be responsible."""
    holdings = PostHolding.objects.in_force(clock.today()).filter(post__fonds__in=list(fonds))
    return User.objects.filter(is_active=True, pk__in=holdings.values("person")).order_by("username")


def may_see_use(user: Any, dossier: Dossier) -> bool:
    """C6: who looked is for the archivists of the fonds and for auditors who may read the dossier anyway."""
    return dossier.fonds_id in facts_of(user).archivist_of or user.holds("auditor")


def looks_at(dossier: Dossier, *, before: int | None, limit: int) -> list[JournalEntry]:
    """C6: return the journal's lines on a dossier, its items and its pages, newest first, older than entry `before`."""
    own = JournalEntry.objects.filter(thing_type="holdings.dossier", thing_id=dossier.public_id)
    items = Item.objects.filter(dossier=dossier).values("public_id")
    pages = Page.objects.filter(item__dossier=dossier).values("public_id")
    found: list[JournalEntry] = []
    for lines in (
        own,
        JournalEntry.objects.filter(thing_type="holdings.item", thing_id__in=items),
        JournalEntry.objects.filter(thing_type="holdings.page", thing_id__in=pages),
    ):
        older = lines if before is None else lines.filter(pk__lt=before)
        found += older.order_by("-pk")[:limit]
    return sorted(found, key=lambda line: -line.pk)[:limit]


DOSSIER_RELATED = ("fonds", "series", "kind", "department", "classification", "responsible")
