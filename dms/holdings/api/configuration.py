"""Kinds with sections and own fields, series, and what choosers offer. Everybody reads; administrators set."""

from collections.abc import Sequence
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from dms.clearance.models import SecurityClass
from dms.core.api.operations import shown
from dms.core.api.problems import SeveralInvalid, Unprocessable, fault
from dms.core.api.requests import Call
from dms.core.api.shapes import Coded, Given, Id, Line, Portion, Text, coded
from dms.core.errors import NotFound
from dms.organisation.models import Department, Fonds, PostKind
from dms.organisation.selectors import require_administrator

from ..models import DossierKind, FieldDefinition, Section, Series
from ..selectors import fonds_of, people_of
from ..services.configuration import Edits, delete_kind, delete_series, save_kind, save_series
from . import choices
from .shapes import Person, person

router = Router(tags=["Configuration"])
FieldTypeName = Literal["text", "long_text", "whole_number", "amount", "date", "yes_no", "choice"]
# Facts of a kind that look the same on both sides.
_PLAIN = (
    "number_pattern", "has_unit", "default_level", "year_rules", "paper_order", "sheets_per_volume", "volume_pattern",
    "closing_confirmed",
)  # fmt: skip
SLUG = r"^[-a-zA-Z0-9_]+$"


class SectionRow(Given):
    """A heading of the dossier."""

    code: Line = Field(min_length=1, max_length=20, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    position: int = Field(0, ge=0, le=32000)
    retention: Line = Field("", description="Code of a retention period; empty: by document type, then by kind (A9).")
    paper_order: Literal["", "oldest", "newest", "check_list"] = Field("", description="Empty: the kind's (A8).")
    is_default: bool = Field(False, description="For papers whose section is not given.")


class FieldRow(Given):
    """An own field."""

    code: Line = Field(min_length=1, max_length=30, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    type: FieldTypeName = "text"
    required: bool = False
    personal: bool = False
    choices: list[Line] = Field(default_factory=list, description="Where the type is `choice`.")
    pattern: Text = Field("", max_length=200)
    help_text: Text = Field("", max_length=200)
    position: int = Field(0, ge=0, le=32000)


class GivenKind(Given):
    """A kind as a whole: sections and own fields that are left out are removed, where nothing uses them."""

    fonds: Line = Field(description="Code of the fonds; cannot be changed afterwards.")
    code: Line = Field(min_length=1, max_length=20, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    number_pattern: Text = Field("{kind}-{year}-{seq:4}", min_length=1, max_length=80)
    has_unit: bool = False
    default_classification: Line = Field(description="Code of a classification.")
    default_level: Literal["company", "department", "personal"] = "department"
    year_rules: Literal["r10", "dat22"] = "r10"
    paper_order: Literal["oldest", "newest", "check_list"] = "oldest"
    retention: Line = Field("", description="Code of a retention period; empty: permanent.")
    sheets_per_volume: int = Field(200, ge=0, le=32000, description="0: no limit.")
    volume_pattern: Text = Field("{fonds}-{series}-{year}-{seq:4}", min_length=1, max_length=60)
    closing_confirmed: bool = Field(False, description="Whether a second person confirms the closing of a volume.")
    sections: list[SectionRow] = Field(default_factory=list, max_length=200)
    fields: list[FieldRow] = Field(default_factory=list, max_length=200)


class ShownKind(GivenKind):
    """A kind with its sections and own fields."""

    id: Id


_KIND: dict[str, Any] = {
    "id": "b7t2n9f4k8m3qz",
    "fonds": "WY",
    "code": "YZ",
    "name": "业主",
    "name_en": "Owner",
    "number_pattern": "{kind}-{year}-{seq:4}",
    "has_unit": True,
    "default_classification": "confidential",
    "default_level": "department",
    "year_rules": "r10",
    "paper_order": "oldest",
    "retention": "long",
    "sheets_per_volume": 200,
    "volume_pattern": "{fonds}-{series}-{year}-{seq:4}",
    "closing_confirmed": False,
    "sections": [
        {
            "code": "unit",
            "name": "单元信息",
            "name_en": "Unit information",
            "position": 1,
            "retention": "",
            "paper_order": "",
            "is_default": True,
        }
    ],
    "fields": [
        {
            "code": "id_number",
            "name": "身份证号",
            "name_en": "ID number",
            "type": "text",
            "required": False,
            "personal": True,
            "choices": [],
            "pattern": r"\d{17}[\dX]",
            "help_text": "",
            "position": 0,
        }
    ],
}


@router.get("/kinds", response=Portion[ShownKind], openapi_extra=shown({"items": [_KIND], "next": None}))
def list_kinds(request: Call) -> dict[str, Any]:
    """List the dossier kinds of one's own fonds, to administrators all, with sections and own fields."""
    return {"items": [_shown(kind) for kind in _kinds(request.user)], "next": None}


@router.get("/kinds/{slug:kind_id}", response=ShownKind, openapi_extra=shown(_KIND))
def get_kind(request: Call, kind_id: str) -> dict[str, Any]:
    """Return one kind with its sections and own fields."""
    return _shown(_kind(request.user, kind_id))


@router.post(
    "/kinds",
    response={201: ShownKind},
    openapi_extra=shown(_KIND, status=201, sent={k: v for k, v in _KIND.items() if k != "id"}),
)
def create_kind(request: Call, data: GivenKind) -> Status[Any]:
    """Add a dossier kind (A1 A2). For administrators."""
    require_administrator(request.user)
    kind = DossierKind(fonds=fonds_called(data.fonds))
    return Status(201, _shown(_save(request.user, kind, data)))


@router.put(
    "/kinds/{slug:kind_id}",
    response=ShownKind,
    openapi_extra=shown(_KIND, sent={k: v for k, v in _KIND.items() if k != "id"}),
)
def replace_kind(request: Call, kind_id: str, data: GivenKind) -> dict[str, Any]:
    """Replace a kind, its sections and own fields, which are told by their codes. For administrators."""
    require_administrator(request.user)
    kind = _kind(request.user, kind_id)
    if data.fonds != kind.fonds.code:
        raise Unprocessable("fonds", _("A kind stays in its fonds."))
    return _shown(_save(request.user, kind, data))


@router.delete("/kinds/{slug:kind_id}", response={204: None})
def delete_kind_unused(request: Call, kind_id: str) -> Status[None]:
    """Delete a kind of which there is no dossier. For administrators."""
    require_administrator(request.user)
    delete_kind(kind=_kind(request.user, kind_id), acting_user=request.user)
    return Status(204, None)


def _kinds(user: Any) -> list[DossierKind]:
    found = DossierKind.objects.select_related("fonds", "default_classification", "retention")
    if not user.holds(PostKind.ADMINISTRATOR):
        found = found.filter(fonds__in=fonds_of(user))
    return list(found.prefetch_related("sections__retention", "fields").order_by("fonds__code", "code"))


def _kind(user: Any, public_id: str) -> DossierKind:
    found = next((kind for kind in _kinds(user) if kind.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _shown(kind: DossierKind) -> dict[str, Any]:
    names = ("code", "name", "name_en")
    return {name: getattr(kind, name) for name in (*names, *_PLAIN)} | {
        "id": kind.public_id,
        "fonds": kind.fonds.code,
        "default_classification": kind.default_classification.code,
        "retention": kind.retention.code if kind.retention else "",
        "sections": [
            {name: getattr(row, name) for name in (*names, "position", "paper_order", "is_default")}
            | {"retention": row.retention.code if row.retention else ""}
            for row in kind.sections.all()
        ],
        "fields": [
            {name: getattr(row, name) for name in (*names, "type", "required", "personal", "pattern", "position")}
            | {"choices": row.choice_list(), "help_text": row.help_text}
            for row in kind.fields.all()
        ],
    }


def _save(user: Any, kind: DossierKind, data: GivenKind) -> DossierKind:
    for name in ("code", "name", "name_en", *_PLAIN):
        setattr(kind, name, getattr(data, name))
    kind.retention = choices.period_called(data.retention)
    kind.default_classification = choices.classification_among(user, data.default_classification, every=True)
    sections = [
        row.dict() | {"retention": choices.period_called(row.retention, f"sections.{number}.retention")}
        for number, row in enumerate(data.sections)
    ]
    fields = [row.dict() | {"choices": "\n".join(row.choices)} for row in data.fields]
    errors = clean([kind], "")
    kept_sections, kept_fields = _edits(kind, Section, sections), _edits(kind, FieldDefinition, fields)
    for name, rows in (("sections", sections), ("fields", fields)):
        codes = [row["code"] for row in rows]
        errors += [
            fault(f"{name}.{number}.code", "twice", _("“%(word)s” stands there twice.") % {"word": code})
            for number, code in enumerate(codes)
            if code in codes[:number]
        ]
    errors += clean(kept_sections.saved, "sections", exclude=["kind"])
    errors += clean(kept_fields.saved, "fields", exclude=["kind"])
    if errors:
        raise SeveralInvalid(errors)
    saved = save_kind(kind=kind, sections=kept_sections, fields=kept_fields, acting_user=user)
    return _kind(user, saved.public_id)


def _edits(kind: DossierKind, model: type[Section | FieldDefinition], rows: Sequence[dict[str, Any]]) -> Edits:
    present: dict[str, Any] = {row.code: row for row in model.objects.filter(kind=kind)} if kind.pk else {}
    saved = []
    for values in rows:
        row = present.get(values["code"]) or model()
        for name, value in values.items():
            setattr(row, name, value)
        saved.append(row)
    wanted = {values["code"] for values in rows}
    return Edits(saved=saved, removed=[row for code, row in present.items() if code not in wanted])


def clean(rows: Sequence[Model], where: str, exclude: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return what the models themselves find wrong, at the places of the rows."""
    errors = []
    for number, row in enumerate(rows):
        try:
            row.full_clean(exclude=list(exclude))
        except ValidationError as error:
            before = f"{where}.{number}." if where else ""
            errors += [
                fault(before + (name if name != "__all__" else "code"), str(one.code or "invalid"), one.messages[0])
                for name, ones in error.error_dict.items()
                for one in ones
            ]
    return errors


def fonds_called(code: str) -> Fonds:
    """Return the fonds of a code; another word is refused at its field."""
    found = Fonds.objects.filter(code=code).first()
    if found is None:
        raise Unprocessable("fonds", _("There is no “%(word)s”.") % {"word": code}, code="unknown")
    return found


class GivenSeries(Given):
    """A branch of the classification scheme."""

    fonds: Line = Field(description="Code of the fonds; cannot be changed afterwards.")
    code: Line = Field(min_length=1, max_length=20, pattern=SLUG)
    name: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field("", max_length=120)
    under: Line = Field("", description="Public id of the series above; empty: at the top.")


class ShownSeries(GivenSeries):
    """A branch with its depth, from 1."""

    id: Id
    depth: int


_SERIES = {
    "id": "c8v3p2g5m9n4ra",
    "fonds": "WY",
    "code": "KH",
    "name": "客户档案",
    "name_en": "Customer dossiers",
    "under": "",
    "depth": 1,
}
_GIVEN_SERIES = {name: value for name, value in _SERIES.items() if name not in {"id", "depth"}}


@router.get("/series", response=Portion[ShownSeries], openapi_extra=shown({"items": [_SERIES], "next": None}))
def list_series(request: Call) -> dict[str, Any]:
    """List the classification scheme of one's own fonds, to administrators all, every branch after the one above."""
    return {"items": _tree(request.user), "next": None}


@router.post("/series", response={201: ShownSeries}, openapi_extra=shown(_SERIES, status=201, sent=_GIVEN_SERIES))
def create_series(request: Call, data: GivenSeries) -> Status[Any]:
    """Add a branch. For administrators."""
    require_administrator(request.user)
    return Status(201, _save_series(request.user, Series(fonds=fonds_called(data.fonds)), data))


@router.put("/series/{slug:series_id}", response=ShownSeries, openapi_extra=shown(_SERIES, sent=_GIVEN_SERIES))
def replace_series(request: Call, series_id: str, data: GivenSeries) -> dict[str, Any]:
    """Rename a branch, or move it with all under it. For administrators."""
    require_administrator(request.user)
    series = _branch(series_id)
    if data.fonds != series.fonds.code:
        raise Unprocessable("fonds", _("A series stays in its fonds."))
    return _save_series(request.user, series, data)


@router.delete("/series/{slug:series_id}", response={204: None})
def delete_series_unused(request: Call, series_id: str) -> Status[None]:
    """Delete a branch that has neither branches nor dossiers. For administrators."""
    require_administrator(request.user)
    delete_series(series=_branch(series_id), acting_user=request.user)
    return Status(204, None)


def _branch(public_id: str) -> Series:
    found = Series.objects.select_related("fonds").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _save_series(user: Any, series: Series, data: GivenSeries) -> dict[str, Any]:
    series.code, series.name, series.name_en = data.code, data.name, data.name_en
    parent = choices.series_among([series.fonds_id], data.under, field="under") if data.under else None
    if errors := clean([series], "", exclude=["path", "depth", "numchild"]):
        raise SeveralInvalid(errors)
    saved = save_series(series=series, parent=parent, acting_user=user)
    return next(row for row in _tree(user) if row["id"] == saved.public_id)


def _tree(user: Any) -> list[dict[str, Any]]:
    found = Series.objects.select_related("fonds")
    if not user.holds(PostKind.ADMINISTRATOR):
        found = found.filter(fonds__in=fonds_of(user))
    rows, above = [], {}
    for series in found.order_by("fonds__code", "path"):
        above[series.path] = series.public_id
        rows.append(
            {name: getattr(series, name) for name in ("code", "name", "name_en", "depth")}
            | {
                "id": series.public_id,
                "fonds": series.fonds.code,
                "under": above.get(series.path[: -Series.steplen], ""),
            }
        )
    return rows


class ListedDepartment(Coded):
    """A department."""

    fonds: str
    part_of: str | None = Field(description="Code of the department above.")


@router.get(
    "/departments",
    response=Portion[ListedDepartment],
    openapi_extra=shown(
        {"items": [{"code": "KF", "name": "客户服务部", "fonds": "WY", "part_of": None}], "next": None}
    ),
)
def list_departments(request: Call) -> dict[str, Any]:
    """List the departments of one's own fonds."""
    found = Department.objects.filter(fonds__in=fonds_of(request.user)).select_related("fonds", "parent")
    rows = [
        {**coded(one).dict(), "fonds": one.fonds.code, "part_of": one.parent.code if one.parent else None}
        for one in found.order_by("fonds__code", "code")
    ]
    return {"items": rows, "next": None}


class PeopleQuery(Given):
    """Whom to look for."""

    q: Line = Field("", description="Part of the name or the sign-in name.")


@router.get(
    "/people",
    response=Portion[Person],
    openapi_extra=shown({"items": [{"id": "d9w4q3h6n2p5sb", "username": "staff1", "name": "李四"}], "next": None}),
)
def list_people(request: Call, asked: Query[PeopleQuery]) -> dict[str, Any]:
    """List the people of one's own fonds who can be responsible for a dossier, at most 200; `q` narrows them."""
    found = people_of(fonds_of(request.user))
    if asked.q:
        found = found.filter(username__icontains=asked.q) | found.filter(display_name__icontains=asked.q)
    return {"items": [person(one) for one in found[:200]], "next": None}


class Classification(Coded):
    """A security classification; the higher the rank, the fewer may see."""

    rank: int


@router.get(
    "/classifications",
    response=Portion[Classification],
    openapi_extra=shown({"items": [{"code": "ordinary", "name": "普通", "rank": 0}], "next": None}),
)
def list_classifications(request: Call) -> dict[str, Any]:
    """List the security classifications by rank."""
    rows = [{**coded(one).dict(), "rank": one.rank} for one in SecurityClass.objects.order_by("rank")]
    return {"items": rows, "next": None}
