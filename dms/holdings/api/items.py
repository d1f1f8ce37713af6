"""Items of a dossier: entering, changing, moving, withdrawing, filing; versions; their pages."""

from datetime import date
from typing import Any, Literal

from django.db.models import Count, Q
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.conditions import expected_version, tagged
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Line, Page, Portion, Shown, Text
from dms.core.refusals import Denied
from dms.journal.services import record

from ..models import Item
from ..policy import may_change_item, may_withdraw_item
from ..selectors import decide_item, get_dossier_for, get_item_for, items_of_dossier
from ..services import change_item, create_item, file_item, move_item, withdraw_item
from ..services.items import FilingFacts
from . import choices
from .dossier import saying_what_changed, versions_of, whole_version
from .shapes import (
    FILING_FACTS,
    ITEM_EXAMPLE,
    VERSION_EXAMPLE,
    WHOLE_ITEM_EXAMPLE,
    DatePrecisionName,
    ListedItem,
    Version,
    WholeItem,
    WholeVersion,
    listed_item,
)

router = Router(tags=["Items"])


class ItemQuery(Page):
    """Which items of a dossier."""

    section: Line = Field("", description="Code of a section.")
    state: Literal["", "intake", "filed"] = ""


@router.get(
    "/dossiers/{slug:dossier_id}/items",
    response=Portion[ListedItem],
    openapi_extra=shown({"items": [ITEM_EXAMPLE], "next": None}),
)
def list_items(request: Call, dossier_id: str, asked: Query[ItemQuery]) -> dict[str, Any]:
    """List the items of a dossier that one may read, by entry number."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    record("dossier.read", by=request.user, thing=dossier, facts={"tab": "items"})
    found = items_of_dossier(request.user, Act.READ, dossier).select_related(
        "section", "classification", "document_type", "dossier"
    )
    narrowed = Q(section__code=asked.section) if asked.section else Q()
    narrowed &= Q(state=asked.state) if asked.state else Q()
    if beside := values_of(asked.after, "items"):
        narrowed &= Q(entry_number__gt=beside[0])
    rows = list(found.filter(narrowed).annotate(page_count=Count("pages")).order_by("entry_number")[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {
        "items": [listed_item(row, pages=row.page_count) for row in rows],
        "next": place("items", rows[-1].entry_number) if more else None,
    }


class NewItem(Given):
    """An entry for a paper, its images to come."""

    title: Text = Field(min_length=1, max_length=300)
    section: Line = Field("", description="Code of a section of the dossier's kind.")
    document_type: Line = Field("", description="Code of a document type; it may tell the filing year (A7).")
    document_date: date | None = None
    date_precision: DatePrecisionName = "day"
    period_from: date | None = None
    period_to: date | None = None
    opened_on: date | None = Field(None, description="When the meeting opened.")
    stated_pages: int | None = Field(None, ge=0, le=100_000)
    classification: Line = Field("", description="Code; empty: the dossier's.")
    issuer: Text = Field("", max_length=120)
    issue_number: Text = Field("", max_length=80)
    copies: int = Field(1, ge=1, le=999)
    remarks: Text = Field("", max_length=300)


@router.post(
    "/dossiers/{slug:dossier_id}/items",
    response={201: WholeItem},
    openapi_extra=shown(WHOLE_ITEM_EXAMPLE, status=201, sent={"title": "物业服务合同", "section": "unit"}),
)
def create_item_of_dossier(request: Call, response: HttpResponse, dossier_id: str, data: NewItem) -> Status[Any]:
    """Enter an item into a dossier's catalogue under a permanent entry number (A6). Uploads make their own items."""
    user = request.user
    dossier = get_dossier_for(user, dossier_id, Act.WORK)
    filing = {name: getattr(data, name) for name in FILING_FACTS if name != "document_date"}
    if data.document_type:
        filing["document_type"] = choices.document_type_among(dossier.fonds_id, data.document_type)
    values = data.dict(exclude={"section", "classification", *filing, "document_type"})
    item = create_item(
        dossier=dossier,
        section=choices.section_among(dossier.kind, data.section) if data.section else None,
        classification=choices.classification_among(user, data.classification) if data.classification else None,
        filing=FilingFacts(**filing),
        acting_user=user,
        **values,
    )
    tagged(response, item.version)
    response["Location"] = f"/api/v1/items/{item.public_id}"
    return Status(201, _whole(user, item))


