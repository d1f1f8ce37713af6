"""The screens of the volumes: what each person sees and may do, with every refusal said and nothing typed lost."""

import pytest
from django.urls import reverse

from dms.arrangement.models import Binding, CrossReference, HandSetPosition, Volume
from dms.arrangement.policy.closing import CONFIRMED_BY_HAND
from dms.arrangement.services import relate_items
from dms.holdings.models import Item
from dms.journal.models import JournalEntry
from dms.organisation.models import PostKind
from tests.factories import security_classes
from tests.factories.organisation import a_person

from .conftest import closed, made_ready, titles

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A11")]

ENGLISH = {"accept-language": "en"}
BY_HAND = [str(line) for line in CONFIRMED_BY_HAND]


@pytest.fixture
def papers(house, enter) -> list[Item]:
    """A request of 2022, its reply of 2023 with an attachment, and a letter of 2023; all ready to be closed."""
    request, reply, attachment = enter("request", 2022), enter("reply", 2023), enter("attachment", 2023)
    letter = enter("letter", 2023, 5)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    relate_items(item=attachment, kind="attachment_of", other=reply, acting_user=house.archivist)
    made_ready(house, [request, reply, attachment, letter])
    return [request, reply, attachment, letter]


@pytest.fixture
def volume(papers, arrange) -> Volume:
    """The one volume they make."""
    arrange()
    return Volume.objects.get()


def page(client, name, thing, user, **sent):
    """Return the answer to a look, or to what was sent, and its text."""
    client.force_login(user)
    url = reverse(f"arrangement:{name}", args=[thing.public_id])
    answer = client.post(url, sent, headers=ENGLISH) if sent else client.get(url, headers=ENGLISH)
    return answer, answer.content.decode()


@pytest.mark.rule("A9")
def test_the_tab_says_what_to_do_arranges_and_shows_the_spines(client, house, dossier, papers):
    answer, text = page(client, "dossier_volumes", dossier, house.archivist)
    assert answer.status_code == 200
    assert "There are no volumes yet." in text
    answer = client.post(reverse("arrangement:dossier_volumes", args=[dossier.public_id]), headers=ENGLISH, follow=True)
    text = answer.content.decode()
    assert "Arranged: 1 volume is open now; 1 made, changed or taken away." in text
    assert f'href="{reverse("arrangement:volume", args=[Volume.objects.get().public_id])}"' in text
    answer = client.post(reverse("arrangement:dossier_volumes", args=[dossier.public_id]), headers=ENGLISH, follow=True)
    assert "nothing changed" in answer.content.decode()


def test_readers_see_the_tab_without_its_acts_and_cannot_arrange(client, house, dossier, volume):
    answer, text = page(client, "dossier_volumes", dossier, house.head1)
    assert answer.status_code == 200
    assert "Arrange now" not in text
    answer = client.post(reverse("arrangement:dossier_volumes", args=[dossier.public_id]))
    assert answer.status_code == 403


@pytest.mark.rule("D1")
def test_a_volume_above_ones_clearance_is_nowhere(client, house, dossier, papers, arrange):
    Item.objects.filter(title="letter").update(classification=security_classes()[2])
    arrange()
    ordinary, secret = Volume.objects.in_order()
    _answer, text = page(client, "dossier_volumes", dossier, house.archivist)
    assert ordinary.public_id in text
    assert secret.public_id not in text
    assert page(client, "volume", secret, house.archivist)[0].status_code == 404
    assert page(client, "volume", ordinary, house.staff2)[0].status_code == 404


@pytest.mark.rule("A7")
@pytest.mark.rule("B4")
def test_the_catalogue_stands_in_order_with_each_reason(client, house, volume):
    answer, text = page(client, "volume", volume, house.head1)
    assert [row.binding.item.title for row in answer.context["rows"]] == ["reply", "attachment", "request", "letter"]
    assert [row.binding.number for row in answer.context["rows"]] == [1, None, 2, 3]
    assert [row.reason for row in answer.context["rows"]] == [
        "bound under 2023: year of its date",
        "bound under 2023: with its main paper reply",
        "bound under 2023: year of the reply reply",
        "bound under 2023: year of its date",
    ]
    assert all(row.reason in text for row in answer.context["rows"])
    assert "Close the volume" not in text
    assert JournalEntry.objects.filter(action="volume.read", thing_id=volume.public_id).count() == 1


def test_the_check_list_leads_to_what_is_missing_and_an_archivist_closes(client, house, volume):
    Item.objects.filter(title="letter").update(stated_pages=7)
    letter = Item.objects.get(title="letter")
    _answer, text = page(client, "volume", volume, house.archivist)
    assert f'href="{reverse("holdings:item_edit", args=[letter.public_id])}"' in text
    answer, text = page(client, "volume", volume, house.archivist, act="close", confirmed=BY_HAND, remarks="水渍")
    assert answer.status_code == 409
    assert "the pages stated agree with those scanned" in text
    assert "水渍" in text
    Item.objects.filter(title="letter").update(stated_pages=1)
    answer, _text = page(client, "volume", volume, house.archivist, act="close", confirmed=BY_HAND, remarks="水渍")
    assert answer.status_code == 302
    volume.refresh_from_db()
    assert (volume.state, volume.remarks, volume.closed_by) == ("closed", "水渍", house.archivist)


