"""Searching for programs: the screens' grammar, total, hits with snippets and boxes, facets; and hits as a file."""

from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from dms.clearance.models import SecurityClass
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import binary, shown
from dms.core.api.problems import Unprocessable
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Line, Shown, Text
from dms.core.table_files import WRITERS
from dms.holdings.models import DossierKind, Section, Series
from dms.organisation.models import Department

from . import services
from .filters import Chosen
from .found import Order
from .indexing import pages_not_indexed
from .selectors import MOST, FacetValue, FoundHit, Results
from .snippets import Piece

router = Router(tags=["Search"])
Box = tuple[int, int, int, int]


class Searched(Given):
    """What is looked for, and what it is narrowed to by facets: send a facet's `key`."""

    q: Text = Field(min_length=1, max_length=500, description='Words, "phrases", AND OR NOT, word*, year:2019 …')
    sort: Literal["relevance", "date", "volume"] = "relevance"
    series: Line = ""
    kind: Line = ""
    section: Line = ""
    year: int | None = Field(None, ge=1, le=9998)
    department: Line = ""
    classification: Line = ""

    def chosen(self) -> Chosen:
        """Return the facets asked for; raise Unprocessable for a key that is none."""
        values: dict[str, int] = {} if self.year is None else {"year": self.year}
        for name in ("series", "kind", "section", "department", "classification"):
            if key := getattr(self, name):
                values[name] = _facet_pk(name, key)
        return Chosen(values)


class SearchQuery(Searched):
    """A search and the place in its hits."""

    limit: int = Field(20, ge=1, le=100)
    after: str = Field("", max_length=600, description="The `next` of the portion before.")
    facets: bool = Field(True, description="False: no facets, which is faster.")
    boxes: bool = Field(False, description="True: where the words stand on each page.")


class Marked(Shown):
    """A piece of text, and whether it is what was looked for."""

    text: str
    marked: bool


class Hit(Shown):
    """A page, or an entry found by its title. `readable` False: it may be known of, and nothing but that."""

    dossier: Id
    dossier_number: str
    dossier_name: str
    item: Id
    entry_number: int
    reference_code: str
    document_date: str | None
    section: str
    page: Id | None
    position: int | None
    readable: bool
    title: list[Marked]
    snippet: list[Marked]
    file: str = Field(description="Name of the file the page came from.")
    boxes: list[Box] = Field(description="In the capture's pixels; empty unless asked for.")


class Facet(Shown):
    """A value of a facet with its number of hits."""

    key: str = Field(description="What to send to narrow the search to it.")
    name: str
    count: int


class Found(Shown):
    """An answer. `total` stops at `most`; then `capped` is true. `not_indexed`: pages read but not findable yet."""

    total: int
    capped: bool
    most: int
    hits: list[Hit]
    facets: dict[str, list[Facet]]
    not_indexed: int
    next: str | None


_HIT = {
    "dossier": "k3m9x2p7q4w8ra",
    "dossier_number": "YZ-2023-0001",
    "dossier_name": "张三",
    "item": "f2y6s5k8q4r7ud",
    "entry_number": 214,
    "reference_code": "",
    "document_date": "2023-06-01",
    "section": "单元信息",
    "page": "g3z7t6m9r5s8ve",
    "position": 1,
    "readable": True,
    "title": [{"text": "物业服务", "marked": False}, {"text": "合同", "marked": True}],
    "snippet": [{"text": "物业服务", "marked": False}, {"text": "合同", "marked": True}],
    "file": "合同.pdf",
    "boxes": [],
}


