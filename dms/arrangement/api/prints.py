"""Prints of a volume, of a dossier's and of a year's volumes, through the same services as the screens (A11 A13)."""

from typing import Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.operations import binary
from dms.core.api.requests import Call
from dms.core.api.shapes import Given
from dms.holdings.selectors import get_dossier_for

from ..prints.facts import get_bound_volume_for
from ..prints.responses import language_asked, sent
from ..prints.services import print_volume, print_volumes_of_dossier, print_volumes_of_year

router = Router(tags=["Volumes"])
FormName = Literal[
    "cover", "soft-cover", "catalogue", "note-sheet", "reordering-list",
    "spine-10", "spine-15", "spine-20", "spine-30", "spine-40", "spine-50",
]  # fmt: skip
PDF = "application/pdf"


@router.get("/volumes/{slug:volume_id}/prints/{form}", openapi_extra=binary(PDF, description="The form as PDF"))
def print_form_of_volume(request: Call, volume_id: str, form: FormName) -> HttpResponse:
    """Return a form of a volume as PDF, to those who may print; journalled. Spines are so many millimetres wide."""
    bound = get_bound_volume_for(request.user, volume_id, Act.PRINT)
    pdf = print_volume(bound=bound, form=form, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"{bound.volume.journal_label}-{form}")


@router.get("/dossiers/{slug:dossier_id}/volumes/print", openapi_extra=binary(PDF, description="The list as PDF"))
def print_list_of_dossier(request: Call, dossier_id: str) -> HttpResponse:
    """Return the list of a dossier's volumes as PDF, to those who may print; journalled. 404 where there is none."""
    dossier = get_dossier_for(request.user, dossier_id, Act.PRINT)
    pdf = print_volumes_of_dossier(dossier=dossier, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"{dossier.number}-volumes")


class YearQuery(Given):
    """Which portion of a long list."""

    portion: int = Field(1, ge=1, le=99_999, description="2 is what the first print could not hold.")


@router.get("/volumes/print/{int:year}", openapi_extra=binary(PDF, description="The list as PDF"))
def print_list_of_year(request: Call, year: int, asked: Query[YearQuery]) -> HttpResponse:
    """Return the list of a year's volumes that one may print as PDF; journalled. 404 where there is none."""
    number = min(year, 9999)
    pdf = print_volumes_of_year(year=number, portion=asked.portion, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"volumes-{number}-{asked.portion}")
