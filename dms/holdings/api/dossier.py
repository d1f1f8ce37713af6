"""One dossier: facts, names, versions, personal fields, uses, label, and its change. Every look is journalled (C6)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.conditions import ChangedMeanwhile, expected_version, tagged
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import never_kept, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Line, Page, Portion, Shown, Text
from dms.core.errors import NotAllowed, NotFound, Refusal, require
from dms.core.refusals import Denied
from dms.journal import words
from dms.journal.models import JournalEntry
from dms.journal.services import record
from dms.organisation.models import User

from ..models import Dossier, Item
from ..policy import masked
from ..selectors import get_dossier_for, looks_at, may_see_use, rights_on
from ..services import change_dossier
from ..services.personal import read_personal_values, show_personal_value
from ..services.versions import open_version
from ..version_words import rows_of, words_of
from . import choices
from .shapes import (
    VERSION_EXAMPLE,
    WHOLE_EXAMPLE,
    Look,
    Name,
    Version,
    WholeDossier,
    WholeVersion,
    listed,
    may_of,
    version,
)

router = Router(tags=["Dossiers"])


def whole(user: User, dossier: Dossier) -> dict[str, Any]:
    """Return a dossier with its facts, or only its head to those who may know but not read."""
    rights = rights_on(user, dossier)
    read = rights[Act.READ]
    head = listed(dossier, readable=bool(read)) | {"may": may_of(rights)}
    if isinstance(read, Denied):
        closed = f"{read.reason} {read.remedy}".strip()
        return head | {"version": None, "remarks": "", "fields": {}, "personal": [], "closed_because": closed}
    return head | {
        "version": dossier.version,
        "remarks": dossier.remarks,
        "fields": dossier.fields,
        "personal": sorted(dossier.personal_values.values_list("definition__code", flat=True)),
        "closed_because": "",
    }


def _read(request: Call, dossier_id: str, tab: str) -> Dossier:
    """Fetch a dossier to be read, and write down that it was."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    record("dossier.read", by=request.user, thing=dossier, facts={"tab": tab})
    return dossier


@router.get("/dossiers/{slug:dossier_id}", response=WholeDossier, openapi_extra=shown(WHOLE_EXAMPLE))
def get_dossier(request: Call, response: HttpResponse, dossier_id: str) -> dict[str, Any]:
    """Return a dossier with its facts and what the caller may do; the ETag is needed to change it."""
    dossier = get_dossier_for(request.user, dossier_id, Act.KNOW)
    found = whole(request.user, dossier)
    if found["readable"]:
        record("dossier.read", by=request.user, thing=dossier, facts={"tab": "facts"})
        tagged(response, dossier.version)
    return found


class DossierChanges(Given):
    """What is to be changed; what is left out stays. `fields` are open and personal own fields by code, null: empty."""

    name: Text | None = Field(None, min_length=1, max_length=120)
    series: Line | None = None
    department: Line | None = None
    classification: Line | None = None
    level: Literal["company", "department", "personal"] | None = None
    responsible: Line | None = Field(None, description="Public id of a person; an empty word: nobody.")
    unit: Text | None = Field(None, max_length=40)
    floor: Text | None = Field(None, max_length=20)
    state: Literal["open", "departed", "closed"] | None = None
    remarks: Text | None = Field(None, max_length=4000)
    fields: dict[str, Text | int | float | bool | None] | None = None
    reason: Text = Field("", max_length=200, description="Needed where the name changes.")


@router.patch(
    "/dossiers/{slug:dossier_id}",
    response=WholeDossier,
    openapi_extra={
        **shown({**WHOLE_EXAMPLE, "version": 4, "state": "departed"}, sent={"state": "departed", "reason": "迁出"}),
        "x-versioned": True,
    },
)
def change_dossier_facts(
    request: Call, response: HttpResponse, dossier_id: str, data: DossierChanges
) -> dict[str, Any]:
    """Change facts of a dossier (A12 A13); the old version stays readable. If-Match names the version changed."""
    user = request.user
    dossier = get_dossier_for(user, dossier_id, Act.WORK)
    expected = expected_version(request)
    given = data.dict(exclude_unset=True, exclude={"fields", "reason"})
    changes = {name: value for name, value in given.items() if value is not None}
    changes |= _linked(user, dossier, changes)
    if not dossier.kind.has_unit and {"unit", "floor"} & set(changes):
        raise Refusal(_("This kind of dossier has no unit and floor."), code="no_unit")
    own = None if data.fields is None else {**dossier.fields, **read_personal_values(dossier), **data.fields}
    with saying_what_changed(dossier, expected):
        changed = change_dossier(
            dossier=dossier,
            changes=changes,
            fields=own,
            reason=data.reason,
            expected_version=expected,
            acting_user=user,
        )
    tagged(response, changed.version)
    return whole(user, get_dossier_for(user, dossier_id, Act.KNOW))


