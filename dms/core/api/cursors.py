"""Opaque places in a list: signed, so that none but ours is taken; no integer key of the database stands in them."""

from typing import Any

from django.core import signing
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal

SALT = "juanzong.api.cursor"


class NoSuchPlace(Refusal):
    """`after` is no cursor of this list."""

    code = "bad_cursor"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("This is no place in the list."), _("Begin at the beginning, without “after”."))


def place(of: str, *values: Any) -> str:
    """Return the cursor that stands for `values` (what JSON can say) in the list `of`."""
    return signing.dumps([of, *values], salt=SALT)


def values_of(cursor: str, of: str) -> list[Any] | None:
    """Return the values of a cursor of the list `of`, None for an empty one; raise NoSuchPlace for any other word."""
    if not cursor:
        return None
    try:
        name, *values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NoSuchPlace from None
    if name != of:
        raise NoSuchPlace
    return values
