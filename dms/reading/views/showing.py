"""Gathers what the viewer's templates show. Reads only; rights to acts are asked here so that buttons can be absent."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal
from dms.holdings.models import Capture, Item, Page, Reading
from dms.holdings.selectors import decide_item
from ocr.page_text import Box
from ocr.selectors import text_of
from search.oracle import Span, occurrences
from search.query import Node, parse

from ..selectors import capture_of, captures_of, decide_readers, hits_on, readings_of


@dataclass
class ShownLine:
    """A line of text cut into (piece, whether it was searched for)."""

    number: int
    pieces: list[tuple[str, bool]]


@dataclass
class ShownText:
    """The text of a page as the panel shows it; `problem` says in words why there is none."""

    version: int = 0
    is_current: bool = True
    lines: list[ShownLine] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    hits: list[list[Box]] = field(default_factory=list)
    problem: str = ""


def page_context(request: HttpRequest, page: Page) -> dict[str, Any]:
    """Return what changes from page to page: the image's facts, the text with its hits, the versions."""
    capture = capture_of(page)
    readings = readings_of(capture) if capture else []
    query, problem = query_of(request)
    text = _shown_text(page, _chosen(request, readings), query)
    correct = reverse("ocr:correct", args=[page.public_id])
    return {
        "page": page,
        "item": page.item,
        "capture": capture,
        "captures": page.captures.order_by("-version"),
        "readings": readings,
        "text": text,
        "query": request.GET.get("q", ""),
        "query_problem": problem,
        "correct_url": correct if decide_item(request.user, Act.WORK, page.item) else None,
        "state": _state(page, capture, text),
    }


def item_context(request: HttpRequest, page: Page) -> dict[str, Any]:
    """Return what stays while one leafs through an item: thumbnails, facts, ways back, and what may be done."""
    item = page.item
    user: Any = request.user
    may = {act.value: bool(decide_item(user, act, item)) for act in (Act.PRINT, Act.DOWNLOAD, Act.WORK)}
    return {
        "thumbnails": list(captures_of(item)),
        "may": may,
        "may_see_readers": bool(decide_readers(user, item)),
        "classification": _classification(item),
        "dossier_url": reverse("holdings:dossier", args=[item.dossier.public_id]),
        "breadcrumbs": _breadcrumbs(page),
    }


def script_words() -> dict[str, Any]:
    """Return the words that the viewer's script says, translated here."""
    return {
        "words": {
            "hit": _("Hit %(number)s of %(total)s"),
            "hitMore": _("Hit %(number)s of more than %(total)s"),
            "noHits": _("No hits"),
            "badge": _("%(count)s hits"),
            "loadFailed": _("The page could not be loaded. Check the connection and try again."),
        }
    }


def query_of(request: HttpRequest) -> tuple[Node | None, str]:
    """Return what `?q=` means, and why it means nothing, in words, where it is no query."""
    asked = request.GET.get("q", "")
    if not asked.strip():
        return None, ""
    try:
        return parse(asked).text, ""
    except Refusal as refusal:
        return None, str(refusal)


def _chosen(request: HttpRequest, readings: list[Reading]) -> Reading | None:
    wanted = request.GET.get("text", "")
    older = next((reading for reading in readings if str(reading.version) == wanted), None)
    return older or next((reading for reading in readings if reading.is_current), None)


def _shown_text(page: Page, reading: Reading | None, query: Node | None) -> ShownText:
    if reading is None:
        return ShownText(problem=_why_no_text(page))
    try:
        text = text_of(reading)
    except Refusal as refusal:
        return ShownText(version=reading.version, problem=str(refusal))
    spans = occurrences(query, text.text) if query else []
    lines, at = [], 0
    for number, line in enumerate(text.lines):
        lines.append(ShownLine(number, _pieces(line.text, at, spans)))
        at += len(line.text) + 1
    return ShownText(
        version=reading.version,
        is_current=reading.is_current,
        lines=lines if any(line.pieces for line in lines) else [],
        boxes=[line.box for line in text.lines],
        hits=hits_on(text, query),
        problem=_why_no_text(page),
    )


def _pieces(line: str, start: int, spans: list[Span]) -> list[tuple[str, bool]]:
    """Cut a line that begins at `start` of the page's text where a span begins or ends."""
    pieces, at = [], 0
    for span in spans:
        first, last = max(span.start - start, at), min(span.end - start, len(line))
        if first < last:
            pieces += [(line[at:first], False), (line[first:last], True)]
            at = last
    return [piece for piece in [*pieces, (line[at:], False)] if piece[0]]


def _why_no_text(page: Page) -> str:
    return {
        "waiting": _("This page is waiting to be read; its text will stand here."),
        "blank": _("This page is blank."),
        "failed": _("The text of this page could not be read."),
    }.get(page.state, _("No text was found on this page."))


def _state(page: Page, capture: Capture | None, text: ShownText) -> dict[str, Any]:
    """Return what the script needs of a page: addresses, the capture's size and turn, boxes of lines and hits."""
    return {
        "page": page.public_id,
        "position": page.position,
        "label": page_label(page),
        "image": reverse("reading:page_image", args=[page.public_id]),
        "turnFor": reverse("reading:turn", args=[page.public_id]),
        "width": capture.width if capture else 0,
        "height": capture.height if capture else 0,
        "turn": capture.turn if capture else 0,
        "lines": text.boxes,
        "hits": text.hits,
    }


def page_label(page: Page) -> str:
    """Return how a page is called: its number, with its side where that is the back."""
    name = _("Page %(number)s") % {"number": page.position}
    return f"{name} ({page.get_side_display()})" if page.side == "back" else name


def _classification(item: Item) -> Any:
    """The higher of the item's own classification and its dossier's is what counts."""
    own, whole = item.classification, item.dossier.classification
    return own if own and own.rank > whole.rank else whole


def _breadcrumbs(page: Page) -> list[dict[str, Any]]:
    dossier = page.item.dossier
    return [
        {"url": None, "label": str(dossier.fonds)},
        {"url": None, "label": str(dossier.series)},
        {"url": reverse("holdings:dossier", args=[dossier.public_id]), "label": str(dossier)},
        {"url": reverse("holdings:item", args=[page.item.public_id]), "label": page.item.title},
        {"url": None, "label": page_label(page)},
    ]