def _linked(user: User, dossier: Dossier, given: dict[str, Any]) -> dict[str, Any]:
    fonds = [dossier.fonds_id]
    found: dict[str, Any] = {}
    if "series" in given:
        found["series"] = choices.series_among(fonds, given["series"])
    if "department" in given:
        found["department"] = choices.department_among(fonds, given["department"])
    if "classification" in given:
        found["classification"] = choices.classification_among(
            user, given["classification"], also=dossier.classification_id
        )
    if "responsible" in given:
        word = given["responsible"]
        found["responsible"] = choices.person_among(fonds, word, also=dossier.responsible_id) if word else None
    return found


@contextmanager
def saying_what_changed(thing: Dossier | Item, seen: int | None) -> Iterator[None]:
    """Turn a service's refusal that somebody was faster into the problem that lists what changed since `seen`."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code == "changed_meanwhile":
            raise ChangedMeanwhile(_changes_since(thing, seen)) from None
        raise


def _changes_since(thing: Dossier | Item, seen: int | None) -> list[dict[str, Any]]:
    """Return what changed since version `seen`, oldest first: which facts, by whom, when; never their values."""
    later = thing.versions.filter(version__gt=max(seen or 0, 0)).select_related("saved_by").defer("sealed")
    return [Version(**version(row)).model_dump(mode="json") for row in later.order_by("version")]


_NAME = {"name": "张三", "from_day": "2023-05-01", "until_day": None, "reason": ""}


@router.get(
    "/dossiers/{slug:dossier_id}/names",
    response=Portion[Name],
    openapi_extra=shown({"items": [_NAME], "next": None}),
)
def list_dossier_names(request: Call, dossier_id: str) -> dict[str, Any]:
    """List the names the customer has and had, the present one first (A13)."""
    dossier = get_dossier_for(request.user, dossier_id, Act.KNOW)
    names = [
        {"name": one.name, "from_day": one.from_day, "until_day": one.until_day, "reason": one.reason}
        for one in dossier.names.all()
    ]
    return {"items": names, "next": None}


@router.get(
    "/dossiers/{slug:dossier_id}/versions",
    response=Portion[Version],
    openapi_extra=shown({"items": [VERSION_EXAMPLE], "next": None}),
)
def list_dossier_versions(request: Call, dossier_id: str, asked: Query[Page]) -> dict[str, Any]:
    """List the versions of a dossier, newest first, with what changed, by whom and why."""
    return versions_of(_read(request, dossier_id, "history"), asked)


def versions_of(thing: Dossier | Item, asked: Page) -> dict[str, Any]:
    """Return a portion of the versions of a dossier or an entry, newest first."""
    found = thing.versions.select_related("saved_by").defer("sealed").order_by("-version")
    if beside := values_of(asked.after, "versions"):
        found = found.filter(version__lt=beside[0])
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {"items": [version(row) for row in rows], "next": place("versions", rows[-1].version) if more else None}


_FACT = {"name": "名称", "before": "张三", "value": "张三丰", "changed": True}


@router.get(
    "/dossiers/{slug:dossier_id}/versions/{int:number}",
    response=WholeVersion,
    openapi_extra=shown({**VERSION_EXAMPLE, "facts": [_FACT]}),
)
def get_dossier_version(request: Call, dossier_id: str, number: int) -> dict[str, Any]:
    """Return one version with every fact beside the version before; personal values are masked."""
    dossier = _read(request, dossier_id, "history")
    return whole_version(dossier, dossier, number)


def whole_version(thing: Dossier | Item, dossier: Dossier, number: int) -> dict[str, Any]:
    """Return version `number` of a dossier or an entry with its facts; raise NotFound where there is none."""
    wanted = (number, number - 1) if 0 < number < 2**31 else ()
    found = {one.version: one for one in thing.versions.filter(version__in=wanted).select_related("saved_by")}
    if number not in found:
        raise NotFound
    before = found.get(number - 1)
    rows = rows_of(
        words_of(thing), open_version(found[number], dossier), open_version(before, dossier) if before else None
    )
    facts = [{"name": str(r.label), "before": r.old, "value": r.new, "changed": r.changed} for r in rows]
    return version(found[number]) | {"facts": facts}


class PersonalField(Shown):
    """A personal field: whether it has a value, and the value masked."""

    code: str
    name: str
    has_value: bool
    masked: str


@router.get(
    "/dossiers/{slug:dossier_id}/personal",
    response=Portion[PersonalField],
    openapi_extra=shown(
        {
            "items": [{"code": "id_number", "name": "身份证号", "has_value": True, "masked": "110************234"}],
            "next": None,
        }
    ),
)
def list_personal_fields(request: Call, dossier_id: str) -> dict[str, Any]:
    """List the personal fields of a dossier, masked (D1)."""
    dossier = _read(request, dossier_id, "facts")
    clear = read_personal_values(dossier)
    fields = [
        {
            "code": definition.code,
            "name": str(definition),
            "has_value": bool(clear.get(definition.code)),
            "masked": masked(clear.get(definition.code, "")),
        }
        for definition in dossier.kind.fields.filter(personal=True)
    ]
    return {"items": fields, "next": None}


class PersonalInClear(Shown):
    """A personal value in clear."""

    code: str
    value: str


@router.post(
    "/dossiers/{slug:dossier_id}/personal/{slug:code}/show",
    response=PersonalInClear,
    openapi_extra=shown({"code": "id_number", "value": "110101199003071234"}),
)
@never_kept
def show_personal_field(request: Call, dossier_id: str, code: str) -> dict[str, Any]:
    """Show one personal value in clear; that it was shown stands in the journal (D1 C6). The answer is never kept."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    return {"code": code, "value": show_personal_value(dossier=dossier, code=code, acting_user=request.user)}


