"""What an operation says of itself beyond its shapes: an example, how it may be repeated. Declares; does nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def repeatable(function: Function) -> Function:
    """Mark a writing operation that is long, or destroys keys, and is safe to be done again after it was killed.

    Others run with their idempotency key in one transaction; this one runs outside any, and its answer is kept after.
    """
    function.repeatable = True  # type: ignore[attr-defined]
    return function


def never_kept(function: Function) -> Function:
    """Mark an operation whose answer opens what is sealed: it is not kept, whatever the caller asks for."""
    function.never_kept = True  # type: ignore[attr-defined]
    return function


def shown(example: Any, *, sent: Any = None, status: int = 200) -> dict[str, Any]:
    """Return the examples of an operation for the published document: what is `sent`, and what comes back."""
    extra: dict[str, Any] = {"responses": {status: {"content": {"application/json": {"example": example}}}}}
    if sent is not None:
        extra["requestBody"] = {"content": {"application/json": {"example": sent}}}
    return extra


def binary(*media_types: str, description: str) -> dict[str, Any]:
    """Return the description of an operation that answers with a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {"responses": {200: {"description": description, "content": content}}}
