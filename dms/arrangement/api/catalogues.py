"""The catalogue of a dossier, and the list of items that is imported."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import File, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.operations import shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Count, Given, Shown
from dms.core.errors import Refusal
from dms.holdings.selectors import get_dossier_for
from dms.journal.services import record

from ..imports import MOST_BYTES, carry_out, errors_of, plan_import, read_list
from ..selectors.catalogues import as_json, catalogue_of

router = Router(tags=["Volumes"])


class CatalogueItem(Shown):
    """An item in the catalogue. `no` null: a row below the item before it. Pages null: no side has writing."""

    no: int | None
    key: str = Field(description="What the imported list called it, else its public id.")
    title: str
    reference_code: str
    first_page: int | None
    last_page: int | None
    filing_year_reason: str


class CatalogueVolumeShape(Shown):
    """A volume with its items in order."""

    year: int
    part: int
    classification: str = Field(description="The highest in it.")
    retention: str
    reference_code: str
    items: list[CatalogueItem]


_CATALOGUE = [
    {
        "year": 2023,
        "part": 1,
        "classification": "ordinary",
        "retention": "long",
        "reference_code": "WY-KH-2023-0001",
        "items": [
            {
                "no": 1,
                "key": "R1",
                "title": "关于装修的批复",
                "reference_code": "WY-KH-2023-0001-001",
                "first_page": 1,
                "last_page": 2,
                "filing_year_reason": "bound under 2023: year of its date",
            }
        ],
    }
]


class CatalogueQuery(Given):
    """Which volumes."""

    year: int | None = Field(None, ge=0, le=9999, description="Of this filing year only.")


@router.get(
    "/dossiers/{slug:dossier_id}/catalogue",
    response=list[CatalogueVolumeShape],
    openapi_extra=shown(_CATALOGUE),
)
def get_catalogue(request: Call, dossier_id: str, asked: Query[CatalogueQuery]) -> list[dict[str, Any]]:
    """Return the catalogues of a dossier (A11): closed volumes as they are, open ones as the rules say now."""
    dossier = get_dossier_for(request.user, dossier_id, Act.READ)
    record("catalogue.read", by=request.user, thing=dossier, thing_label=dossier.number)
    return as_json(catalogue_of(request.user, dossier, year=asked.year))


class ItemRowError(Shown):
    """What is wrong in a row, at its column."""

    row: int
    column: str
    words: str


class ItemListOutcome(Shown):
    """What an import did, or (`dry_run`) would be refused for."""

    rows: Count
    imported: Count
    relations: Count
    volumes: Count = Field(description="Open volumes of the dossier afterwards.")
    errors: list[ItemRowError]


class HowToImport(Given):
    """Whether only to look."""

    dry_run: bool = Field(False, description="Only say what is wrong; nothing is entered.")


@router.post(
    "/dossiers/{slug:dossier_id}/items/import",
    response=ItemListOutcome,
    openapi_extra=shown({"rows": 120, "imported": 120, "relations": 34, "volumes": 5, "errors": []}),
)
def import_items_into_dossier(
    request: Call, dossier_id: str, file: File[UploadedFile], asked: Query[HowToImport]
) -> dict[str, Any]:
    """Enter the items of an Excel or CSV list (50 MB, 50,000 rows), all or none, and arrange them (A6 A7).

    Columns: key,title,type,issuer,issue_no,date,section,classification,pages,copies,relation,related_key,period_from,
    period_to,opened_on,remarks. A list with errors is refused (409, `rows`), and nothing is entered.
    """
    dossier = get_dossier_for(request.user, dossier_id, Act.WORK)
    if (file.size or 0) > MOST_BYTES:
        raise Refusal(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES >> 20}, code="too_large")
    plan = plan_import(request.user, dossier, read_list(file.read()))
    if asked.dry_run:
        return {"rows": len(plan.rows), "imported": 0, "relations": 0, "volumes": 0, "errors": errors_of(plan.bad)}
    outcome = carry_out(plan, dossier=dossier, acting_user=request.user)
    return {
        "rows": len(plan.rows),
        "imported": len(outcome.items),
        "relations": outcome.relations,
        "volumes": outcome.arranged.volumes,
        "errors": [],
    }
