"""The dossier list, opening dossiers, changing many, and the list as a file."""

from datetime import date
from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.conditions import tagged
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import binary, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Line, Page, Portion, Shown, Text
from dms.core.errors import NotFound, Refusal
from dms.core.table_files import WRITERS

from .. import exports, listing
from ..listing import Filters, Order, Place
from ..models import Dossier, Series
from ..selectors import decide_dossier, fonds_of, get_dossier_by_number, visible_among
from ..services import change_many_dossiers, create_dossier
from ..services.dossiers import possible_duplicates
from . import choices
from .dossier import whole
from .shapes import DOSSIER_EXAMPLE, WHOLE_EXAMPLE, ListedDossier, WholeDossier, listed

router = Router(tags=["Dossiers"])
MOST_AT_ONCE = 500


class DossierFilters(Given):
    """What the list is narrowed to; everything may be left out."""

    q: Line = Field("", description="A number, a name of today or of old, or a unit begins so.")
    kind: Line = Field("", description="Public id of a kind.")
    series: Line = Field("", description="Public id of a series; all branches under it count.")
    department: Line = Field("", description="Code of a department, or fonds/code.")
    classification: Line = Field("", description="Code of a classification.")
    level: Literal["", "company", "department", "personal"] = ""
    state: Literal["", "open", "departed", "closed"] = ""
    responsible: Line = Field("", description="Public id of a person.")
    year: int | None = Field(None, ge=1900, le=2200, description="Year in which it was opened.")
    sort: Literal["number", "name"] = "number"

    def filters(self, user: Any) -> Filters:
        """Return what the list asks for; raise Unprocessable for what is none of the choosers' values."""
        fonds = fonds_of(user)
        series = choices.series_among(fonds, self.series) if self.series else None
        return Filters(
            text=self.q,
            kind=choices.kind_among(user, self.kind).pk if self.kind else None,
            series=frozenset(Series.get_tree(series).values_list("pk", flat=True)) if series else None,
            department=choices.department_among(fonds, self.department) if self.department else None,
            classification=(
                choices.classification_among(user, self.classification, every=True).pk if self.classification else None
            ),
            level=self.level,
            state=self.state,
            responsible=choices.person_among(fonds, self.responsible).pk if self.responsible else None,
            year=self.year,
        )


class DossierQuery(DossierFilters, Page):
    """Filters, order and place of the list."""

    number: Line = Field("", description="The one dossier of exactly this number, if there is one.")
    starts: Line = Field("", description="Begin at this number (sort=number) or initial A…Z, # (sort=name).")


@router.get(
    "/dossiers",
    response=Portion[ListedDossier],
    openapi_extra=shown({"items": [DOSSIER_EXAMPLE], "next": "WyJkb3NzaWVycyIs…"}),
)
def list_dossiers(request: Call, asked: Query[DossierQuery]) -> dict[str, Any]:
    """List the dossiers one may know of, by number or by name (pinyin); `readable` says which one may read."""
    if asked.number:
        return {"items": _numbered(request.user, asked.number), "next": None}
    user, order, filters = request.user, Order(asked.sort), asked.filters(request.user)
    page = listing.list_page(user, filters, order, _place(user, filters, order, asked), asked.limit)
    return {
        "items": [listed(row, readable=row.pk not in page.known_only) for row in page.rows],
        "next": place("dossiers", order, page.rows[-1].public_id) if page.has_next else None,
    }


def _numbered(user: Any, number: str) -> list[dict[str, Any]]:
    try:
        dossier = get_dossier_by_number(user, number, Act.KNOW)
    except NotFound:
        return []
    return [listed(dossier, readable=bool(decide_dossier(user, Act.READ, dossier)))]


