"""Document types and retention periods (A7 A9). Everybody reads those of their own fonds; administrators set."""

from typing import Any, Literal

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from dms.core.api.operations import shown
from dms.core.api.problems import SeveralInvalid, Unprocessable
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Line, Portion, Text
from dms.core.errors import NotFound
from dms.organisation.models import PostKind
from dms.organisation.selectors import require_administrator

from ..models import DocumentType, RetentionPeriod
from ..selectors import fonds_of
from ..services import filing_rules
from . import choices
from .configuration import SLUG, clean, fonds_called

router = Router(tags=["Configuration"])
Role = Literal["plain", "request", "plan", "summary", "meeting"]


class GivenPeriod(Given):
    """A retention period."""

    code: Line = Field(min_length=1, max_length=20, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    years: int | None = Field(None, ge=1, le=1000, description="Null: for ever.")


class GivenType(Given):
    """A type of documents and the rule of the filing year it follows."""

    fonds: Line = Field("", description="Code of the fonds; empty: every fonds. Cannot be changed afterwards.")
    code: Line = Field(min_length=1, max_length=20, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    role: Role = "plain"
    retention: Line = Field("", description="Code of a period, where the section says nothing.")
    position: int = Field(0, ge=0, le=32000)


class ShownType(GivenType):
    """A type of documents."""

    id: Id


_PERIOD = {"code": "long", "name": "长期", "name_en": "Long", "years": 30}
_TYPE: dict[str, Any] = {
    "id": "g5n2v8c4x7m3kd",
    "fonds": "",
    "code": "request",
    "name": "请示",
    "name_en": "Request",
    "role": "request",
    "retention": "",
    "position": 1,
}
_GIVEN_TYPE = {name: value for name, value in _TYPE.items() if name != "id"}


@router.get(
    "/retention-periods", response=Portion[GivenPeriod], openapi_extra=shown({"items": [_PERIOD], "next": None})
)
def list_retention_periods(request: Call) -> dict[str, Any]:
    """List the retention periods, the longest last."""
    return {
        "items": [_shown_period(period) for period in RetentionPeriod.objects.order_by("years", "code")],
        "next": None,
    }


@router.put("/retention-periods/{slug:period}", response=GivenPeriod, openapi_extra=shown(_PERIOD, sent=_PERIOD))
def put_retention_period(request: Call, period: str, data: GivenPeriod) -> dict[str, Any]:
    """Add a retention period or change the one of this code. For administrators."""
    require_administrator(request.user)
    kept = RetentionPeriod.objects.filter(code=period).first() or RetentionPeriod()
    kept.code, kept.name, kept.name_en, kept.years = data.code, data.name, data.name_en, data.years
    if errors := clean([kept], ""):
        raise SeveralInvalid(errors)
    return _shown_period(filing_rules.save_retention_period(period=kept, acting_user=request.user))


@router.delete("/retention-periods/{slug:period}", response={204: None})
def delete_retention_period_unused(request: Call, period: str) -> Status[None]:
    """Delete a period that nothing refers to. For administrators."""
    require_administrator(request.user)
    found = RetentionPeriod.objects.filter(code=period).first()
    if found is None:
        raise NotFound
    filing_rules.delete_retention_period(period=found, acting_user=request.user)
    return Status(204, None)


@router.get("/document-types", response=Portion[ShownType], openapi_extra=shown({"items": [_TYPE], "next": None}))
def list_document_types(request: Call) -> dict[str, Any]:
    """List the types of documents of one's own fonds and of every fonds; to administrators all."""
    found = DocumentType.objects.select_related("fonds", "retention").order_by("position", "code", "pk")
    if not request.user.holds(PostKind.ADMINISTRATOR):
        found = found.filter(Q(fonds__isnull=True) | Q(fonds__in=fonds_of(request.user)))
    return {"items": [_shown_type(one) for one in found], "next": None}


@router.post("/document-types", response={201: ShownType}, openapi_extra=shown(_TYPE, status=201, sent=_GIVEN_TYPE))
def create_document_type(request: Call, data: GivenType) -> Status[Any]:
    """Add a type of documents. For administrators."""
    require_administrator(request.user)
    new = DocumentType(fonds=fonds_called(data.fonds) if data.fonds else None)
    return Status(201, _save_type(request.user, new, data))


@router.put("/document-types/{slug:type_id}", response=ShownType, openapi_extra=shown(_TYPE, sent=_GIVEN_TYPE))
def replace_document_type(request: Call, type_id: str, data: GivenType) -> dict[str, Any]:
    """Change a type of documents. For administrators."""
    require_administrator(request.user)
    found = _type(type_id)
    if data.fonds != (found.fonds.code if found.fonds else ""):
        raise Unprocessable("fonds", _("A type of documents stays in its fonds."))
    return _save_type(request.user, found, data)


@router.delete("/document-types/{slug:type_id}", response={204: None})
def delete_document_type_unused(request: Call, type_id: str) -> Status[None]:
    """Delete a type that no paper has. For administrators."""
    require_administrator(request.user)
    filing_rules.delete_document_type(document_type=_type(type_id), acting_user=request.user)
    return Status(204, None)


def _type(type_id: str) -> DocumentType:
    found = DocumentType.objects.select_related("fonds").filter(public_id=type_id).first()
    if found is None:
        raise NotFound
    return found


def _save_type(user: Any, kept: DocumentType, data: GivenType) -> dict[str, Any]:
    for name in ("code", "name", "name_en", "role", "position"):
        setattr(kept, name, getattr(data, name))
    kept.retention = choices.period_called(data.retention)
    if errors := clean([kept], ""):
        raise SeveralInvalid(errors)
    return _shown_type(filing_rules.save_document_type(document_type=kept, acting_user=user))


def _shown_period(period: RetentionPeriod) -> dict[str, Any]:
    return {name: getattr(period, name) for name in ("code", "name", "name_en", "years")}


def _shown_type(one: DocumentType) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("code", "name", "name_en", "role", "position")} | {
        "id": one.public_id,
        "fonds": one.fonds.code if one.fonds else "",
        "retention": one.retention.code if one.retention else "",
    }
