"""Reads of people and posts."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from dms.core import clock
from dms.core.errors import NotFound, require

from .models import Post, PostHolding, PostKind, User
from .policy import may_administer


def require_administrator(user: Any) -> None:
    """Raise NotAllowed unless `user` holds the administrator's post today."""
    holds = isinstance(user, User) and user.holds(PostKind.ADMINISTRATOR)
    require(may_administer(holds_the_post=holds, active=bool(getattr(user, "is_active", False))))


def people(*, words: str = "", closed: bool = False) -> QuerySet[User]:
    """Return people by sign-in name with today's holdings prefetched; `words` matches name and sign-in name."""
    today = (
        PostHolding.objects.in_force(clock.today())
        .select_related("post__department", "post__fonds")
        .order_by("post__kind")
    )
    found = User.objects.filter(closed_at__isnull=not closed).prefetch_related(
        Prefetch("holdings", queryset=today, to_attr="holdings_today")
    )
    if words:
        found = found.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    return found.order_by("username")


def get_person(public_id: str) -> User:
    """Return the person, or raise NotFound."""
    person = User.objects.filter(public_id=public_id).first()
    if person is None:
        raise NotFound
    return person


def holders_of(kind: str, *, fonds_id: int, department_id: int | None = None) -> QuerySet[User]:
    """Return who holds the post of `kind` today, in the fonds or the department."""
    posts = Post.objects.filter(kind=kind, fonds=fonds_id)
    if department_id is not None:
        posts = posts.filter(department=department_id)
    holdings = PostHolding.objects.in_force(clock.today()).filter(post__in=posts)
    return User.objects.filter(is_active=True, pk__in=holdings.values("person"))
