"""*Belongs together* on the item's page, and the lists of what is proposed."""

import pytest
from django.urls import reverse

from dms.arrangement.models import ItemRelation, RelationProposal
from dms.arrangement.services import propose_relations, relate_items
from dms.holdings.models import Item
from tests.factories import security_classes

from .test_views import ENGLISH, page

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A8")]


@pytest.fixture
def pair(enter) -> tuple[Item, Item]:
    """A request and its reply, told by their titles."""
    return enter("关于装修的请示", 2022, issue_number="请-7"), enter("关于装修的批复", 2023)


def item_page(client, user, item: Item) -> str:
    """Return the item's page."""
    client.force_login(user)
    return client.get(reverse("holdings:item", args=[item.public_id]), headers=ENGLISH).content.decode()


@pytest.mark.parametrize("typed", ["entry_number", "issue_number"])
def test_an_item_is_related_by_number_and_both_pages_say_so(client, house, pair, typed):
    request, reply = pair
    sent = {"kind": "replies_to", "other": str(getattr(request, typed))}
    assert page(client, "item_relations", reply, house.archivist, **sent)[0].status_code == 302
    made = ItemRelation.objects.get()
    assert (made.item, made.other) == (reply, request)
    assert reverse("holdings:item", args=[request.public_id]) in item_page(client, house.archivist, reply)
    assert reverse("holdings:item", args=[reply.public_id]) in item_page(client, house.archivist, request)
    assert page(client, "item_relations", request, house.archivist, undo=made.public_id)[0].status_code == 302
    assert not ItemRelation.objects.exists()


def test_what_is_refused_names_the_items_and_keeps_what_was_typed(client, house, pair):
    request, reply = pair
    answer, text = page(client, "item_relations", reply, house.archivist, kind="replies_to", other="99999")
    assert (answer.status_code, "The dossier has no such item." in text) == (422, True)
    assert 'value="99999"' in text
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    sent = {"kind": "replies_to", "other": str(reply.entry_number)}
    answer, text = page(client, "item_relations", request, house.archivist, **sent)
    assert answer.status_code == 409
    assert "in a circle" in text


@pytest.mark.rule("D1")
def test_readers_see_relations_but_none_to_a_hidden_item_and_no_form(client, house, pair, enter):
    request, reply = pair
    hidden = enter("隐藏的附件", 2023)
    relate_items(item=reply, kind="replies_to", other=request, acting_user=house.archivist)
    relate_items(item=hidden, kind="attachment_of", other=reply, acting_user=house.archivist)
    Item.objects.filter(pk=hidden.pk).update(classification=security_classes()[2])
    assert "Relate it to another item" not in item_page(client, house.head1, reply)
    for text in (item_page(client, house.archivist, reply), page(client, "item_relations", reply, house.archivist)[1]):
        assert "关于装修的请示" in text
        assert "隐藏的附件" not in text
    assert page(client, "item_relations", reply, house.head1, kind="copy_of", other="1")[0].status_code in {403, 422}
    assert ItemRelation.objects.count() == 2


def test_proposals_are_looked_for_confirmed_and_declined_many_at_once(client, house, dossier, pair, enter):
    enter("关于停车的请示", 2022)
    enter("关于停车的批复", 2023)
    page(client, "proposals", dossier, house.staff1, act="propose")
    answer, text = page(client, "proposals", dossier, house.archivist)
    assert [row.item.title for row in answer.context["rows"]] == ["关于装修的批复", "关于停车的批复"]
    assert "the titles name the same matter" in text
    first, second = RelationProposal.objects.order_by("pk")
    assert (
        page(client, "proposals", dossier, house.staff1, act="confirm", proposal=[first.public_id])[0].status_code
        == 403
    )
    page(client, "proposals", dossier, house.archivist, act="confirm", proposal=[first.public_id])
    client.post(reverse("arrangement:every_proposal"), {"act": "decline", "proposal": [second.public_id]})
    assert [(one.item, one.other) for one in ItemRelation.objects.all()] == [(first.item, first.other)]
    assert list(RelationProposal.objects.order_by("pk").values_list("state", flat=True)) == ["confirmed", "declined"]


@pytest.mark.rule("D1")
def test_the_list_of_all_shows_only_what_one_works_on(client, house, dossier, pair):
    propose_relations(dossier=dossier, acting_user=house.archivist)
    client.force_login(house.archivist)
    assert "关于装修的批复" in client.get(reverse("arrangement:every_proposal")).content.decode()
    Item.objects.filter(pk=pair[0].pk).update(classification=security_classes()[2])
    assert "关于装修的批复" not in client.get(reverse("arrangement:every_proposal")).content.decode()
    client.force_login(house.staff1)
    assert client.get(reverse("arrangement:every_proposal")).status_code == 403
