"""Entering, changing, moving, filing and withdrawing items."""

import pytest

from dms.core.errors import NotAllowed, Refusal
from dms.holdings.models import Item, ItemState, ItemVersion, Section
from dms.holdings.services import change_item, file_item, move_item, withdraw_item
from dms.holdings.services.items import stored_files_of
from dms.holdings.services.versions import open_version
from dms.journal.models import JournalEntry
from tests.factories import a_dossier, a_house, a_kind, a_page, an_item


def everything() -> tuple:
    """What a refusal must leave as it was."""
    return list(Item.objects.order_by("pk").values()), ItemVersion.objects.count(), JournalEntry.objects.count()


def test_entry_numbers_run_on_through_the_fonds(house, dossier):
    other = a_dossier(house.archivist, house.finance)
    numbers = [an_item(house.archivist, where).entry_number for where in (dossier, other, dossier)]
    assert numbers == [1, 2, 3]


def test_refuses_a_section_of_another_kind(house, item):
    foreign = Section.objects.filter(kind=a_kind(house.fonds)).first()
    before = everything()
    with pytest.raises(Refusal):
        change_item(item=item, changes={"section": foreign}, acting_user=house.archivist)
    assert everything() == before


@pytest.mark.rule("A12")
def test_an_old_entry_stays_readable(house, item, dossier):
    change_item(item=item, changes={"title": "补充协议"}, reason="misread", acting_user=house.archivist)
    assert [open_version(v, dossier)["title"] for v in item.versions.all()] == ["补充协议", "物业服务合同"]


def test_refuses_a_stale_entry(house, item):
    change_item(item=item, changes={"title": "一"}, acting_user=house.archivist)
    before = everything()
    with pytest.raises(Refusal) as refused:
        change_item(item=item, changes={"title": "二"}, expected_version=1, acting_user=house.archivist)
    assert refused.value.code == "changed_meanwhile"
    assert everything() == before


@pytest.mark.rule("A12")
def test_a_moved_item_takes_its_history_along(house, item, dossier):
    target = a_dossier(house.archivist, house.finance, name="李四")
    move_item(item=item, dossier=target, section=None, reason="wrong dossier", acting_user=house.archivist)
    item.refresh_from_db()
    assert item.dossier == target
    assert [open_version(v, target)["dossier"] for v in item.versions.all()] == [target.number, dossier.number]


@pytest.mark.parametrize("reason", ["", "   "])
def test_refuses_moving_without_a_reason(house, item, reason):
    target, before = a_dossier(house.archivist, house.finance), None
    before = everything()
    with pytest.raises(Refusal):
        move_item(item=item, dossier=target, section=None, reason=reason, acting_user=house.archivist)
    assert everything() == before


def test_refuses_moving_into_a_dossier_one_does_not_work_on(house, item):
    target = a_dossier(house.archivist, house.finance)
    before = everything()
    with pytest.raises(NotAllowed):
        move_item(item=item, dossier=target, section=None, reason="x", acting_user=house.staff1)
    assert everything() == before


def test_refuses_moving_into_another_fonds(house, item):
    other = a_house()
    target = a_dossier(other.archivist, other.service)
    before = everything()
    with pytest.raises(NotAllowed):
        move_item(item=item, dossier=target, section=None, reason="x", acting_user=house.archivist)
    assert everything() == before


def test_filing_twice_files_once(house, item):
    file_item(item=item, acting_user=house.archivist)
    file_item(item=item, acting_user=house.archivist)
    item.refresh_from_db()
    assert (item.state, item.version) == (ItemState.FILED, 2)
    assert JournalEntry.objects.filter(action="item.filed").count() == 1


def test_refuses_withdrawing_what_is_filed(house, item):
    a_page(item)
    file_item(item=item, acting_user=house.archivist)
    before = everything()
    with pytest.raises(Refusal) as refused:
        withdraw_item(item=item, reason="wrong", acting_user=house.archivist)
    assert refused.value.code == "filed"
    assert everything() == before
    assert not any(stored.is_gone for stored in stored_files_of(item))


def test_withdrawing_leaves_the_number_and_no_image(house, item, dossier):
    a_page(item)
    withdraw_item(item=item, reason="wrong", acting_user=house.archivist)
    assert all(stored.is_gone for stored in stored_files_of(item))
    assert an_item(house.archivist, dossier).entry_number == item.entry_number + 1