def _place(user: Any, filters: Filters, order: Order, asked: DossierQuery) -> Place:
    beside = values_of(asked.after, "dossiers")
    if beside:
        # The place is the one under the order in which the portion before was read.
        return listing.place_of(user, beside[1], Order(beside[0])) if beside[0] == order else listing.FIRST
    if asked.starts and order is Order.NUMBER:
        return listing.place_of_number(asked.starts)
    if asked.starts.upper() in set(listing.INITIALS):
        return listing.place_of_initial(user, filters, asked.starts.upper())
    return listing.FIRST


@router.get(
    "/dossiers/export/{slug:kind}",
    openapi_extra=binary(*(media for media, _write in WRITERS.values()), description="The list as a table"),
)
def export_dossiers(request: Call, kind: str, asked: Query[DossierFilters]) -> HttpResponse:
    """Return the whole filtered list as `xlsx` or `csv`: the same rows, through the same rights, journalled."""
    if kind not in WRITERS:
        raise NotFound
    words = {name: str(value) for name, value in asked.dict().items() if value and name != "sort"}
    made = exports.export_list(
        kind,
        user=request.user,
        filters=asked.filters(request.user),
        order=Order(asked.sort),
        filters_in_words=words,
    )
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    return answer


class NewDossier(Given):
    """A dossier to be opened. `fields` holds open and personal own fields by code."""

    kind: Line = Field(description="Public id of a kind.")
    series: Line = Field(description="Public id of a series.")
    department: Line = Field(description="Code of a department of the kind's fonds.")
    name: Text = Field(min_length=1, max_length=120)
    classification: Line = Field("", description="Code; empty: as the kind says.")
    level: Literal["", "company", "department", "personal"] = Field("", description="Empty: as the kind says.")
    responsible: Line = Field("", description="Public id of a person; empty: nobody yet.")
    unit: Text = Field("", max_length=40)
    floor: Text = Field("", max_length=20)
    opened_on: date | None = Field(None, description="Today, where it is left out.")
    remarks: Text = Field("", max_length=4000)
    fields: dict[str, Text | int | float | bool | None] = Field(default_factory=dict)
    complete: bool = Field(True, description="False: papers come first, required fields may be completed later (A13).")
    create_anyway: bool = Field(False, description="Open it although the customer seems to have a dossier already.")


class SeemsToExist(Refusal):
    """The customer seems to have a dossier already; `alike` names those the caller may know of."""

    code = "possible_duplicates"

    def __init__(self, alike: list[Dossier]) -> None:
        super().__init__(
            _("This customer seems to have a dossier already."),
            _("Look at the dossiers named; send create_anyway to open another one."),
        )
        self.carried = {"alike": [{"id": one.public_id, "number": one.number, "name": one.name} for one in alike]}


@router.post(
    "/dossiers",
    response={201: WholeDossier},
    openapi_extra=shown(
        WHOLE_EXAMPLE,
        status=201,
        sent={
            "kind": "b7t2n9f4k8m3qz",
            "series": "c8v3p2g5m9n4ra",
            "department": "KF",
            "name": "张三",
            "fields": {"id_number": "110101199003071234", "area": "88"},
        },
    ),
)
def create_dossier_of_kind(request: Call, response: HttpResponse, data: NewDossier) -> Status[Any]:
    """Open a dossier under a number of its own (A1). Refused (409, `alike`) where the customer seems to have one."""
    user = request.user
    kind = choices.kind_among(user, data.kind, opening=True)
    fonds = [kind.fonds_id]
    values: dict[str, Any] = {
        "series": choices.series_among(fonds, data.series),
        "department": choices.department_among(fonds, data.department),
        "classification": choices.classification_among(user, data.classification) if data.classification else None,
        "responsible": choices.person_among(fonds, data.responsible) if data.responsible else None,
    }
    plain = data.dict(include={"name", "level", "unit", "floor", "opened_on", "remarks", "fields", "complete"})
    if not data.create_anyway:
        personal = {definition: str(data.fields.get(definition.code) or "").strip()
                    for definition in kind.fields.filter(personal=True)}  # fmt: skip
        alike = possible_duplicates(user=user, fonds_id=kind.fonds_id, name=data.name, personal_values=personal)
        if alike:
            raise SeemsToExist(alike)
    dossier = create_dossier(kind=kind, acting_user=user, **plain, **values)
    tagged(response, dossier.version)
    response["Location"] = f"/api/v1/dossiers/{dossier.public_id}"
    return Status(201, whole(user, dossier))


