"""Loads the whole invented organisation and its dossiers, through the rooms' own services. Loading twice changes nothing."""

from dataclasses import dataclass

from dms.clearance.models import SecurityClass
from dms.holdings.models import Dossier, DossierKind, Series
from dms.holdings.services import create_dossier
from dms.organisation.models import Department, Fonds, User

from .dossiers import CUSTOMERS, Customer
from .kinds import load_kinds, load_series
from .people import load_classes, load_fonds, load_people

_DEPARTMENT = {"owner": "KF", "tenant": "KF", "loan": "XD"}


@dataclass(frozen=True, slots=True)
class Organisation:
    """What was loaded; dossiers by the customer's contract number, everything else by code or sign-in name."""

    fonds: Fonds
    departments: dict[str, Department]
    classes: dict[str, SecurityClass]
    people: dict[str, User]
    series: dict[str, Series]
    kinds: dict[str, DossierKind]
    dossiers: dict[str, Dossier]


def load_organisation() -> Organisation:
    """Load what is missing and return everything."""
    classes = load_classes()
    fonds, departments = load_fonds()
    people = load_people(fonds, departments, classes)
    admin = people["admin"]
    series = load_series(fonds, admin)
    # D1: customer dossiers are confidential by default.
    kinds = load_kinds(fonds, classes["confidential"], admin)
    house = Organisation(fonds, departments, classes, people, series, kinds, {})
    for customer in CUSTOMERS:
        house.dossiers[customer.contract] = _load_dossier(customer, house)
    return house


def series_of(customer: Customer) -> str:
    """Return the code of the branch a customer's dossier stands under."""
    if customer.kind == "loan":
        return "DK-GR" if customer.name.startswith("个体") else "DK-GS"
    return {"owner": "KH-YZ", "tenant": "KH-ZH"}[customer.kind]


def _load_dossier(customer: Customer, house: Organisation) -> Dossier:
    there = Dossier.objects.filter(
        fonds=house.fonds, kind=house.kinds[customer.kind], opened_on=customer.begins, names__name=customer.name
    ).first()
    return there or create_dossier(
        kind=house.kinds[customer.kind],
        series=house.series[series_of(customer)],
        department=house.departments[_DEPARTMENT[customer.kind]],
        name=customer.name,
        fields=customer.fields,
        classification=house.classes[customer.classification],
        responsible=house.people[customer.responsible],
        unit=customer.unit,
        floor=customer.floor,
        opened_on=customer.begins,
        acting_user=house.people["archivist"],
    )
