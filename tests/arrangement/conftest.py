"""A house with a dossier of a kind that has sections, for the tests of the volumes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dms.arrangement.models import Binding, Volume
from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
from dms.arrangement.services import arrange_dossier, close_volume
from dms.holdings.models import Dossier, DossierKind, Item, Page, PageState
from dms.holdings.services import file_item
from tests.factories import House, a_dossier, a_house, a_kind, a_page, an_item


@pytest.fixture
def house(db) -> House:
    """One fonds with two departments and a person of every kind; the archivist is cleared up to confidential."""
    return a_house()


@pytest.fixture
def kind(house: House) -> DossierKind:
    """A kind whose dossiers are ordinary."""
    return a_kind(house.fonds, rank=0, personal=False)


@pytest.fixture
def dossier(house: House, kind: DossierKind) -> Dossier:
    """A dossier of the service department."""
    return a_dossier(house.archivist, house.service, kind=kind, responsible=house.staff1)


@pytest.fixture
def enter(house: House, dossier: Dossier) -> Callable[..., Item]:
    """Return a function that enters an item of a year or a day into the dossier."""

    def entered(title: str, *day: int, **values: Any) -> Item:
        full = date(*(*day, 1, 1)[:3]) if day else None
        return an_item(house.archivist, dossier, title, document_date=full, **values)

    return entered


@pytest.fixture
def arrange(house: House, dossier: Dossier) -> Callable[[], list[list[str]]]:
    """Return a function that arranges the dossier and gives the titles of each volume in order."""

    def arranged() -> list[list[str]]:
        arrange_dossier(dossier=dossier, acting_user=house.archivist)
        return titles(dossier)

    return arranged


def titles(dossier: Dossier) -> list[list[str]]:
    """Return the titles of each volume, volumes by year."""
    volumes = Volume.objects.filter(dossier=dossier).in_order()
    rows = Binding.objects.select_related("item")
    return [[row.item.title for row in rows.filter(volume=volume).order_by("order")] for volume in volumes]


def made_ready(house: House, items: list[Item]) -> None:
    """Give each item a page that was read, and file it."""
    for item in items:
        page = a_page(item)
        Page.objects.filter(pk=page.pk).update(state=PageState.RECOGNISED, text_version=1)
        file_item(item=item, acting_user=house.archivist)


def closed(house: House, volume: Volume) -> Volume:
    """Return the volume, closed by the archivist."""
    return close_volume(volume=volume, confirmed=CONFIRMED_BY_HAND, acting_user=house.archivist)


def snapshot(dossier: Dossier) -> list[Any]:
    """Return everything about the volumes of a dossier, to tell that nothing changed."""
    return [
        list(Volume.objects.filter(dossier=dossier).order_by("pk").values_list()),
        list(Binding.objects.filter(volume__dossier=dossier).order_by("pk").values_list()),
        list(Item.objects.filter(dossier=dossier).order_by("pk").values_list()),
    ]
