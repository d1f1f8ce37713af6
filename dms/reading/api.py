"""Pages for programs: facts, image, thumbnail, turn; hits, readers and copies of an item. Every look is journalled."""

from datetime import datetime
from typing import Any, Literal

from django.http import FileResponse
from ninja import Query, Router
from pydantic import Field

from dms.arrangement.prints.facts import get_bound_volume_for
from dms.arrangement.prints.responses import language_asked
from dms.clearance.policy import Act
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import binary, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Number, Portion, Shown, Text
from dms.core.errors import NotFound, require
from dms.holdings.models import Page
from dms.holdings.selectors import decide_item, get_item_for, get_page_for
from dms.holdings.services import turn_page
from dms.journal import words
from search.query import parse

from .selectors import capture_of, decide_readers, hits_in_item, looks_at, readings_of
from .services import make_item_pdf, note_item_printed, open_page_image, open_thumbnail
from .volumes import make_volume_pdf

router = Router(tags=["Pages"])
Box = tuple[int, int, int, int]


class ShownCapture(Shown):
    """An image of a page; a rescan is a new one. `turn`: degrees clockwise that make it upright."""

    version: int
    current: bool
    width: int
    height: int
    dpi: int | None
    turn: int
    captured_at: datetime


class ShownReading(Shown):
    """A version of a page's text, without the text."""

    version: int
    current: bool
    kind: Literal["recognised", "text_layer", "corrected"]
    engine: str
    confidence: int | None
    made_at: datetime
    made_by: str = Field(description="Sign-in name of who corrected it.")


class WholePage(Shown):
    """A page: its place, its images, the texts of its present image."""

    id: Id
    item: Id
    dossier: Id
    title: str
    position: int
    side: Literal["front", "back"]
    state: str = Field(description="waiting, recognised, blank or failed.")
    failure: str
    confidence: int | None
    checked_at: datetime | None
    text_version: int
    captures: list[ShownCapture]
    texts: list[ShownReading]
    previous: Id | None
    next: Id | None
    may: dict[str, bool]


_CAPTURE = {
    "version": 1,
    "current": True,
    "width": 2480,
    "height": 3508,
    "dpi": 300,
    "turn": 0,
    "captured_at": "2026-11-24T01:00:00Z",
}
_TEXT = {
    "version": 1,
    "current": True,
    "kind": "recognised",
    "engine": "tesseract",
    "confidence": 96,
    "made_at": "2026-11-24T01:01:00Z",
    "made_by": "",
}
_PAGE = {
    "id": "g3z7t6m9r5s8ve",
    "item": "f2y6s5k8q4r7ud",
    "dossier": "k3m9x2p7q4w8ra",
    "title": "物业服务合同",
    "position": 1,
    "side": "front",
    "state": "recognised",
    "failure": "",
    "confidence": 96,
    "checked_at": None,
    "text_version": 1,
    "captures": [_CAPTURE],
    "texts": [_TEXT],
    "previous": None,
    "next": "n7d3x2r5v9w4zi",
    "may": {"know": True, "read": True, "print": True, "download": True, "work": True},
}


@router.get("/pages/{slug:page_id}", response=WholePage, openapi_extra=shown(_PAGE))
def get_page(request: Call, page_id: str) -> dict[str, Any]:
    """Return the facts of a page, without its image and text: those are looks of their own."""
    return _whole(request.user, get_page_for(request.user, page_id, Act.READ))


def _whole(user: Any, page: Page) -> dict[str, Any]:
    capture = capture_of(page)
    beside = {row.position: row.public_id for row in page.item.pages.filter(
        position__in=(page.position - 1, page.position + 1))}  # fmt: skip
    return {
        "id": page.public_id,
        "item": page.item.public_id,
        "dossier": page.item.dossier.public_id,
        "title": page.item.title,
        **{name: getattr(page, name) for name in
           ("position", "side", "state", "failure", "confidence", "checked_at", "text_version")},
        "captures": [
            {name: getattr(row, name) for name in ("version", "width", "height", "dpi", "turn", "captured_at")}
            | {"current": row.is_current}
            for row in page.captures.order_by("-version")
        ],
        "texts": [
            {name: getattr(row, name) for name in ("version", "kind", "engine", "confidence", "made_at")}
            | {"current": row.is_current, "made_by": row.made_by.username if row.made_by else ""}
            for row in (readings_of(capture) if capture else [])
        ],
        "previous": beside.get(page.position - 1),
        "next": beside.get(page.position + 1),
        "may": {str(act): bool(decide_item(user, act, page.item)) for act in Act},
    }  # fmt: skip


class ImageQuery(Given):
    """Which image of the page."""

    capture: Number | None = Field(None, description="Version of a former image; the present one where left out.")


@router.get("/pages/{slug:page_id}/image", openapi_extra=binary("image/jpeg", description="The whole page"))
def get_page_image(request: Call, page_id: str, asked: Query[ImageQuery]) -> FileResponse:
    """Return the image of a page as JPEG, as it was scanned: turn it by `turn` of its capture. Journalled each time."""
    page = get_page_for(request.user, page_id, Act.READ)
    stream, stored = open_page_image(page=page, version=asked.capture, acting_user=request.user)
    return _jpeg(stream, stored.size)