def test_nobody_but_an_archivist_closes(client, house, volume):
    answer, text = page(client, "volume", volume, house.staff1)
    assert "An archivist closes the volume." in text
    answer, _text = page(client, "volume", volume, house.staff1, act="close", confirmed=BY_HAND)
    assert answer.status_code == 403
    volume.refresh_from_db()
    assert volume.state == "open"


def test_a_second_archivist_confirms_and_one_opens_again_with_a_reason(client, house, kind, volume):
    kind.closing_confirmed = True
    kind.save()
    second = a_person(PostKind.ARCHIVIST, house.fonds, rank=1)
    page(client, "volume", volume, house.archivist, act="close", confirmed=BY_HAND)
    answer, text = page(client, "volume", volume, house.archivist, act="confirm")
    assert answer.status_code == 409
    assert "Nobody confirms what they closed themselves." in text
    assert page(client, "volume", volume, second, act="confirm")[0].status_code == 302
    volume.refresh_from_db()
    assert (volume.state, volume.checked_by) == ("closed", second)
    answer, text = page(client, "volume", volume, second, act="reopen", reason=" ")
    assert answer.status_code == 409
    assert page(client, "volume", volume, second, act="reopen", reason="复文迟到")[0].status_code == 302
    volume.refresh_from_db()
    assert volume.state == "open"


@pytest.mark.rule("A8")
def test_a_position_is_set_by_hand_with_a_reason_shown_and_taken_back(client, house, dossier, volume):
    letter, reply = Item.objects.get(title="letter"), Item.objects.get(title="reply")
    answer, _text = page(client, "item_place", letter, house.archivist)
    assert answer.context["forms"]["position"].fields["behind"].choices[0][0] == ""
    answer, text = page(client, "item_place", letter, house.archivist, act="position", behind="", reason="")
    assert answer.status_code == 422
    assert "This field is required" in text
    page(client, "item_place", letter, house.archivist, act="position", behind="", reason="同一事由")
    assert titles(dossier) == [["letter", "reply", "attachment", "request"]]
    _answer, text = page(client, "volume", volume, house.archivist)
    assert "set by hand" in text
    assert "同一事由" in text
    page(client, "item_place", letter, house.archivist, act="reset_position", reason="按规则")
    assert titles(dossier) == [["reply", "attachment", "request", "letter"]]
    assert not HandSetPosition.objects.exists()
    assert reply.public_id in {key for key, _label in answer.context["forms"]["position"].fields["behind"].choices}


@pytest.mark.rule("A7")
def test_another_year_needs_somebody_elses_approval(client, house, dossier, volume):
    letter = Item.objects.get(title="letter")
    sent = {"act": "year", "year": "2021", "reason": "事由属2021年"}
    answer, _text = page(client, "item_place", letter, house.archivist, **sent, approved_by=house.staff1.public_id)
    assert answer.status_code == 422
    answer, _text = page(client, "item_place", letter, house.archivist, **sent, approved_by=house.head1.public_id)
    assert answer.status_code == 302
    assert Binding.objects.get(item=letter).filing_year == 2021
    _answer, text = page(client, "item_place", letter, house.archivist)
    assert "事由属2021年" in text
    page(client, "item_place", letter, house.archivist, act="reset_year", reason="撤回")
    assert Binding.objects.get(item=letter).filing_year == 2023


@pytest.mark.rule("A7")
def test_a_closed_volumes_item_is_only_cross_referenced(client, house, dossier, enter, arrange, volume):
    closed(house, volume)
    late = enter("late", 2024)
    arrange()
    letter = Item.objects.get(title="letter")
    answer, text = page(client, "item_place", letter, house.archivist)
    assert "Set the position" not in text
    answer, text = page(client, "item_place", letter, house.archivist, act="position", behind="", reason="x")
    assert answer.status_code == 409
    sent = {"act": "refer", "other": str(late.entry_number), "reason": "见该卷"}
    assert page(client, "item_place", letter, house.archivist, **sent)[0].status_code == 302
    assert CrossReference.objects.filter(item=letter, other=late).exists()
    _answer, text = page(client, "volume", volume, house.archivist)
    assert "见该卷" in text


def test_the_place_of_an_item_is_for_archivists(client, house, volume):
    letter = Item.objects.get(title="letter")
    assert page(client, "item_place", letter, house.staff1)[0].status_code == 403
    assert page(client, "item_place", letter, house.staff1, act="position", reason="x")[0].status_code == 403
    assert page(client, "item_place", letter, house.staff2)[0].status_code == 404
