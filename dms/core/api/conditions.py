"""Versions as entity tags: a change names the version it was made from, so that nobody overwrites unseen (RFC 9110)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal


class VersionMissing(Refusal):
    """A change was sent without the version it was made from."""

    code = "version_missing"
    status = 428

    def __init__(self) -> None:
        super().__init__(
            _("The change does not say which version it was made from."),
            _("Read the thing, and send its ETag as If-Match with the change."),
        )


class ChangedMeanwhile(Refusal):
    """Somebody else changed the thing; `changes` lists what changed since, newest last."""

    code = "changed_meanwhile"
    status = 412

    def __init__(self, changes: list[dict[str, Any]]) -> None:
        super().__init__(
            _("Somebody changed this in the meantime."), _("Look at the present values and make your change again.")
        )
        self.carried = {"changes": changes}


def tag_of(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"v{version}"'


def tagged(response: HttpResponse, version: int) -> None:
    """Say in the answer which version it shows."""
    response["ETag"] = tag_of(version)


def expected_version(request: HttpRequest) -> int | None:
    """Return the version that If-Match names, None for `*`, -1 for what is no version; raise VersionMissing."""
    tags = parse_etags(request.headers.get("If-Match", ""))
    if not tags:
        raise VersionMissing
    if tags == ["*"]:
        return None
    numbers = [tag[2:-1] for tag in tags if tag.startswith('"v') and tag[2:-1].isdecimal() and len(tag) < 13]
    return int(numbers[0]) if numbers else -1
