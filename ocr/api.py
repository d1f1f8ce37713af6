"""Texts for programs: with boxes, as ALTO, their versions; corrections, checking, and what waits to be checked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.conditions import ChangedMeanwhile, expected_version, tagged
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import binary, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Line, Number, Portion, Shown, Text
from dms.core.api.shapes import Page as Asked
from dms.core.errors import NotFound
from dms.holdings.models import Page, Reading
from dms.holdings.selectors import get_dossier_for, get_page_for

from . import selectors, services
from .alto import to_alto

router = Router(tags=["Texts"])
Box = tuple[int, int, int, int]
MOST_LINES = 2000


class ShownWord(Shown):
    """A word, its box and how sure the recogniser is, in percent."""

    text: str
    box: Box
    confidence: int
    space_before: bool


class ShownLine(Shown):
    """A line of text."""

    text: str
    box: Box
    block: int
    confidence: int
    words: list[ShownWord]


class PageTextShown(Shown):
    """A text of a page. Boxes are (x0, y0, x1, y1) in pixels of the capture, unturned."""

    page: Id
    capture: int
    version: int = Field(description="Version of the text within its capture; 0: there is none.")
    current: bool
    kind: str
    made_at: datetime | None
    width: int
    height: int
    turn: int
    text: str
    lines: list[ShownLine]


_LINE = {
    "text": "物业服务合同",
    "box": [120, 160, 360, 200],
    "block": 0,
    "confidence": 96,
    "words": [{"text": "物业服务合同", "box": [120, 160, 360, 200], "confidence": 96, "space_before": False}],
}
_TEXT = {
    "page": "g3z7t6m9r5s8ve",
    "capture": 1,
    "version": 1,
    "current": True,
    "kind": "recognised",
    "made_at": "2026-11-24T01:01:00Z",
    "width": 2480,
    "height": 3508,
    "turn": 0,
    "text": "物业服务合同",
    "lines": [_LINE],
}


class TextQuery(Given):
    """Which text of the page; the present one where nothing is said."""

    version: Number | None = None
    capture: Number | None = Field(None, description="Version of the image, where a former one is meant.")


@router.get("/pages/{slug:page_id}/text", response=PageTextShown, openapi_extra=shown(_TEXT))
def get_page_text(request: Call, response: HttpResponse, page_id: str, asked: Query[TextQuery]) -> dict[str, Any]:
    """Return a text of a page with its boxes; that it was read is journalled. The ETag is needed to correct it."""
    page = get_page_for(request.user, page_id, Act.READ)
    tagged(response, page.text_version)
    reading = _reading(page, asked)
    if reading is None:
        return _shown(page, None, selectors.page_text(page))
    return _shown(page, reading, services.open_text(page=page, reading=reading, acting_user=request.user))


@router.get("/pages/{slug:page_id}/alto", openapi_extra=binary("application/xml", description="ALTO 4"))
def get_page_alto(request: Call, page_id: str, asked: Query[TextQuery]) -> HttpResponse:
    """Return a text of a page with its boxes as ALTO 4; journalled likewise."""
    page = get_page_for(request.user, page_id, Act.READ)
    reading = _reading(page, asked)
    if reading is None:
        raise NotFound
    text = services.open_text(page=page, reading=reading, acting_user=request.user)
    return HttpResponse(to_alto(text), content_type="application/xml")


def _reading(page: Page, asked: TextQuery) -> Reading | None:
    if asked.version is None and asked.capture is None:
        return selectors.current_reading(page)
    readings = selectors.readings_of(page)
    if asked.version is not None:
        readings = readings.filter(version=asked.version)
    if asked.capture is not None:
        readings = readings.filter(capture__version=asked.capture)
    found = readings.first()
    if found is None:
        raise NotFound
    return found


def _shown(page: Page, reading: Reading | None, text: Any) -> dict[str, Any]:
    return {
        "page": page.public_id,
        "capture": reading.capture.version if reading else selectors.current_capture(page).version,
        "version": reading.version if reading else 0,
        "current": reading is None or (reading.is_current and reading.capture.is_current),
        "kind": reading.kind if reading else "",
        "made_at": reading.made_at if reading else None,
        "width": text.width,
        "height": text.height,
        "turn": text.turn,
        "text": text.text,
        "lines": [
            {
                "text": line.text,
                "box": line.box,
                "block": line.block,
                "confidence": line.confidence,
                "words": [
                    {"text": w.text, "box": w.box, "confidence": w.confidence, "space_before": w.space_before}
                    for w in line.words
                ],
            }
            for line in text.lines
        ],
    }


class Correction(Given):
    """The lines as they should be, in order; an empty line strikes that line out."""

    lines: list[Annotated[Text, Field(max_length=5000)]] = Field(max_length=MOST_LINES)


class Corrected(Shown):
    """What came of a correction; `changed` False: nothing was new, and the text counts as checked."""

    page: Id
    changed: bool
    text_version: int


@router.put(
    "/pages/{slug:page_id}/text",
    response=Corrected,
    openapi_extra={
        **shown({"page": "g3z7t6m9r5s8ve", "changed": True, "text_version": 2}, sent={"lines": ["物业服务合同"]}),
        "x-versioned": True,
    },
)
def correct_page_text(request: Call, response: HttpResponse, page_id: str, data: Correction) -> dict[str, Any]:
    """Correct the text of a page under the boxes it has (A12); older versions stay readable. Needs If-Match."""
    user = request.user
    page = get_page_for(user, page_id, Act.WORK)
    seen = expected_version(request)
    try:
        made = services.correct_text(page=page, new_lines=data.lines, acting_user=user, seen_version=seen)
    except services.TextMovedOn:
        page.refresh_from_db(fields=["text_version"])
        raise ChangedMeanwhile([{"text_version": page.text_version}]) from None
    page.refresh_from_db(fields=["text_version"])
    tagged(response, page.text_version)
    return {"page": page.public_id, "changed": made is not None, "text_version": page.text_version}


@router.post("/pages/{slug:page_id}/checked", response={204: None})
def mark_text_checked(request: Call, page_id: str) -> HttpResponse:
    """Note that the text of a page is good as it is; it leaves the list of what should be checked."""
    page = get_page_for(request.user, page_id, Act.WORK)
    services.mark_checked(page=page, acting_user=request.user)
    return HttpResponse(status=204)


@router.post("/pages/{slug:page_id}/read-again", response={204: None})
def read_page_again(request: Call, page_id: str) -> HttpResponse:
    """Have a page that could not be read tried anew."""
    page = get_page_for(request.user, page_id, Act.WORK)
    services.retry_page(page=page, acting_user=request.user)
    return HttpResponse(status=204)


class CheckQuery(Asked):
    """Which pages should be looked at."""

    show: Literal["doubtful", "failed"] = "doubtful"
    dossier: Line = Field("", description="Part of a dossier's number or name.")
    below: int | None = Field(None, ge=1, le=100, description="Confidence below, in percent.")


class PageToCheck(Shown):
    """A page whose text somebody should look at."""

    page: Id
    item: Id
    title: str
    dossier: Id
    dossier_number: str
    position: int
    confidence: int | None
    failure: str


@router.get(
    "/to-check",
    response=Portion[PageToCheck],
    openapi_extra=shown(
        {
            "items": [
                {
                    "page": "g3z7t6m9r5s8ve",
                    "item": "f2y6s5k8q4r7ud",
                    "title": "物业服务合同",
                    "dossier": "k3m9x2p7q4w8ra",
                    "dossier_number": "YZ-2023-0001",
                    "position": 1,
                    "confidence": 61,
                    "failure": "",
                }
            ],
            "next": None,
        }
    ),
)
def list_pages_to_check(request: Call, asked: Query[CheckQuery]) -> dict[str, Any]:
    """List the pages one may correct whose text is doubtful and unchecked, or that could not be read; worst first."""
    wanted = selectors.Wanted(failed=asked.show == "failed", dossier=asked.dossier, below=asked.below or 0)
    pages = selectors.to_check(request.user, wanted)
    if beside := values_of(asked.after, "to check"):
        last = Page.objects.get(public_id=beside[1])
        pages = selectors.after(pages, f"{beside[0]}-{last.pk}")
    rows = list(pages[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    found = [
        {
            "page": row.public_id,
            "item": row.item.public_id,
            "title": row.item.title,
            "dossier": row.item.dossier.public_id,
            "dossier_number": row.item.dossier.number,
            "position": row.position,
            "confidence": row.confidence,
            "failure": row.failure,
        }
        for row in rows
    ]
    return {"items": found, "next": place("to check", rows[-1].confidence or 0, rows[-1].public_id) if more else None}


class Texts(Shown):
    """The texts of a dossier by the files its pages came from, pages parted by form feeds."""

    files: dict[str, str]


@router.get(
    "/dossiers/{slug:dossier_id}/texts",
    response=Texts,
    openapi_extra=shown({"files": {"合同.pdf": "物业服务合同\f…"}}),
)
def export_dossier_texts(request: Call, dossier_id: str) -> dict[str, Any]:
    """Export the texts of a dossier, of the items one may take copies of (C3); journalled."""
    dossier = get_dossier_for(request.user, dossier_id, Act.DOWNLOAD)
    return {"files": services.export_texts(number=dossier.number, acting_user=request.user)}