class ManyChanges(Given):
    """What is set for all the dossiers named; what is left out stays as it is."""

    department: Line = ""
    series: Line = ""
    responsible: Line = ""
    classification: Line = ""
    level: Literal["", "company", "department", "personal"] = ""
    state: Literal["", "open", "departed", "closed"] = ""


class Many(Given):
    """Many dossiers of one fonds, what to change, and why. `preview`: say what would change, and change nothing."""

    dossiers: list[Line] = Field(min_length=1, max_length=MOST_AT_ONCE)
    changes: ManyChanges
    reason: Text = Field(min_length=1, max_length=200)
    preview: bool = False


class Outcome(Shown):
    """What became, or would become, of one dossier."""

    id: Id
    number: str
    outcome: Literal["changed", "same", "refused", "would change", "would be refused"]
    why: str


class Outcomes(Shown):
    """What became of each dossier that one may know of."""

    outcomes: list[Outcome]


@router.post(
    "/dossiers/changes",
    response=Outcomes,
    openapi_extra=shown(
        {"outcomes": [{"id": "k3m9x2p7q4w8ra", "number": "YZ-2023-0001", "outcome": "changed", "why": ""}]},
        sent={"dossiers": ["k3m9x2p7q4w8ra"], "changes": {"state": "departed"}, "reason": "2026 年底迁出"},
    ),
)
def change_dossiers(request: Call, data: Many) -> dict[str, Any]:
    """Change many dossiers at once, each by itself; what is refused is named with its reason, the others are done."""
    user = request.user
    few = Dossier.objects.filter(public_id__in=data.dossiers)
    dossiers = list(visible_among(user, Act.KNOW, few).select_related(*listing.RELATED).order_by("number", "pk"))
    if not dossiers:
        raise NotFound
    fonds = {dossier.fonds_id for dossier in dossiers}
    if len(fonds) > 1:
        raise Refusal(_("The selected dossiers belong to several fonds."), _("Select those of one fonds."))
    changes = _changes_of(user, fonds, data.changes)
    different = [row for row in dossiers if any(getattr(row, name) != value for name, value in changes.items())]
    if data.preview:
        few = Dossier.objects.filter(pk__in=[row.pk for row in different])
        workable = set(visible_among(user, Act.WORK, few).values_list("pk", flat=True))
        refused = {row.pk: "" for row in different if row.pk not in workable}
    else:
        refused = change_many_dossiers(dossiers=different, changes=changes, reason=data.reason, acting_user=user)
    changing = {row.pk for row in different}
    words = ("would change", "would be refused") if data.preview else ("changed", "refused")
    return {
        "outcomes": [
            {
                "id": row.public_id,
                "number": row.number,
                "outcome": words[row.pk in refused] if row.pk in changing else "same",
                "why": refused.get(row.pk, ""),
            }
            for row in dossiers
        ]
    }


def _changes_of(user: Any, fonds: set[int], given: ManyChanges) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if given.department:
        changes["department"] = choices.department_among(fonds, given.department)
    if given.series:
        changes["series"] = choices.series_among(fonds, given.series)
    if given.responsible:
        changes["responsible"] = choices.person_among(fonds, given.responsible)
    if given.classification:
        changes["classification"] = choices.classification_among(user, given.classification)
    if given.level:
        changes["level"] = given.level
    if given.state:
        changes["state"] = given.state
    if not changes:
        raise Refusal(_("Choose at least one thing to change."), code="nothing_to_change")
    return changes
