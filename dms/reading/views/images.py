"""The image and the thumbnail of a page, streamed from the vault to whoever may read it, and kept by nobody."""

from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from dms.clearance.policy import Act
from dms.core.errors import NotFound
from dms.holdings.selectors import get_page_for
from dms.vault.models import StoredFile

from ..services import open_page_image, open_thumbnail


@require_GET
@cache_control(private=True, no_store=True)
def page_image(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stream the whole page as JPEG; `?capture=n` asks for a former image of it. One line in the journal each time."""
    page = get_page_for(request.user, public_id, Act.READ)
    opened = open_page_image(page=page, version=_version(request), acting_user=request.user)  # type: ignore[arg-type]
    return _jpeg(*opened, name="page.jpg")


@require_GET
@cache_control(private=True, no_store=True)
def page_thumbnail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stream the thumbnail. Under the right to read like the page itself, but not journalled: it comes in lists."""
    page = get_page_for(request.user, public_id, Act.READ)
    return _jpeg(*open_thumbnail(page=page), name="thumbnail.jpg")


def _version(request: HttpRequest) -> int | None:
    given = request.GET.get("capture")
    if given is None:
        return None
    # Six digits: what is longer is no version, and no database would take it.
    if not (given.isascii() and given.isdigit() and len(given) <= 6):
        raise NotFound
    return int(given)


def _jpeg(stream: BinaryIO, stored: StoredFile, *, name: str) -> FileResponse:
    response = FileResponse(stream, filename=name, content_type="image/jpeg")
    response["Content-Length"] = stored.size
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
