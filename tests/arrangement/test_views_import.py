"""The import on screen: every row is looked at first, what is wrong is said at its column, all or nothing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from dms.arrangement.models import Binding, ItemRelation
from dms.holdings.models import Item, ListDraft

from .test_views import ENGLISH

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A6")]

GOOD = "key,title,type,date,relation,related_key\nQ1,请示,request,2022-03-01,,\nR1,批复,reply,2023-05,replies_to,Q1\n"
BAD = "key,title,date\nQ1,请示,2022-03-01\nQ2,,1998-13\n"


def uploaded(client, dossier, user, text: str):
    """Return the preview's answer, or the upload's where it was refused."""
    client.force_login(user)
    url = reverse("arrangement:import", args=[dossier.public_id])
    file = SimpleUploadedFile("list.csv", text.encode())
    return client.post(url, {"file": file}, headers=ENGLISH, follow=True)


@pytest.mark.parametrize("person", ["archivist", "staff1"])
def test_a_good_list_is_entered_related_and_arranged_when_told_to(client, house, dossier, person):
    preview = uploaded(client, dossier, getattr(house, person), GOOD)
    assert (preview.context["good_count"], preview.context["bad_count"]) == (2, 0)
    assert not Item.objects.exists()
    answer = client.post(preview.request["PATH_INFO"], {"act": "all"}, headers=ENGLISH, follow=True)
    assert "2 items were entered" in answer.content.decode()
    assert ItemRelation.objects.count() == 1
    assert set(Binding.objects.values_list("filing_year", flat=True)) == {2023}
    assert not ListDraft.objects.exists()


def test_errors_are_said_at_their_rows_and_columns_and_nothing_is_entered(client, house, dossier):
    preview = uploaded(client, dossier, house.archivist, BAD)
    ((row, errors),) = preview.context["bad"]
    assert row.number == 3
    assert [heading for heading, _words in errors] == ["Title (title)", "Date (date)"]
    answer = client.post(preview.request["PATH_INFO"], {"act": "all"}, headers=ENGLISH)
    assert answer.status_code == 409
    assert not Item.objects.exists()


@pytest.mark.parametrize("text", ["", "key\nQ1\n", "title,colour\n请示,red\n", "title\n"])
def test_what_is_no_list_of_items_is_refused_at_once(client, house, dossier, text):
    answer = uploaded(client, dossier, house.archivist, text)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not ListDraft.objects.exists()


def test_giving_up_destroys_the_list(client, house, dossier):
    preview = uploaded(client, dossier, house.archivist, GOOD)
    client.post(preview.request["PATH_INFO"], {"act": "cancel"})
    assert not ListDraft.objects.exists()
    assert not Item.objects.exists()


@pytest.mark.rule("D1")
def test_nobody_opens_the_list_of_somebody_else(client, house, dossier):
    preview = uploaded(client, dossier, house.archivist, GOOD)
    client.force_login(house.staff1)
    assert client.get(preview.request["PATH_INFO"]).status_code == 404
    client.force_login(house.staff2)
    assert client.get(reverse("arrangement:import", args=[dossier.public_id])).status_code == 404


def test_the_template_is_a_list_with_every_column_that_is_understood(client, house, dossier):
    client.force_login(house.archivist)
    answer = client.get(reverse("arrangement:import_template", args=[dossier.public_id]), headers=ENGLISH)
    heading = [cell.value for cell in load_workbook(io.BytesIO(answer.content)).active[1]]
    assert len(heading) == 16
    text = ",".join(heading) + "\n" + ",".join("请示" if name == "Title" else "" for name in heading) + "\n"
    assert uploaded(client, dossier, house.archivist, text).context["bad_count"] == 0
