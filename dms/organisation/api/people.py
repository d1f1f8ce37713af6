"""People, departments and posts for programs of administrators: read only. Who one is oneself is told in me.py."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router
from pydantic import Field

from dms.core.api.cursors import place, values_of
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Coded, Given, Id, Line, Page, Portion, Shown, coded, coded_or_none

from .. import selectors
from ..models import Department, PostHolding, PostKind, User
from ..selectors import get_person, require_administrator
from .shapes import ShownPost, post_shown

router = Router(tags=["Organisation"])


class Holding(ShownPost):
    """A post held from a day until a day, both included; open-ended without the latter."""

    from_day: date
    until_day: date | None


class ListedPerson(Shown):
    """Somebody who signs in, with the posts held today."""

    id: Id
    username: str
    name: str
    closed_at: datetime | None
    last_login: datetime | None
    posts: list[Holding]


class WholePerson(ListedPerson):
    """A person with every post ever held, the latest first, in place of today's."""

    must_change_password: bool


class HeldBy(Shown):
    """Who holds a post today."""

    id: Id
    username: str
    name: str


class PostWithHolders(ShownPost):
    """A post and who holds it today."""

    holders: list[HeldBy]


class WholeDepartment(Coded):
    """A department, in which fonds, and which one it is part of."""

    fonds: Coded
    part_of: Coded | None


_FONDS = {"code": "WY", "name": "海棠物业"}
_SERVICE = {"code": "KF", "name": "客户服务部"}
_POST = {"kind": "staff", "name": "员工", "fonds": _FONDS, "department": _SERVICE}
_PERSON = {
    "id": "d9w4q3h6n2p5sb",
    "username": "staff1",
    "name": "李四",
    "closed_at": None,
    "last_login": "2026-11-24T01:00:00Z",
    "posts": [{**_POST, "from_day": "2026-01-01", "until_day": None}],
}


class PeopleQuery(Page):
    """Whom to look for."""

    q: Line = Field("", description="Part of the name or the sign-in name.")
    closed: bool = Field(False, description="Closed accounts instead.")


@router.get(
    "/organisation/people", response=Portion[ListedPerson], openapi_extra=shown({"items": [_PERSON], "next": None})
)
def list_everybody(request: Call, asked: Query[PeopleQuery]) -> dict[str, Any]:
    """List everybody who signs in, by sign-in name, with today's posts. For administrators."""
    require_administrator(request.user)
    found = selectors.people(words=asked.q, closed=asked.closed)
    if beside := values_of(asked.after, "everybody"):
        found = found.filter(username__gt=beside[0])
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {
        "items": [_person(row, row.holdings_today) for row in rows],  # type: ignore[attr-defined]
        "next": place("everybody", rows[-1].username) if more else None,
    }


@router.get(
    "/organisation/people/{slug:person_id}",
    response=WholePerson,
    openapi_extra=shown({**_PERSON, "must_change_password": False}),
)
def get_whole_person(request: Call, person_id: str) -> dict[str, Any]:
    """Return a person with every post ever held. For administrators."""
    require_administrator(request.user)
    person = get_person(person_id)
    holdings = person.holdings.select_related("post__department", "post__fonds").order_by("-from_day", "-pk")
    return {**_person(person, list(holdings)), "must_change_password": person.must_change_password}


@router.get(
    "/organisation/departments",
    response=Portion[WholeDepartment],
    openapi_extra=shown({"items": [{**_SERVICE, "fonds": _FONDS, "part_of": None}], "next": None}),
)
def list_all_departments(request: Call) -> dict[str, Any]:
    """List the departments of every fonds. For administrators."""
    require_administrator(request.user)
    found = Department.objects.select_related("fonds", "parent").order_by("fonds__code", "code")
    return {
        "items": [
            {**coded(one).dict(), "fonds": coded(one.fonds), "part_of": coded_or_none(one.parent)} for one in found
        ],
        "next": None,
    }


class PostQuery(Given):
    """Which posts."""

    fonds: Line = Field("", description="Code of a fonds.")
    kind: PostKind | None = None


@router.get(
    "/organisation/posts",
    response=Portion[PostWithHolders],
    openapi_extra=shown(
        {
            "items": [{**_POST, "holders": [{"id": "d9w4q3h6n2p5sb", "username": "staff1", "name": "李四"}]}],
            "next": None,
        }
    ),
)
def list_posts(request: Call, asked: Query[PostQuery]) -> dict[str, Any]:
    """List the posts of every fonds with who holds them today; vacant ones too. For administrators."""
    require_administrator(request.user)
    found = selectors.posts_with_holders(fonds=asked.fonds, kind=asked.kind or "")
    return {
        "items": [
            {**post_shown(post), "holders": [_held_by(one.person) for one in post.holdings_today]}  # type: ignore[attr-defined]
            for post in found
        ],
        "next": None,
    }


def _person(person: User, holdings: list[PostHolding]) -> dict[str, Any]:
    return {
        **_held_by(person),
        "closed_at": person.closed_at,
        "last_login": person.last_login,
        "posts": [
            {**post_shown(holding.post), "from_day": holding.from_day, "until_day": holding.until_day}
            for holding in holdings
        ],
    }


def _held_by(person: User) -> dict[str, str]:
    return {"id": person.public_id, "username": person.username, "name": str(person)}
