"""A house with one dossier, for the tests of the holdings."""

from datetime import date

import pytest
from django.test import Client

from dms.holdings.models import Dossier, DossierKind, Item
from tests.factories import House, a_dossier, a_house, a_kind, an_item


@pytest.fixture
def house(db) -> House:
    """One fonds with two departments and a person of every kind."""
    return a_house()


@pytest.fixture
def kind(house) -> DossierKind:
    """A kind with sections, a personal and an open field, unit and floor."""
    return a_kind(house.fonds, has_unit=True)


@pytest.fixture
def dossier(house, kind) -> Dossier:
    """A confidential dossier of the service department, for which staff1 is responsible."""
    return a_dossier(
        house.archivist,
        house.service,
        kind=kind,
        responsible=house.staff1,
        unit="3-1202",
        floor="12",
        fields={"id_number": "110101199003071234", "area": "88"},
    )


@pytest.fixture
def item(house, dossier) -> Item:
    """An item of the dossier, not filed yet."""
    return an_item(house.archivist, dossier, document_date=date(2023, 6, 1))


@pytest.fixture
def sign_in():
    """Return a function that gives the browser of a person."""

    def as_person(person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return as_person