@router.get(
    "/search",
    response=Found,
    openapi_extra=shown(
        {
            "total": 1,
            "capped": False,
            "most": MOST,
            "hits": [_HIT],
            "facets": {"year": [{"key": "2023", "name": "2023", "count": 1}]},
            "not_indexed": 0,
            "next": None,
        }
    ),
)
def search_everything(request: Call, asked: Query[SearchQuery]) -> dict[str, Any]:
    """Find words on pages and in titles, under the caller's rights; journalled with the words sealed (C6).

    Words that are no query are refused (400) with `position`, where in them something is wrong.
    """
    beside = values_of(asked.after, "search")
    first = beside[0] if beside else 0
    results = services.run_search(
        acting_user=request.user,
        words=asked.q,
        order=Order(asked.sort),
        chosen=asked.chosen(),
        first=first,
        limit=asked.limit,
        with_facets=asked.facets,
    )
    end = first + asked.limit
    return {
        "total": results.total,
        "capped": results.capped,
        "most": MOST,
        "hits": [_hit(hit, boxes=asked.boxes) for hit in results.hits],
        "facets": _facets(results),
        "not_indexed": pages_not_indexed(request.user),
        "next": place("search", end) if end < results.total else None,
    }


@router.get(
    "/search/export/{slug:kind}",
    openapi_extra=binary(*(media for media, _write in WRITERS.values()), description="The hits as a table"),
)
def export_search(request: Call, kind: str, asked: Query[Searched]) -> HttpResponse:
    """Return all hits (at most 10,000) as `xlsx` or `csv`: entries and page numbers, no text; journalled."""
    made = services.export_results(
        acting_user=request.user, words=asked.q, kind=kind, order=Order(asked.sort), chosen=asked.chosen()
    )
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    return answer


def _hit(hit: FoundHit, *, boxes: bool) -> dict[str, Any]:
    item = hit.item
    return {
        "dossier": item.dossier.public_id,
        "dossier_number": item.dossier.number,
        "dossier_name": item.dossier.name,
        "item": item.public_id,
        "entry_number": item.entry_number,
        "reference_code": item.reference_code,
        "document_date": item.document_date.isoformat() if item.document_date else None,
        "section": str(item.section or ""),
        "page": hit.page.public_id if hit.page and hit.readable else None,
        "position": hit.page.position if hit.page and hit.readable else None,
        "readable": hit.readable,
        "title": _marked(hit.title),
        "snippet": _marked(hit.snippet),
        "file": hit.file,
        "boxes": hit.boxes if boxes else [],
    }


def _marked(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [{"text": text, "marked": marked} for text, marked in pieces]


_KEYS: dict[str, Any] = {
    "series": (Series.objects.all(), lambda one: one.public_id),
    "kind": (DossierKind.objects.all(), lambda one: one.public_id),
    "section": (Section.objects.select_related("kind"), lambda one: f"{one.kind.public_id}/{one.code}"),
    "department": (Department.objects.select_related("fonds"), lambda one: f"{one.fonds.code}/{one.code}"),
    "classification": (SecurityClass.objects.all(), lambda one: one.code),
}


def _facets(results: Results) -> dict[str, list[dict[str, Any]]]:
    return {name: _values(name, values) for name, values in results.facets.items()}


def _values(name: str, values: list[FacetValue]) -> list[dict[str, Any]]:
    if name == "year":
        return [{"key": str(value.key), "name": value.label, "count": value.count} for value in values]
    things, key_of = _KEYS[name]
    keys = {one.pk: key_of(one) for one in things.filter(pk__in=[value.key for value in values])}
    return [
        {"key": keys[value.key], "name": value.label, "count": value.count} for value in values if value.key in keys
    ]


def _facet_pk(name: str, key: str) -> int:
    first, _slash, last = key.partition("/")
    things = _KEYS[name][0]
    found = {
        "series": {"public_id": key},
        "kind": {"public_id": key},
        "section": {"kind__public_id": first, "code": last},
        "department": {"fonds__code": first, "code": last},
        "classification": {"code": key},
    }[name]
    pk = things.filter(**found).values_list("pk", flat=True).first()
    if pk is None:
        raise Unprocessable(name, _("There is no “%(word)s”.") % {"word": key}, code="unknown")
    return int(pk)