@router.get("/items/{slug:item_id}", response=WholeItem, openapi_extra=shown(WHOLE_ITEM_EXAMPLE))
def get_item(request: Call, response: HttpResponse, item_id: str) -> dict[str, Any]:
    """Return an entry and what may be done with it; the ETag is needed to change it."""
    item = get_item_for(request.user, item_id, Act.READ)
    record("item.read", by=request.user, thing=item)
    tagged(response, item.version)
    return _whole(request.user, item)


def _whole(user: Any, item: Item) -> dict[str, Any]:
    change = may_change_item(item.state, frozen=item.is_frozen)
    withdraw = may_withdraw_item(item.state, frozen=item.is_frozen)
    return listed_item(item, pages=item.pages.count()) | {
        "dossier_number": item.dossier.number,
        "may": {str(act): bool(decide_item(user, act, item)) for act in Act},
        "change_refused": f"{change.reason} {change.remedy}".strip() if isinstance(change, Denied) else "",
        "withdraw_refused": f"{withdraw.reason} {withdraw.remedy}".strip() if isinstance(withdraw, Denied) else "",
    }


class ItemChanges(Given):
    """What is to be changed; what is left out stays. An empty section or classification: not sorted, as the dossier."""

    title: Text | None = Field(None, min_length=1, max_length=300)
    section: Line | None = None
    document_type: Line | None = Field(None, description="Code; empty: no particular type.")
    document_date: date | None = Field(None, description="Null: no date.")
    date_precision: DatePrecisionName | None = None
    period_from: date | None = Field(None, description="Null: none.")
    period_to: date | None = Field(None, description="Null: none.")
    opened_on: date | None = Field(None, description="Null: none.")
    stated_pages: int | None = Field(None, ge=0, le=100_000, description="Null: not counted.")
    classification: Line | None = None
    issuer: Text | None = Field(None, max_length=120)
    issue_number: Text | None = Field(None, max_length=80)
    copies: int | None = Field(None, ge=1, le=999)
    remarks: Text | None = Field(None, max_length=300)
    reason: Text = Field("", max_length=200)


@router.patch(
    "/items/{slug:item_id}",
    response=WholeItem,
    openapi_extra={
        **shown({**WHOLE_ITEM_EXAMPLE, "version": 2}, sent={"document_date": "2023-06-01", "issuer": "物业公司"}),
        "x-versioned": True,
    },
)
def change_item_entry(request: Call, response: HttpResponse, item_id: str, data: ItemChanges) -> dict[str, Any]:
    """Change an entry (A12); the old version stays readable. If-Match names the version the change was made from."""
    user = request.user
    item = get_item_for(user, item_id, Act.WORK)
    expected = expected_version(request)
    with saying_what_changed(item, expected):
        changed = change_item(
            item=item,
            changes=_changes_of(user, item, data),
            reason=data.reason,
            expected_version=expected,
            acting_user=user,
        )
    tagged(response, changed.version)
    return _whole(user, get_item_for(user, item_id, Act.WORK))


_MAY_BE_NOTHING = frozenset(FILING_FACTS) - {"date_precision"}


def _changes_of(user: Any, item: Item, data: ItemChanges) -> dict[str, Any]:
    given = data.dict(exclude_unset=True, exclude={"reason"})
    # Only dates and counts can be set to nothing by null; elsewhere null says nothing.
    changes = {name: value for name, value in given.items() if value is not None or name in _MAY_BE_NOTHING}
    if "document_type" in changes:
        code = changes["document_type"]
        changes["document_type"] = choices.document_type_among(item.fonds_id, code) if code else None
    if "section" in changes:
        code = changes["section"]
        changes["section"] = choices.section_among(item.dossier.kind, code) if code else None
    if "classification" in changes:
        code = changes["classification"]
        changes["classification"] = (
            choices.classification_among(user, code, also=item.classification_id) if code else None
        )
    return changes


@router.get(
    "/items/{slug:item_id}/versions",
    response=Portion[Version],
    openapi_extra=shown({"items": [VERSION_EXAMPLE], "next": None}),
)
def list_item_versions(request: Call, item_id: str, asked: Query[Page]) -> dict[str, Any]:
    """List the versions of an entry, newest first."""
    item = get_item_for(request.user, item_id, Act.READ)
    record("item.read", by=request.user, thing=item)
    return versions_of(item, asked)


