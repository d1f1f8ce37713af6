"""Every address of the holdings, asked for as every kind of person."""

import pytest
from django.urls import reverse

from dms.holdings import urls
from dms.holdings.models import DocumentType, Dossier, DossierVersion, Item, Series
from dms.journal.models import JournalEntry
from tests.factories import a_house

EVERYBODY = {"archivist", "staff1", "staff2", "head1", "head2", "director", "gm", "auditor", "admin"}
READERS = {"archivist", "staff1", "head1"}  # of a confidential dossier of the service department, staff1 responsible
WORKERS = {"archivist", "staff1"}
OPENERS = {"archivist"}
ADMINISTRATORS = {"admin"}
HIDDEN, FORBIDDEN = 404, 403

# name: (who gets in, what the others are told, how the thing is named)
SCREENS = {
    "dossier_list": (EVERYBODY, None, ()),
    "dossier_export": (EVERYBODY, None, ("csv",)),
    "new_dossier": (OPENERS, FORBIDDEN, ()),
    "new_dossier_of_kind": (OPENERS, FORBIDDEN, ("kind",)),
    "import": (OPENERS, FORBIDDEN, ()),
    "import_template": (OPENERS, FORBIDDEN, ()),
    "import_preview": (set(), None, ("nothing2nothing",)),
    "dossier": (READERS, HIDDEN, ("dossier",)),
    "dossier_facts": (READERS, HIDDEN, ("dossier",)),
    "dossier_use": ({"archivist"}, None, ("dossier",)),
    "dossier_history": (READERS, HIDDEN, ("dossier",)),
    "dossier_version": (READERS, HIDDEN, ("dossier", 1)),
    "label": (WORKERS, None, ("dossier",)),
    "dossier_edit": (WORKERS, None, ("dossier",)),
    "item": (READERS, HIDDEN, ("item",)),
    "item_edit": (WORKERS, None, ("item",)),
    "item_move": (WORKERS, None, ("item",)),
    "item_withdraw": (WORKERS, None, ("item",)),
    "item_version": (READERS, HIDDEN, ("item", 1)),
    "series": (ADMINISTRATORS, FORBIDDEN, ()),
    "series_branch": (ADMINISTRATORS, FORBIDDEN, ("series",)),
    "kinds": (ADMINISTRATORS, FORBIDDEN, ()),
    "new_kind": (ADMINISTRATORS, FORBIDDEN, ()),
    "kind": (ADMINISTRATORS, FORBIDDEN, ("kind",)),
    "document_types": (ADMINISTRATORS, FORBIDDEN, ()),
    "document_type": (ADMINISTRATORS, FORBIDDEN, ("document_type",)),
    "retention_periods": (ADMINISTRATORS, FORBIDDEN, ()),
    "retention_period": (ADMINISTRATORS, FORBIDDEN, ("period",)),
}
SENT_ONLY = {"many", "show_personal", "item_file"}


def test_every_address_is_in_the_table():
    names = {route.name for route in [*urls.dossiers, *urls.the_items, *urls.settings]}
    assert names == set(SCREENS) | SENT_ONLY


@pytest.fixture
def things(dossier, item, kind):
    """The public ids the addresses name."""
    return {
        "dossier": dossier.public_id,
        "item": item.public_id,
        "kind": kind.public_id,
        "document_type": DocumentType.objects.get(code="plan").public_id,
        "period": "long",
        "series": Series.objects.first().public_id,
    }


@pytest.mark.rule("D1")
@pytest.mark.parametrize("name", SCREENS)
def test_each_screen_opens_to_those_it_is_for_and_to_nobody_else(house, things, sign_in, name):
    welcome, refusal, arguments = SCREENS[name]
    address = reverse(f"holdings:{name}", args=[things.get(word, word) for word in arguments])
    for role in EVERYBODY:
        answer = sign_in(house.people[role]).get(address)
        if role in welcome:
            assert answer.status_code == 200, role
        else:
            assert answer.status_code in ({refusal} if refusal else {HIDDEN, FORBIDDEN}), role
            assert "张三" not in answer.content.decode()
            assert things["dossier"] not in answer.content.decode().replace(address, "")


@pytest.mark.rule("D1")
def test_hidden_and_absent_are_one_answer(house, dossier, sign_in):
    browser = sign_in(house.staff2)
    hidden = browser.get(reverse("holdings:dossier", args=[dossier.public_id]))
    absent = browser.get(reverse("holdings:dossier", args=["nothing2nothing"]))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert "张三" not in hidden.content.decode()
    assert len(hidden.content) == len(absent.content)


