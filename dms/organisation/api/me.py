"""The API about oneself: who one is, what one may do, one's own tokens. Tokens are made on the screen, never here."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router

from dms.core import clock
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Id, Portion, Shown

from ..models import ApiToken, Post, PostKind
from ..selectors import get_token_for, tokens_of
from ..tokens import revoke_token
from .shapes import ShownPost, post_shown

router = Router(tags=["Me"])


class ShownToken(Shown):
    """A token, without what it is: that was shown once."""

    id: Id
    name: str
    hint: str
    may_write: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: Literal["valid", "expired", "revoked"]


class Me(Shown):
    """Who calls, by virtue of which posts, and by which token (null: signed in by session)."""

    id: Id
    username: str
    name: str
    posts: list[ShownPost]
    administers: bool
    audits: bool
    opens_dossiers_of: list[str]
    token: ShownToken | None


_TOKEN = {
    "id": "k3m9x2p7q4w8ra",
    "name": "Scanner on the first floor",
    "hint": "juanzong_x7Qa",
    "may_write": True,
    "created_at": "2026-11-24T01:00:00Z",
    "expires_at": "2027-02-22T16:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
    "state": "valid",
}
_ME = {
    "id": "b7t2n9f4k8m3qz",
    "username": "archivist",
    "name": "白洁",
    "posts": [
        {
            "kind": "archivist",
            "name": "档案员",
            "fonds": {"code": "WY", "name": "海棠物业"},
            "department": None,
        }
    ],
    "administers": False,
    "audits": False,
    "opens_dossiers_of": ["WY"],
    "token": _TOKEN,
}


@router.get("/me", response=Me, openapi_extra=shown(_ME))
def get_me(request: Call) -> Me:
    """Say who calls: the person, today's posts, and the token the call came by.

    `opens_dossiers_of` lists the fonds in which the person opens dossiers.
    """
    user = request.user
    posts = _posts(user)
    return Me(
        id=user.public_id,
        username=user.username,
        name=str(user),
        posts=[ShownPost(**post_shown(post)) for post in posts],
        administers=user.holds(PostKind.ADMINISTRATOR),
        audits=user.holds(PostKind.AUDITOR),
        opens_dossiers_of=sorted({post.fonds.code for post in posts if post.kind == PostKind.ARCHIVIST}),
        token=None if request.token is None else _shown(request.token),
    )


@router.get("/me/tokens", response=Portion[ShownToken], openapi_extra=shown({"items": [_TOKEN], "next": None}))
def list_my_tokens(request: Call) -> Portion[ShownToken]:
    """List one's own tokens, newest first, revoked and expired ones too. They are made on the screen *API tokens*."""
    return Portion[ShownToken](items=[_shown(token) for token in tokens_of(request.user)], next=None)


@router.delete("/me/tokens/{slug:token_id}", response={204: None})
def revoke_my_token(request: Call, token_id: str) -> HttpResponse:
    """Revoke one of one's own tokens for good, also the one the call comes by. Administrators revoke anybody's."""
    revoke_token(token=get_token_for(request.user, token_id), acting_user=request.user)
    return HttpResponse(status=204)


def _posts(user: Any) -> list[Post]:
    found: list[Post] = user.posts_on(clock.today())
    return found


def _shown(token: ApiToken) -> ShownToken:
    return ShownToken(
        id=token.public_id,
        name=token.name,
        hint=token.hint,
        may_write=token.may_write,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        state=token.state,
    )
