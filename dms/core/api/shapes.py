"""Shapes that every room uses: what is sent and what is shown, text that any database takes, portions of a list."""

from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

LARGEST = 2**31 - 1
Row = TypeVar("Row")


def _sayable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the character NUL is not allowed")
    return text


Text = Annotated[str, AfterValidator(_sayable), Field(pattern=r"^[^\x00]*$")]
Line = Annotated[str, AfterValidator(_sayable), Field(max_length=300, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(description="Public id: 14 characters.", examples=["k3m9x2p7q4w8ra"])]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1, le=LARGEST)]


class Given(Schema):
    """What a caller sends. A field that does not exist is refused: a slip of the pen must not be passed over."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Shown(Schema):
    """What a caller gets."""


class Coded(Shown):
    """A thing of the configuration: its code, and its name in the reader's language."""

    code: str
    name: str


class Portion(Shown, Generic[Row]):
    """A portion of a list; `next` goes on where it ended, and is null at the end."""

    items: list[Row]
    next: str | None = Field(None, description="Send it as `after` to go on; null at the end.")


class Page(Given):
    """How much of a list is asked for, and from where."""

    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    after: str = Field("", max_length=600, description="The `next` of the portion before.")


def coded(thing: Any) -> Coded:
    """Return code and name of a configured thing."""
    return Coded(code=thing.code, name=str(thing))


def coded_or_none(thing: Model | None) -> Coded | None:
    """Return code and name, None where there is nothing."""
    return None if thing is None else coded(thing)
