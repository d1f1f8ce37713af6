"""Who works on a dossier does not decide who may see it; the label carries the name of today."""

import pytest

from dms.clearance.policy import Act
from dms.core.errors import NotAllowed
from dms.holdings.models import DossierVersion, Item
from dms.holdings.selectors import dossiers_visible_to
from dms.holdings.services import change_dossier, change_item, rename_dossier
from tests.factories import a_dossier, a_house, an_item, security_classes

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return a_house()


@pytest.fixture
def dossier(house):
    return a_dossier(house.archivist, house.service, responsible=house.staff1)


@pytest.mark.rule("C2")
@pytest.mark.rule("D1")
@pytest.mark.parametrize("name", ["classification", "department", "level", "responsible"])
def test_refuses_the_responsible_person_who_would_widen_the_circle_of_readers(house, dossier, name):
    wider = {
        "classification": security_classes()[0],
        "department": house.finance,
        "level": "company",
        "responsible": house.staff2,
    }
    seen_before = {role: set(dossiers_visible_to(person, Act.READ)) for role, person in house.people.items()}
    with pytest.raises(NotAllowed) as refused:
        change_dossier(dossier=dossier, changes={name: wider[name]}, acting_user=house.staff1)
    assert refused.value.code == "archive_only"
    assert DossierVersion.objects.filter(dossier=dossier).count() == 1
    assert {role: set(dossiers_visible_to(p, Act.READ)) for role, p in house.people.items()} == seen_before
    change_dossier(dossier=dossier, changes={name: wider[name]}, acting_user=house.archivist)


@pytest.mark.rule("D1")
def test_refuses_the_responsible_person_who_would_reclassify_an_item(house, dossier):
    item = an_item(house.archivist, dossier, classification=security_classes()[1])
    with pytest.raises(NotAllowed):
        change_item(item=item, changes={"classification": None}, acting_user=house.staff1)
    assert Item.objects.get(pk=item.pk).classification == security_classes()[1]


@pytest.mark.rule("A13")
def test_the_responsible_person_keeps_master_data_current(house, dossier, client):
    client.force_login(house.staff1)
    form = client.get(f"/dossiers/{dossier.public_id}/edit/").context["form"]
    assert all(form.fields[name].disabled for name in ("classification", "department", "level", "responsible"))
    changed = change_dossier(dossier=dossier, changes={"remarks": "已核对"}, acting_user=house.staff1)
    assert (changed.remarks, changed.version) == ("已核对", 2)


@pytest.mark.rule("A11")
def test_the_label_carries_the_name_of_today(house, dossier, client):
    rename_dossier(dossier=dossier, name="李四", reason="2026-01-05 申请", acting_user=house.archivist)
    client.force_login(house.archivist)
    label = client.get(f"/dossiers/{dossier.public_id}/label/").content.decode()
    assert "李四" in label
    assert "张三" not in label
    assert dossier.number in label
