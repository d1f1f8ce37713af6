"""Text is compared by its bytes on both databases, whatever a PostgreSQL database sorts by."""

import pytest
from django.db import connection

from dms.core.byte_order import columns_in_another_order, set_byte_order
from dms.holdings.models import Dossier
from tests.factories import a_dossier, a_house

pytestmark = pytest.mark.django_db


@pytest.mark.postgresql
def test_after_the_migrations_no_column_of_ours_is_compared_otherwise():
    assert columns_in_another_order(connection) == []


@pytest.mark.postgresql
def test_a_column_whose_type_was_changed_is_set_right_again_and_the_others_are_left_alone():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE holdings_dossier ALTER COLUMN number TYPE varchar(90)")
    assert set_byte_order(connection) == ["holdings_dossier.number"]
    assert set_byte_order(connection) == []


@pytest.mark.parametrize("column", ["number", "name_sort"])
def test_the_database_sorts_as_python_does(column):
    house = a_house()
    made = [a_dossier(house.archivist, house.service) for _ in range(6)]
    for dossier, word in zip(made, ["b-1", "B1", "b1", "ä", "~", "张"], strict=True):
        Dossier.objects.filter(pk=dossier.pk).update(**{column: word})
    found = list(Dossier.objects.order_by(column).values_list(column, flat=True))
    assert found == sorted(found) and len(found) == 6