@router.get("/pages/{slug:page_id}/thumbnail", openapi_extra=binary("image/jpeg", description="The thumbnail"))
def get_page_thumbnail(request: Call, page_id: str) -> FileResponse:
    """Return the thumbnail of a page as JPEG, under the right to read."""
    stream, stored = open_thumbnail(page=get_page_for(request.user, page_id, Act.READ))
    return _jpeg(stream, stored.size)


def _jpeg(stream: Any, size: int) -> FileResponse:
    answer = FileResponse(stream, content_type="image/jpeg")
    answer["Content-Length"] = size
    answer["Content-Security-Policy"] = "default-src 'none'"
    return answer


class Turn(Given):
    """By how much to turn."""

    degrees: Literal[90, 180, 270] = Field(description="Clockwise.")


@router.post("/pages/{slug:page_id}/turn", response=WholePage, openapi_extra=shown(_PAGE, sent={"degrees": 90}))
def turn_page_image(request: Call, page_id: str, data: Turn) -> dict[str, Any]:
    """Turn the present image of a page for everybody; the stored image does not change."""
    page = get_page_for(request.user, page_id, Act.WORK)
    turn_page(page=page, degrees=data.degrees, acting_user=request.user)
    return _whole(request.user, get_page_for(request.user, page_id, Act.WORK))


class HitQuery(Given):
    """What to look for in the item."""

    q: Text = Field(min_length=1, max_length=500, description="As in a search; its field conditions are passed over.")
    after: str = Field("", max_length=600)


class PageHits(Shown):
    """The hits on one page: for each its boxes (x0, y0, x1, y1) in the capture's pixels, one a line it touches."""

    page: Id
    position: int
    hits: list[list[Box]]


@router.get(
    "/items/{slug:item_id}/hits",
    response=Portion[PageHits],
    openapi_extra=shown(
        {"items": [{"page": "g3z7t6m9r5s8ve", "position": 1, "hits": [[[120, 160, 200, 200]]]}], "next": None}
    ),
)
def list_hits_in_item(request: Call, item_id: str, asked: Query[HitQuery]) -> dict[str, Any]:
    """List the pages of an item on which words stand, with boxes; a portion may be empty and still have a `next`."""
    item = get_item_for(request.user, item_id, Act.READ)
    beside = values_of(asked.after, "hits")
    found, following = hits_in_item(item, parse(asked.q).text, after=beside[0] if beside else 0)
    return {
        "items": [{"page": one.page.public_id, "position": one.page.position, "hits": one.hits} for one in found],
        "next": None if following is None else place("hits", following),
    }


class Reader(Shown):
    """A look at an item or a page of it."""

    at: datetime
    person: str
    action: str
    thing: str


@router.get(
    "/items/{slug:item_id}/readers",
    response=Portion[Reader],
    openapi_extra=shown(
        {
            "items": [{"at": "2026-11-24T01:00:00Z", "person": "白洁", "action": "page.read", "thing": "214/1"}],
            "next": None,
        }
    ),
)
def list_item_readers(request: Call, item_id: str) -> dict[str, Any]:
    """List the last looks at an item and its pages, newest first (C6); for archivists and auditors of the fonds."""
    item = get_item_for(request.user, item_id, Act.READ)
    require(decide_readers(request.user, item))
    looks = [
        {"at": one.at, "person": words.person(one.actor_name), "action": one.action, "thing": one.thing_label}
        for one in looks_at(item)
    ]
    return {"items": looks, "next": None}


@router.get("/items/{slug:item_id}/pdf", openapi_extra=binary("application/pdf", description="The item as PDF"))
def get_item_pdf(request: Call, item_id: str) -> FileResponse:
    """Return the item as PDF, upright and searchable, to those who may take copies (C3); journalled."""
    item = get_item_for(request.user, item_id, Act.DOWNLOAD)
    pdf = make_item_pdf(item=item, acting_user=request.user)
    return FileResponse(pdf, as_attachment=True, filename=f"{item.journal_label}.pdf", content_type="application/pdf")


@router.get("/volumes/{slug:volume_id}/pdf", openapi_extra=binary("application/pdf", description="The volume as PDF"))
def get_volume_pdf(request: Call, volume_id: str) -> FileResponse:
    """Return a whole volume as one searchable PDF, its catalogue as bookmarks (A11, C3); journalled."""
    bound = get_bound_volume_for(request.user, volume_id, Act.DOWNLOAD)
    pdf = make_volume_pdf(bound=bound, language=language_asked(), acting_user=request.user)
    name = bound.volume.journal_label.replace("/", "-")
    return FileResponse(pdf, as_attachment=True, filename=f"{name}.pdf", content_type="application/pdf")


class Printed(Shown):
    """What was laid out for printing."""

    pages: list[Id]


@router.post("/items/{slug:item_id}/print", response=Printed, openapi_extra=shown({"pages": ["g3z7t6m9r5s8ve"]}))
def note_print_of_item(request: Call, item_id: str) -> dict[str, Any]:
    """Note that an item is printed and return its pages in order, to those who may print (C3). Their images follow."""
    item = get_item_for(request.user, item_id, Act.PRINT)
    pages = list(item.pages.order_by("position").values_list("public_id", flat=True))
    if not pages:
        raise NotFound
    note_item_printed(item=item, pages=len(pages), acting_user=request.user)
    return {"pages": pages}
