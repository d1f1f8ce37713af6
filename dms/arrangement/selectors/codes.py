"""What reference codes are made of; reads a dossier's related rows and nothing else."""

from dms.core.numbering import render
from dms.holdings.models import Dossier

from ..policy.reference_codes import provisional_pattern


def numbering_values(dossier: Dossier, year: int) -> dict[str, str | int]:
    """Return what the tokens of a kind's volume pattern stand for in this dossier and year."""
    return {
        "fonds": dossier.fonds.code,
        "kind": dossier.kind.code,
        "department": dossier.department.code,
        "series": dossier.series.code,
        "year": year,
        "month": "00",
    }


def provisional_code(dossier: Dossier, year: int, retention: str, classification: str, part: int) -> str:
    """Return the code of an open volume: where its number will stand it says which of the dossier's volumes it is."""
    words = [dossier.number, retention, *([classification] if classification else []), str(part)]
    pattern = provisional_pattern(dossier.kind.volume_pattern, "/".join(words).replace("{", "(").replace("}", ")"))
    return render(pattern, numbering_values(dossier, year), 0)
