"""Gathers the facts that the policy asks for. Reads only."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from dms.core import clock
from dms.organisation.models import Department, PostKind, User

from .models import ORDINARY, PersonClearance, SecurityClass
from .policy import UserFacts

LEADERS = frozenset({PostKind.CHAIRMAN, PostKind.GENERAL_MANAGER, PostKind.VICE_GENERAL_MANAGER, PostKind.DIRECTOR})
NOBODY = UserFacts(user_id=0, active=False)


def facts_of(user: User | AnonymousUser | Any) -> UserFacts:
    """Return what the policy must know of `user` now; kept on the user object for the day it was read."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    day = clock.today()
    cached = user.__dict__.get("_user_facts")
    if cached and cached[0] == day:
        return cached[1]
    posts = user.posts_on(day)
    by_kind = lambda kind: [post for post in posts if post.kind == kind]  # noqa: E731
    facts = UserFacts(
        user_id=user.pk,
        member_of=frozenset(post.department_id for post in by_kind(PostKind.STAFF) if post.department_id),
        heads=_with_branches(frozenset(p.department_id for p in by_kind(PostKind.DEPARTMENT_HEAD) if p.department_id)),
        archivist_of=frozenset(post.fonds_id for post in by_kind(PostKind.ARCHIVIST)),
        leads=frozenset(post.fonds_id for post in posts if post.kind in LEADERS),
        clearance_rank=_clearance_rank(user),
    )
    user.__dict__["_user_facts"] = (day, facts)
    return facts


def _with_branches(departments: frozenset[int]) -> frozenset[int]:
    """A head answers for the departments below, too."""
    known, edge = set(departments), set(departments)
    while edge:
        edge = set(Department.objects.filter(parent__in=edge).values_list("pk", flat=True)) - known
        known |= edge
    return frozenset(known)


def _clearance_rank(user: User) -> int:
    clearance = PersonClearance.objects.filter(person=user).select_related("security_class").first()
    if clearance is None or (clearance.valid_until and clearance.valid_until < clock.today()):
        return ORDINARY
    return clearance.security_class.rank


def classes_up_to(rank: int) -> list[int]:
    """Return the primary keys of the classifications whose rank is at most `rank`."""
    return [pk for pk, its_rank in SecurityClass.objects.values_list("pk", "rank") if its_rank <= rank]
