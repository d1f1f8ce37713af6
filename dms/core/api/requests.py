"""The request as operations get it: somebody is always signed in, for the door has asked."""

from typing import Any

from django.http import HttpRequest


class Call(HttpRequest):
    """A request that has passed the door. `user` is a person; `token` the token they came by, None with a session."""

    user: Any  # type: ignore[assignment]
    token: Any
