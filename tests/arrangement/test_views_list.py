"""The list of volumes: what it shows to whom, its filters, and its export."""

import csv
import io

import pytest
from django.urls import reverse

from dms.arrangement.models import Volume
from dms.arrangement.selectors.listing import VolumeFilters, VolumeOrder, volumes_listed
from dms.holdings.models import DocumentType, Item, Page
from dms.holdings.services.items import FilingFacts
from dms.journal.models import JournalEntry
from tests.factories import security_classes

from .conftest import closed, made_ready
from .test_views import ENGLISH

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A9")]


@pytest.fixture
def volumes(house, enter, arrange) -> list[Volume]:
    """A closed volume of 2021, one of 2022 that is ready, one of 2023 with a request that has no reply and no scan."""
    made_ready(house, [enter("old", 2021), enter("letter", 2022)])
    asks = DocumentType.objects.get(code="request", fonds__isnull=True)
    enter("request", 2023, filing=FilingFacts(document_type=asks))
    arrange()
    closed(house, Volume.objects.get(filing_year=2021))
    return list(Volume.objects.order_by("filing_year"))


def listed(client, user, query: str = "") -> list[int]:
    """Return the years of the volumes in the list."""
    client.force_login(user)
    answer = client.get(reverse("arrangement:volume_list") + query, headers=ENGLISH)
    assert answer.status_code == 200
    return [volume.filing_year for volume in answer.context["volumes"]]


@pytest.mark.parametrize(
    ("query", "years"),
    [
        ("", [2023, 2022, 2021]),
        ("?sort=number", [2021, 2022, 2023]),
        ("?year=2022", [2022]),
        ("?state=closed", [2021]),
        ("?what=ready", [2022]),
        ("?what=unanswered", [2023]),
        ("?retention=permanent", [2023, 2022, 2021]),
        ("?retention=short", []),
        ("?year=x&state=nonsense&page=-1", [2023, 2022, 2021]),
        ("?page=7", []),
    ],
)
def test_filters_and_order_stand_in_the_address(client, house, volumes, query, years):
    assert listed(client, house.archivist, query) == years


def test_a_volume_is_found_by_the_beginning_of_its_code(client, house, volumes):
    assert listed(client, house.archivist, f"?q={volumes[0].reference_code[:-1]}") == [2021]


def test_ready_means_that_nothing_the_system_sees_is_missing(house, volumes):
    letter = Item.objects.filter(title="letter")
    ready = VolumeFilters(ready=True)

    def found() -> int:
        return volumes_listed(house.archivist, ready, VolumeOrder.YEAR).count()

    assert found() == 1
    for spoil, mend in (({"stated_pages": 2}, {"stated_pages": 1}), ({"state": "intake"}, {"state": "filed"})):
        letter.update(**spoil)
        assert found() == 0
        letter.update(**mend)
        assert found() == 1
    Page.objects.filter(item__title="letter").update(state="waiting")
    assert found() == 0


@pytest.mark.rule("D1")
def test_nobody_sees_a_volume_of_others_or_above_their_clearance(client, house, volumes, arrange):
    assert listed(client, house.staff2) == []
    Item.objects.filter(title="letter").update(classification=security_classes()[2])
    arrange()
    assert listed(client, house.archivist) == [2023, 2021]


def test_the_export_holds_the_rows_of_the_list_and_is_journalled(client, house, volumes):
    client.force_login(house.archivist)
    answer = client.get(reverse("arrangement:volume_export", args=["csv"]) + "?state=open", headers=ENGLISH)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Filing year"], row["Items"], row["State"]) for row in rows] == [
        ("2023", "1", "open"),
        ("2022", "1", "open"),
    ]
    assert JournalEntry.objects.filter(action="volumes.exported").count() == 1
    assert client.get(reverse("arrangement:volume_export", args=["pdf"])).status_code == 404


def test_what_waits_for_an_archivist_is_one_step_away_and_for_nobody_else(client, house):
    def steps(person) -> list[str]:
        client.force_login(person)
        page = client.get(reverse("arrangement:volume_list")).context
        return [url for _words, url in page["shortcuts"]]

    here = reverse("arrangement:volume_list")
    assert steps(house.archivist) == [
        f"{here}?what=ready", f"{here}?what=unanswered", reverse("arrangement:every_proposal"),
    ]  # fmt: skip
    assert steps(house.head1) == []
