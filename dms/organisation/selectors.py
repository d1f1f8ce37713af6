"""Reads of people and posts."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from dms.core import clock
from dms.core.errors import NotFound, require

from .models import ApiToken, Post, PostHolding, PostKind, User
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


def posts_with_holders(*, fonds: str = "", kind: str = "") -> QuerySet[Post]:
    """Return the posts with today's holdings prefetched (`holdings_today`), narrowed by codes; vacant ones too."""
    today = PostHolding.objects.in_force(clock.today()).select_related("person").order_by("person__username")
    found = Post.objects.select_related("fonds", "department").prefetch_related(
        Prefetch("holdings", queryset=today, to_attr="holdings_today")
    )
    if fonds:
        found = found.filter(fonds__code=fonds)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("fonds__code", "kind", "department__code")


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


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """Return the API tokens of one person, newest first; revoked and expired ones stay listed."""
    return ApiToken.objects.filter(person=person).select_related("person", "revoked_by")


def every_token(user: Any, *, words: str = "") -> QuerySet[ApiToken]:
    """Return everybody's API tokens for an administrator, newest first; raise NotAllowed for anybody else."""
    require_administrator(user)
    found = ApiToken.objects.select_related("person", "revoked_by")
    if words:
        named = Q(person__username__icontains=words) | Q(person__display_name__icontains=words)
        found = found.filter(named | Q(name__icontains=words))
    return found


def get_token_for(user: Any, public_id: str) -> ApiToken:
    """Return one's own token, or for an administrator anybody's; raise NotFound."""
    found = ApiToken.objects.select_related("person", "revoked_by").filter(public_id=public_id)
    if not (isinstance(user, User) and user.holds(PostKind.ADMINISTRATOR)):
        found = found.filter(person=user)
    token = found.first()
    if token is None:
        raise NotFound
    return token
