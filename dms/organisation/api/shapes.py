"""What both parts of this API show of posts. Knows no right."""

from typing import Any

from dms.core.api.shapes import Coded, Shown, coded, coded_or_none

from ..models import Post


class ShownPost(Shown):
    """A post (岗位): of a department, or of the whole fonds."""

    kind: str
    name: str
    fonds: Coded
    department: Coded | None


def post_shown(post: Post) -> dict[str, Any]:
    """Return a post (fetched with fonds and department), as `ShownPost`."""
    return {
        "kind": post.kind,
        "name": post.get_kind_display(),
        "fonds": coded(post.fonds),
        "department": coded_or_none(post.department),
    }