@pytest.mark.parametrize(("name", "allowed"), [("show_personal", READERS), ("item_file", WORKERS)])
def test_what_is_only_sent_is_refused_to_the_others_and_changes_nothing(house, things, sign_in, name, allowed):
    arguments = {"show_personal": [things["dossier"], "id_number"], "item_file": [things["item"]]}[name]
    for role in EVERYBODY - allowed:
        answer = sign_in(house.people[role]).post(reverse(f"holdings:{name}", args=arguments))
        assert answer.status_code in {403, 404}
        assert "110101199003071234" not in answer.content.decode()
    assert Item.objects.get().state == "intake"
    assert not JournalEntry.objects.filter(action__in=["personal.shown", "item.filed"]).exists()


def test_nobody_gets_in_without_signing_in(client, things):
    for name, (_welcome, _refusal, arguments) in SCREENS.items():
        address = reverse(f"holdings:{name}", args=[things.get(word, word) for word in arguments])
        assert client.get(address).status_code == 302


@pytest.mark.rule("D5")
def test_of_a_sealed_dossier_one_sees_the_head_the_lock_and_what_to_do(house, dossier, item, sign_in):
    Dossier.objects.filter(pk=dossier.pk).update(sealed_at=dossier.changed_at)
    page = sign_in(house.archivist).get(reverse("holdings:dossier", args=[dossier.public_id]))
    text = page.content.decode()
    assert page.status_code == 200
    assert dossier.number in text
    assert item.title not in text
    assert "88.00" not in text
    assert 'aria-disabled="true"' in text  # the acts stand there, grey, with the reason
    for name in ("dossier_facts", "dossier_history", "dossier_use"):
        inside = sign_in(house.archivist).get(reverse(f"holdings:{name}", args=[dossier.public_id]))
        assert "88.00" not in inside.content.decode()
        assert "holdings/dossier_locked.html" in [template.name for template in inside.templates]
    assert sign_in(house.archivist).get(reverse("holdings:dossier_edit", args=[dossier.public_id])).status_code == 403


def test_archivists_of_another_fonds_find_nothing_here(house, things, sign_in):
    stranger = a_house().archivist
    for name in ("dossier", "dossier_edit", "item", "label"):
        thing = things["item" if name == "item" else "dossier"]
        assert sign_in(stranger).get(reverse(f"holdings:{name}", args=[thing])).status_code == 404
    assert sign_in(stranger).get(reverse("holdings:new_dossier_of_kind", args=[things["kind"]])).status_code == 404


@pytest.mark.rule("C6")
def test_looking_at_a_dossier_and_an_item_is_written_down(house, dossier, item, sign_in):
    browser = sign_in(house.head1)
    browser.get(reverse("holdings:dossier", args=[dossier.public_id]))
    browser.get(reverse("holdings:item", args=[item.public_id]))
    lines = JournalEntry.objects.filter(actor_id=house.head1.pk, action__in=["dossier.read", "item.read"])
    assert [(line.action, line.thing_id) for line in lines.order_by("pk")] == [
        ("dossier.read", dossier.public_id),
        ("item.read", item.public_id),
    ]
    used = sign_in(house.archivist).get(reverse("holdings:dossier_use", args=[dossier.public_id])).content.decode()
    assert str(house.head1) in used


@pytest.mark.rule("D1")
def test_personal_values_are_masked_on_every_screen(house, dossier, sign_in):
    browser = sign_in(house.archivist)
    for name in ("dossier", "dossier_facts", "dossier_edit", "dossier_history"):
        text = browser.get(reverse(f"holdings:{name}", args=[dossier.public_id])).content.decode()
        assert "110101199003071234" not in text
    version = browser.get(reverse("holdings:dossier_version", args=[dossier.public_id, 1])).content.decode()
    assert "110101199003071234" not in version
    assert "110************234" in version
    assert DossierVersion.objects.count() == 1


def test_a_personal_value_is_shown_when_asked_for_with_and_without_script(house, dossier, sign_in):
    browser = sign_in(house.archivist)
    address = reverse("holdings:show_personal", args=[dossier.public_id, "id_number"])
    assert browser.post(address, headers={"x-requested-with": "XMLHttpRequest"}).json() == {
        "value": "110101199003071234"
    }
    assert "110101199003071234" in browser.post(address).content.decode()
    assert JournalEntry.objects.filter(action="personal.shown").count() == 2