_LOOK = {
    "at": "2026-11-24T01:00:00Z",
    "person": "白洁",
    "action": "page.read",
    "thing": "214/1",
    "refused": False,
}


@router.get(
    "/dossiers/{slug:dossier_id}/uses",
    response=Portion[Look],
    openapi_extra=shown({"items": [_LOOK], "next": None}),
)
def list_dossier_uses(request: Call, dossier_id: str, asked: Query[Page]) -> dict[str, Any]:
    """List who looked at the dossier, its items and pages, newest first; for archivists and auditors."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    if not may_see_use(request.user, dossier):
        raise NotAllowed(_("Who looked at a dossier is shown to archivists and auditors."))
    record("dossier.read", by=request.user, thing=dossier, facts={"tab": "use"})
    beside = values_of(asked.after, "uses")
    last = JournalEntry.objects.filter(stamp=beside[0]).first() if beside else None
    lines = looks_at(dossier, before=last.pk if last else None, limit=asked.limit + 1)
    more, lines = len(lines) > asked.limit, lines[: asked.limit]
    return {"items": looks(lines), "next": place("uses", lines[-1].stamp) if more else None}


def looks(lines: Sequence[Any]) -> list[dict[str, Any]]:
    """Return lines of the journal as looks."""
    return [
        {
            "at": line.at,
            "person": words.person(line.actor_name),
            "action": line.action,
            "thing": line.thing_label,
            "refused": line.refused,
        }
        for line in lines
    ]


class Label(Shown):
    """What a printed label says."""

    number: str
    name: str
    address: str = Field(description="What the QR code leads to.")


@router.post(
    "/dossiers/{slug:dossier_id}/label",
    response=Label,
    openapi_extra=shown(
        {"number": "YZ-2023-0001", "name": "张三", "address": "https://archive.example.com/dossiers/…/"}
    ),
)
def print_label(request: Call, dossier_id: str) -> dict[str, Any]:
    """Return what the label says: number, the name of today, the address for the QR code (A1 A11); journalled."""
    dossier = get_dossier_for(request.user, dossier_id, Act.KNOW)
    require(rights_on(request.user, dossier)[Act.WORK])
    record("dossier.label_printed", by=request.user, thing=dossier)
    address = request.build_absolute_uri(f"/dossiers/{dossier.public_id}/")
    return {"number": dossier.number, "name": dossier.name, "address": address}
