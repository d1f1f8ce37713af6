"""Two archivists at once never get the same number, and none is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dms.holdings.models import Dossier, Item
from tests.factories import a_dossier, a_house, a_kind, a_series, an_item


@pytest.mark.rule("A1")
@pytest.mark.django_db(transaction=True)
def test_dossiers_and_items_opened_at_once_are_numbered_without_gap_or_double():
    house = a_house()
    kind, series = a_kind(house.fonds), a_series(house.fonds)

    def open_three(_number: int) -> None:
        try:
            for _ in range(3):
                made = a_dossier(house.archivist, house.service, kind=kind, series=series)
                an_item(house.archivist, made)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(open_three, range(4)))
    assert sorted(d.number for d in Dossier.objects.all()) == [f"{kind.code}-2023-{n:04}" for n in range(1, 13)]
    assert sorted(Item.objects.values_list("entry_number", flat=True)) == list(range(1, 13))
