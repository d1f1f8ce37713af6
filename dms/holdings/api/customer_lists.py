"""Importing a customer list: upload, look at what it would open, import or give up. The list lies sealed in between."""

from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from dms.core.api.operations import binary, repeatable, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Shown
from dms.core.errors import Refusal
from dms.core.table_files import WRITERS

from ..imports import Plan, carry_out, headings_for, plan_import
from ..services.drafts import drop_draft, keep_draft, read_draft, require_importer
from ..spreadsheets import MOST_BYTES, read_table

router = Router(tags=["Customer lists"])


class RowError(Shown):
    """What is wrong in a row, at its column."""

    column: str
    why: str


class ListRow(Shown):
    """A row: what it would open, or why it cannot; `alike` names dossiers and rows that seem the same."""

    number: int
    name: str
    errors: list[RowError]
    alike: list[str]


class ListPlan(Shown):
    """A customer list as it would be imported now."""

    id: Id
    good: int
    bad: int
    rows: list[ListRow]


class Opened(Shown):
    """A dossier that was opened."""

    row: int
    id: Id
    number: str


class RefusedRow(Shown):
    """A row that was refused after all."""

    row: int
    why: str


class ListOutcome(Shown):
    """What an import did."""

    opened: list[Opened]
    refused: list[RefusedRow]


class Which(Given):
    """All rows or none, or the good ones only."""

    rows: Literal["all", "good"] = Field("all")


_PLAN = {
    "id": "h4a8u7n2s6t9wf",
    "good": 1,
    "bad": 0,
    "rows": [{"number": 2, "name": "张三", "errors": [], "alike": []}],
}


@router.get(
    "/customer-lists/template",
    openapi_extra=binary(WRITERS["xlsx"][0], description="An empty list with the right headings"),
)
def get_list_template(request: Call) -> HttpResponse:
    """Return an empty customer list with the headings that are understood."""
    require_importer(request.user)
    media_type, write = WRITERS["xlsx"]
    answer = HttpResponse(write(_("Dossiers"), list(headings_for(request.user)), []), content_type=media_type)
    answer["Content-Disposition"] = 'attachment; filename="customer-list.xlsx"'
    return answer


@router.post("/customer-lists", response={201: ListPlan}, openapi_extra=shown(_PLAN, status=201))
@repeatable
def upload_customer_list(request: Call, file: File[UploadedFile]) -> Status[Any]:
    """Upload an Excel or CSV file (5 MB, 2,000 rows) and see row by row what it would open; nothing is opened yet."""
    require_importer(request.user)
    if (file.size or 0) > MOST_BYTES:
        raise Refusal(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20}, code="too_large")
    content = file.read()
    plan = plan_import(request.user, read_table(content))
    draft = keep_draft(content=content, acting_user=request.user)
    return Status(201, _shown(draft.public_id, plan))


@router.get("/customer-lists/{slug:list_id}", response=ListPlan, openapi_extra=shown(_PLAN))
def get_customer_list(request: Call, list_id: str) -> dict[str, Any]:
    """Return what the uploaded list would open now."""
    _draft, content = read_draft(public_id=list_id, acting_user=request.user)
    return _shown(list_id, plan_import(request.user, read_table(content)))


@router.post(
    "/customer-lists/{slug:list_id}/import",
    response=ListOutcome,
    openapi_extra=shown(
        {"opened": [{"row": 2, "id": "k3m9x2p7q4w8ra", "number": "YZ-2023-0001"}], "refused": []}, sent={"rows": "all"}
    ),
)
@repeatable
def import_customer_list(request: Call, list_id: str, data: Which) -> dict[str, Any]:
    """Open the dossiers: of all rows or none, or of the good rows; the uploaded list is destroyed afterwards."""
    draft, content = read_draft(public_id=list_id, acting_user=request.user)
    plan = plan_import(request.user, read_table(content))
    outcome = carry_out(plan, only_good=data.rows == "good", acting_user=request.user)
    drop_draft(draft)
    return {
        "opened": [{"row": row.number, "id": one.public_id, "number": one.number} for row, one in outcome.opened],
        "refused": [{"row": row.number, "why": why} for row, why in outcome.refused],
    }


@router.delete("/customer-lists/{slug:list_id}", response={204: None})
@repeatable
def give_up_customer_list(request: Call, list_id: str) -> Status[None]:
    """Import nothing; the uploaded list is destroyed."""
    draft, _content = read_draft(public_id=list_id, acting_user=request.user)
    drop_draft(draft)
    return Status(204, None)


def _shown(list_id: str, plan: Plan) -> dict[str, Any]:
    return {
        "id": list_id,
        "good": len(plan.good),
        "bad": len(plan.bad),
        "rows": [
            {
                "number": row.number,
                "name": row.name,
                "errors": [{"column": column, "why": why} for column, why in row.errors],
                "alike": row.alike,
            }
            for row in plan.rows
        ],
    }