@router.get(
    "/items/{slug:item_id}/versions/{int:number}",
    response=WholeVersion,
    openapi_extra=shown(
        {**VERSION_EXAMPLE, "facts": [{"name": "题名", "before": "合同", "value": "物业服务合同", "changed": True}]}
    ),
)
def get_item_version(request: Call, item_id: str, number: int) -> dict[str, Any]:
    """Return one version of an entry with every fact beside the version before."""
    item = get_item_for(request.user, item_id, Act.READ)
    record("item.read", by=request.user, thing=item)
    return whole_version(item, item.dossier, number)


class Reason(Given):
    """Why."""

    reason: Text = Field(min_length=1, max_length=200)


class Moving(Reason):
    """The dossier an item belongs to, and why it is moved."""

    dossier: Line = Field(description="Public id of the dossier.")
    section: Line = Field("", description="Code of a section there; empty: the same where there is one.")


@router.post(
    "/items/{slug:item_id}/move",
    response=WholeItem,
    openapi_extra=shown(WHOLE_ITEM_EXAMPLE, sent={"dossier": "k3m9x2p7q4w8ra", "reason": "装错档案"}),
)
def move_item_to_dossier(request: Call, response: HttpResponse, item_id: str, data: Moving) -> dict[str, Any]:
    """Move an item to the dossier it belongs to (A12); no file moves, its versions stay readable."""
    user = request.user
    item = get_item_for(user, item_id, Act.WORK)
    target = get_dossier_for(user, data.dossier, Act.WORK)
    section = item.section if target.kind_id == item.dossier.kind_id else None
    if data.section:
        section = choices.section_among(target.kind, data.section)
    moved = move_item(item=item, dossier=target, section=section, reason=data.reason, acting_user=user)
    tagged(response, moved.version)
    return _whole(user, get_item_for(user, item_id, Act.WORK))


@router.post(
    "/items/{slug:item_id}/withdraw",
    response={204: None},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": {"reason": "重复上传"}}}}},
)
def withdraw_item_before_filing(request: Call, item_id: str, data: Reason) -> Status[None]:
    """Withdraw a wrong upload that is not filed yet: its images and texts are gone for good, its number stays used."""
    item = get_item_for(request.user, item_id, Act.WORK)
    withdraw_item(item=item, reason=data.reason, acting_user=request.user)
    return Status(204, None)


@router.post("/items/{slug:item_id}/file", response=WholeItem, openapi_extra=shown(WHOLE_ITEM_EXAMPLE))
def file_item_for_good(request: Call, response: HttpResponse, item_id: str) -> dict[str, Any]:
    """File an item: it was checked and belongs to the archive from now on (A6). Doing it twice changes nothing."""
    item = get_item_for(request.user, item_id, Act.WORK)
    filed = file_item(item=item, acting_user=request.user)
    tagged(response, filed.version)
    return _whole(request.user, get_item_for(request.user, item_id, Act.WORK))


class ListedPage(Shown):
    """A page as its item lists it."""

    id: Id
    position: int
    side: Literal["front", "back"]
    state: str = Field(description="waiting, recognised, blank or failed.")
    text_version: int
    confidence: int | None
    checked: bool
    failure: str


_PAGE = {
    "id": "g3z7t6m9r5s8ve",
    "position": 1,
    "side": "front",
    "state": "recognised",
    "text_version": 1,
    "confidence": 96,
    "checked": False,
    "failure": "",
}


@router.get(
    "/items/{slug:item_id}/pages",
    response=Portion[ListedPage],
    openapi_extra=shown({"items": [_PAGE], "next": None}),
)
def list_pages(request: Call, item_id: str, asked: Query[Page]) -> dict[str, Any]:
    """List the pages of an item in their order."""
    item = get_item_for(request.user, item_id, Act.READ)
    record("item.read", by=request.user, thing=item)
    found = item.pages.order_by("position")
    if beside := values_of(asked.after, "pages"):
        found = found.filter(position__gt=beside[0])
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    pages = [
        {
            "id": row.public_id,
            "position": row.position,
            "side": row.side,
            "state": row.state,
            "text_version": row.text_version,
            "confidence": row.confidence,
            "checked": row.checked_at is not None,
            "failure": row.failure,
        }
        for row in rows
    ]
    return {"items": pages, "next": place("pages", rows[-1].position) if more else None}
