"""Every address of the application as every kind of user: who may, gets in; who may not learns nothing.

A new address fails `test_every_address_is_listed_here` until it says here who may use it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from dms.arrangement.models import Volume
from dms.arrangement.services import arrange_dossier
from dms.core import clock
from dms.holdings.models import DocumentType
from dms.intake.services import begin_upload, open_batch, receive_file
from dms.journal.models import JournalEntry
from dms.organisation.tokens import make_token
from tests.factories import House, a_dossier, a_house, a_page, an_item, jpeg_of, paper, read_as

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D1"), pytest.mark.rule("C6")]

SECRETS = ("钱学敏", "隐藏的合同", "机密扫描件")
EVERYBODY = frozenset(House.__dataclass_fields__) - {"fonds", "service", "finance"}
READERS = frozenset({"archivist", "staff1", "head1"})
PRINTERS = frozenset({"archivist", "head1"})
DOWNLOADERS = frozenset({"archivist"})
WORKERS = frozenset({"archivist", "staff1"})
ARCHIVISTS = frozenset({"archivist"})
OVERSEERS = frozenset({"archivist", "auditor", "admin"})
AUDITORS = frozenset({"auditor", "admin"})
ADMINISTRATORS = frozenset({"admin"})


@dataclass(frozen=True)
class Address:
    """Who may use an address, by which method, for which thing (a key of the world; "" needs none)."""

    may: frozenset[str]
    thing: str = ""
    post: bool = False


def configuration(name: str) -> dict[str, Address]:
    """The addresses of one configuration screen of the shell."""
    plain = {f"{name}:{view}": Address(ADMINISTRATORS) for view in ("index", "index_results", "add")}
    views = ("edit", "delete", "history", "history_results", "usage")
    return plain | {f"{name}:{view}": Address(ADMINISTRATORS, name) for view in views}


ADDRESSES: dict[str, Address] = {
    "organisation:people": Address(ADMINISTRATORS),
    "organisation:new_person": Address(ADMINISTRATORS),
    "organisation:departments": Address(ADMINISTRATORS),
    "organisation:department": Address(ADMINISTRATORS, "department"),
    "organisation:person": Address(ADMINISTRATORS, "person"),
    "organisation:tokens": Address(EVERYBODY),
    "organisation:every_token": Address(ADMINISTRATORS),
    "organisation:revoke_token": Address(OVERSEERS - {"auditor"}, "token", post=True),
    **configuration("security_class"),
    **configuration("person_clearance"),
    "holdings:dossier_list": Address(EVERYBODY),
    "holdings:dossier_export": Address(EVERYBODY, "export"),
    "holdings:many": Address(READERS, post=True),
    "holdings:new_dossier": Address(ARCHIVISTS),
    "holdings:new_dossier_of_kind": Address(ARCHIVISTS, "new_of_kind"),
    "holdings:import": Address(ARCHIVISTS),
    "holdings:import_template": Address(ARCHIVISTS),
    "holdings:import_preview": Address(frozenset(), "dossier"),
    "holdings:dossier": Address(READERS, "dossier"),
    "holdings:dossier_facts": Address(READERS, "dossier"),
    "holdings:show_personal": Address(READERS, "personal", post=True),
    "holdings:dossier_use": Address(ARCHIVISTS, "dossier"),
    "holdings:dossier_history": Address(READERS, "dossier"),
    "holdings:dossier_version": Address(READERS, "dossier_version"),
    "holdings:label": Address(WORKERS, "dossier"),
    "holdings:dossier_edit": Address(WORKERS, "dossier"),
    "holdings:item": Address(READERS, "item"),
    "holdings:item_edit": Address(WORKERS, "item"),
    "holdings:item_move": Address(WORKERS, "item"),
    "holdings:item_withdraw": Address(WORKERS, "item"),
    "holdings:item_file": Address(WORKERS, "item", post=True),
    "holdings:item_version": Address(READERS, "item_version"),
    "holdings:series": Address(ADMINISTRATORS),
    "holdings:series_branch": Address(ADMINISTRATORS, "series"),
    "holdings:kinds": Address(ADMINISTRATORS),
    "holdings:new_kind": Address(ADMINISTRATORS),
    "holdings:kind": Address(ADMINISTRATORS, "kind"),
    "holdings:document_types": Address(ADMINISTRATORS),
    "holdings:document_type": Address(ADMINISTRATORS, "document_type"),
    "holdings:retention_periods": Address(ADMINISTRATORS),
    "holdings:retention_period": Address(ADMINISTRATORS, "retention_period"),
    "arrangement:dossier_volumes": Address(READERS, "dossier"),
    "arrangement:import": Address(WORKERS, "dossier"),
    "arrangement:import_template": Address(WORKERS, "dossier"),
    "arrangement:import_preview": Address(frozenset(), "item_list"),
    "arrangement:volume_list": Address(EVERYBODY),
    "arrangement:volume_export": Address(EVERYBODY, "export"),
    "arrangement:volume": Address(READERS, "volume"),
    "arrangement:item_place": Address(ARCHIVISTS, "item"),
    "arrangement:item_relations": Address(READERS, "item"),
    "arrangement:proposals": Address(WORKERS, "dossier"),
    "arrangement:every_proposal": Address(ARCHIVISTS),
    "intake:batches": Address(EVERYBODY),
    "intake:new_batch": Address(EVERYBODY),
    "intake:dossier_choices": Address(EVERYBODY),
    "intake:batch": Address(WORKERS, "batch"),
    "intake:batch_state": Address(WORKERS, "batch"),
    "intake:upload": Address(WORKERS, "batch", post=True),
    "intake:uploads": Address(WORKERS, "batch", post=True),
    "intake:piece": Address(ARCHIVISTS, "piece", post=True),
    "intake:finish_upload": Address(ARCHIVISTS, "large_upload", post=True),
    "intake:give_up_upload": Address(ARCHIVISTS, "large_upload", post=True),
    "intake:unplaced": Address(ARCHIVISTS),
    "intake:file_act": Address(WORKERS, "file_act", post=True),
    "intake:file_batch": Address(WORKERS, "batch", post=True),
    "intake:batch_table": Address(WORKERS, "batch"),
    "intake:batch_table_state": Address(WORKERS, "batch"),
    "intake:batch_table_act": Address(WORKERS, "batch", post=True),
    "intake:batch_table_rescan": Address(WORKERS, "batch", post=True),
    "intake:item_table": Address(WORKERS, "item"),
    "intake:item_table_state": Address(WORKERS, "item"),
    "intake:item_table_act": Address(WORKERS, "item", post=True),
    "intake:item_table_rescan": Address(WORKERS, "item", post=True),
    "intake:check_sheet": Address(WORKERS, "batch"),
    "intake:draw_sample": Address(WORKERS, "batch", post=True),
    "intake:judge": Address(WORKERS, "batch", post=True),
    "intake:rescans": Address(WORKERS, "batch"),
    "intake:rescan_export": Address(WORKERS, "rescan_export"),
    "ocr:to_check": Address(EVERYBODY),
    "ocr:correct": Address(WORKERS, "page"),
    "ocr:checked": Address(WORKERS, "page", post=True),
    "ocr:read_again": Address(WORKERS, "page", post=True),
    "ocr:old_text": Address(READERS, "page_text"),
    "reading:page": Address(READERS, "page"),
    "reading:page_image": Address(READERS, "page"),
    "reading:page_thumbnail": Address(READERS, "page"),
    "reading:turn": Address(WORKERS, "page", post=True),
    "reading:item_hits": Address(READERS, "item"),
    "reading:item_readers": Address(OVERSEERS & READERS, "item"),
    "reading:item_pdf": Address(DOWNLOADERS, "item"),
    "reading:item_print": Address(PRINTERS, "item"),
    "reading:volume_pdf": Address(DOWNLOADERS, "volume"),
    "prints:volume": Address(PRINTERS, "volume_form"),
    "prints:year": Address(PRINTERS, "year"),
    "prints:label": Address(WORKERS, "dossier"),
    "prints:dossier_volumes": Address(PRINTERS, "dossier"),
    "search:results": Address(EVERYBODY),
    "search:offers": Address(EVERYBODY),
    "search:export": Address(EVERYBODY, "export"),
    "config:workers": Address(ARCHIVISTS | ADMINISTRATORS),
    "config:workers_state": Address(ARCHIVISTS | ADMINISTRATORS),
    "config:workers_retry": Address(ARCHIVISTS | ADMINISTRATORS, post=True),
    "journal": Address(AUDITORS),
    "journal_entry": Address(AUDITORS, "entry"),
    "journal_export": Address(AUDITORS, "format"),
}


@dataclass
class World:
    """A house, and one thing of each kind that most of it must not know of."""

    house: House
    arguments: dict[str, dict[str, object]]


@pytest.fixture
def world(db) -> World:
    house = a_house()
    dossier = a_dossier(house.archivist, house.service, name=SECRETS[0], responsible=house.staff1)
    item = an_item(house.archivist, dossier, title=SECRETS[1], section=dossier.kind.sections.first())
    page = a_page(item, "机密内容")
    read_as(page, SECRETS[1])
    arrange_dossier(dossier=dossier, acting_user=house.archivist)
    volume = Volume.objects.get()
    batch = open_batch(dossier=dossier, acting_user=house.archivist)
    received = receive_file(
        batch=batch,
        file=io.BytesIO(jpeg_of(paper("扫描"))),
        name=f"{SECRETS[2]}.jpg",
        acting_user=house.archivist,
    )
    upload = begin_upload(
        batch=batch, name=f"{SECRETS[2]}.pdf", size=30 << 20, mark="mark", acting_user=house.archivist
    )
    return World(
        house,
        {
            "": {},
            "dossier": {"public_id": dossier.public_id},
            "item": {"public_id": item.public_id},
            "page": {"public_id": page.public_id},
            "item_list": {"public_id": dossier.public_id, "draft": batch.public_id},
            "volume": {"public_id": volume.public_id},
            "volume_form": {"public_id": volume.public_id, "form": "cover"},
            "year": {"year": volume.filing_year},
            "batch": {"public_id": batch.public_id},
            "file": {"public_id": received.public_id},
            "person": {"public_id": house.staff2.public_id},
            "token": {"public_id": make_token(person=house.archivist, name="x", last_day=clock.today())[0].public_id},
            "department": {"pk": house.finance.pk},
            "security_class": {"pk": dossier.classification_id},
            "person_clearance": {"pk": house.archivist.clearance.pk},
            "entry": {"entry_id": JournalEntry.objects.order_by("pk")[0].pk},
            "format": {"file_format": "csv"},
            "export": {"kind": "csv"},
            "new_of_kind": {"kind": dossier.kind.public_id},
            "kind": {"public_id": dossier.kind.public_id},
            "document_type": {"public_id": DocumentType.objects.get(code="plan").public_id},
            "retention_period": {"code": "long"},
            "series": {"public_id": dossier.series.public_id},
            "personal": {"public_id": dossier.public_id, "code": "id_number"},
            "dossier_version": {"public_id": dossier.public_id, "version": 1},
            "item_version": {"public_id": item.public_id, "version": 1},
            "page_text": {"public_id": page.public_id, "version": 1},
            "piece": {"public_id": batch.public_id, "upload_id": upload.public_id, "number": 0},
            "large_upload": {"public_id": batch.public_id, "upload_id": upload.public_id},
            "file_act": {"public_id": received.public_id, "act": "withdraw"},
            "rescan_export": {"public_id": batch.public_id, "kind": "csv"},
        },
    )


def our_addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Yield the names of all addresses that are not the shell's own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from our_addresses(pattern, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""))


# The API's operations are listed by name and method in test_every_operation.py.
NOT_LISTED = ("wagtail", "None", "set_language", "api:")


def test_every_address_is_listed_here():
    ours = {name for name in our_addresses() if not name.startswith(NOT_LISTED)}
    assert ours == set(ADDRESSES)


def test_nobody_gets_in_without_signing_in(client, world):
    for name, address in ADDRESSES.items():
        url = reverse(name, kwargs=world.arguments[address.thing])
        answer = client.post(url) if address.post else client.get(url)
        assert (answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (302, "/login/"), name


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_who_may_gets_in_and_who_may_not_learns_nothing(client, world, role):
    client.force_login(world.house.people[role])
    wrong = []
    for name, address in ADDRESSES.items():
        url = reverse(name, kwargs=world.arguments[address.thing])
        data = {"dossier": world.arguments["dossier"]["public_id"]}
        answer = client.post(url, data) if address.post else client.get(url)
        got_in = answer.status_code in {200, 204, 302, 400, 409, 422} and answer.headers.get("Location") != "/"
        if got_in != (role in address.may):
            wrong.append((name, answer.status_code))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if role not in READERS | AUDITORS and any(word.encode() in body for word in SECRETS):
            wrong.append((name, "tells a secret"))
    assert wrong == []


@pytest.mark.parametrize("role", sorted(EVERYBODY - READERS - AUDITORS))
def test_refused_looks_are_written_down(client, world, role):
    person = world.house.people[role]
    client.force_login(person)
    client.get(reverse("reading:page", kwargs=world.arguments["page"]))
    assert JournalEntry.objects.filter(action="look.refused", actor_id=person.pk).count() == 1


def test_the_shells_own_content_screens_open_to_nobody(client, world):
    paths = (
        "/pages/",
        "/images/",
        "/documents/",
        "/collections/",
        "/users/",
        "/groups/",
        "/sites/",
        "/reports/locked/",
    )
    for role, person in world.house.people.items():
        client.force_login(person)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code in {302, 403, 404}, (role, path)
            assert answer.headers.get("Location", "/") == "/", (role, path)
