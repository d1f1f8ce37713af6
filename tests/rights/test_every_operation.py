"""Every operation of the API as every kind of user: who may, gets in; who may not learns nothing.

A new operation fails `test_every_operation_is_listed_here` until it says here who may use it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse

from dms.arrangement.models import ItemRelation, RelationProposal, Volume
from dms.arrangement.services import arrange_dossier, relate_items
from dms.config.api import api
from dms.core.identifiers import new_public_id
from dms.holdings.models import DocumentType, Page
from dms.holdings.services.drafts import keep_draft
from dms.intake.files.refused import FileRefused
from dms.intake.services import begin_upload, keep_unplaced
from dms.journal.models import JournalEntry
from dms.organisation.tokens import make_token
from tests.api.conftest import PERSONAL, Program, World, a_world, nobody_called_yet, own_index
from tests.factories import a_page, an_item

from .test_every_address import (
    ADMINISTRATORS,
    ARCHIVISTS,
    AUDITORS,
    DOWNLOADERS,
    EVERYBODY,
    PRINTERS,
    READERS,
    WORKERS,
)

__all__ = ["nobody_called_yet", "own_index"]
pytestmark = [pytest.mark.django_db, pytest.mark.rule("D1"), pytest.mark.rule("C6")]
SECRETS = ("钱学敏", "物业服务合同", "扫描件", "押金五千元", PERSONAL)
# What the state forbids to those who have the right.
STATE = frozenset({"not_failed", "filed", "withdrawn", "volume_closed"})


@dataclass(frozen=True)
class May:
    """Who may use an operation; what is sent: a body (names in braces are things of the world), a query, headers."""

    who: frozenset[str]
    body: Any = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)


ANY_VERSION = {"If_Match": "*"}
KIND = {"fonds": "{fonds}", "code": "new", "name": "新", "default_classification": "ordinary"}
SERIES = {"fonds": "{fonds}", "code": "new", "name": "新"}
NEW = {"kind": "{kind_id}", "series": "{series_id}", "department": "{department}", "name": "新客户"}
REASON = {"reason": "x"}

# In the order in which they are walked: what destroys comes last.
OPERATIONS: dict[str, May] = {
    "get_me": May(EVERYBODY),
    "list_my_tokens": May(EVERYBODY),
    "get_status": May(ADMINISTRATORS),
    "list_dossiers": May(EVERYBODY),
    "export_dossiers": May(EVERYBODY),
    "create_dossier_of_kind": May(ARCHIVISTS, NEW),
    "change_dossiers": May(READERS, {"dossiers": ["{dossier_id}"], "changes": {"state": "departed"}, **REASON}),
    "get_dossier": May(READERS),
    "change_dossier_facts": May(WORKERS, {"remarks": "x"}, headers=ANY_VERSION),
    "list_dossier_names": May(READERS),
    "list_dossier_versions": May(READERS),
    "get_dossier_version": May(READERS),
    "list_personal_fields": May(READERS),
    "show_personal_field": May(READERS),
    "list_dossier_uses": May(ARCHIVISTS),
    "print_label": May(WORKERS),
    "list_items": May(READERS),
    "create_item_of_dossier": May(WORKERS, {"title": "x"}),
    "export_dossier_texts": May(DOWNLOADERS),
    "get_item": May(READERS),
    "change_item_entry": May(WORKERS, {"remarks": "x"}, headers=ANY_VERSION),
    "list_item_versions": May(READERS),
    "get_item_version": May(READERS),
    "move_item_to_dossier": May(WORKERS, {"dossier": "{dossier_id}", **REASON}),
    "list_pages": May(READERS),
    "list_hits_in_item": May(READERS, query="?q=x"),
    "list_item_readers": May(ARCHIVISTS),
    "get_item_pdf": May(DOWNLOADERS),
    "note_print_of_item": May(PRINTERS),
    "get_page": May(READERS),
    "get_page_image": May(READERS),
    "get_page_thumbnail": May(READERS),
    "turn_page_image": May(WORKERS, {"degrees": 90}),
    "get_page_text": May(READERS),
    "get_page_alto": May(READERS),
    "correct_page_text": May(WORKERS, {"lines": ["x"]}, headers=ANY_VERSION),
    "mark_text_checked": May(WORKERS),
    "read_page_again": May(WORKERS),
    "list_pages_to_check": May(EVERYBODY),
    "list_batches": May(EVERYBODY),
    "open_scan_batch": May(WORKERS, {"dossier": "{dossier_id}"}),
    "get_batch": May(WORKERS),
    "list_files": May(WORKERS),
    "upload_files": May(WORKERS),
    "begin_large_file": May(WORKERS, {"name": "x.pdf", "size": 9, "mark": "x"}),
    "get_large_file": May(ARCHIVISTS),
    "send_piece": May(ARCHIVISTS, {}, headers={"X_Piece_Digest": "0" * 64}),
    "finish_large_file": May(ARCHIVISTS, {"digests": ["0" * 64]}),
    "give_up_large_file": May(ARCHIVISTS),
    "get_batch_table": May(WORKERS),
    "act_on_batch_table": May(WORKERS, {"act": "undo"}),
    "rescan_page_of_batch": May(WORKERS),
    "get_item_table": May(WORKERS),
    "act_on_item_table": May(WORKERS, {"act": "undo"}),
    "rescan_page_of_item": May(WORKERS),
    "get_check_sheet": May(WORKERS),
    "draw_check_sample": May(WORKERS, {"percent": 5}),
    "judge_scans": May(WORKERS, {"pages": [{"page": "{page_id}", "version": 1}], "verdict": "good"}),
    "list_pages_to_rescan": May(WORKERS),
    "export_pages_to_rescan": May(WORKERS),
    "list_unplaced": May(ARCHIVISTS),
    "place_unplaced_scan": May(ARCHIVISTS, {"dossier": "{dossier_id}"}),
    "discard_unplaced_scan": May(ARCHIVISTS, REASON),
    "get_file": May(WORKERS),
    "keep_duplicate": May(WORKERS),
    "drop_duplicate": May(WORKERS),
    "try_file_again": May(WORKERS),
    "file_whole_batch": May(WORKERS),
    "list_volumes": May(READERS),
    "get_catalogue": May(READERS),
    "import_items_into_dossier": May(WORKERS),
    "arrange_dossier_by_rule": May(WORKERS),
    "get_volume": May(READERS),
    "print_form_of_volume": May(PRINTERS),
    "print_list_of_dossier": May(PRINTERS),
    "print_list_of_year": May(PRINTERS),
    "get_volume_pdf": May(DOWNLOADERS),
    "list_bound_items": May(READERS),
    "get_closing_checks": May(WORKERS),
    "close_volume_for_good": May(ARCHIVISTS, {"confirmed": ["bound"]}),
    "confirm_closing_of_volume": May(ARCHIVISTS),
    "reopen_volume_by_decision": May(ARCHIVISTS, REASON),
    "list_item_relations": May(READERS),
    "relate_item_to_another": May(WORKERS, {"kind": "replies_to", "other": "{item_id}"}),
    "undo_relation": May(WORKERS),
    "propose_relations_in_dossier": May(WORKERS),
    "list_proposed_relations": May(WORKERS),
    "decide_proposed_relation": May(ARCHIVISTS, {"holds": False}),
    "cross_reference_item": May(ARCHIVISTS, {"other": "{item_id}", **REASON}),
    "correct_bound_item": May(ARCHIVISTS, {"title": "x", **REASON}),
    "set_position_of_item": May(ARCHIVISTS, {"behind": "", **REASON}),
    "reset_position_of_item": May(ARCHIVISTS, REASON),
    "set_volume_class": May(ARCHIVISTS, {"classification": "", **REASON}),
    "set_filing_year": May(ARCHIVISTS, {"year": 2020, "approved_by": "{director_id}", **REASON}),
    "reset_filing_year_of_item": May(ARCHIVISTS, REASON),
    "search_everything": May(EVERYBODY, query="?q=x"),
    "export_search": May(EVERYBODY, query="?q=x"),
    "list_kinds": May(EVERYBODY),
    "get_kind": May(EVERYBODY),
    "create_kind": May(ADMINISTRATORS, KIND),
    "replace_kind": May(ADMINISTRATORS, KIND),
    "delete_kind_unused": May(ADMINISTRATORS),
    "list_series": May(EVERYBODY),
    "create_series": May(ADMINISTRATORS, SERIES),
    "replace_series": May(ADMINISTRATORS, SERIES),
    "delete_series_unused": May(ADMINISTRATORS),
    "list_retention_periods": May(EVERYBODY),
    "put_retention_period": May(ADMINISTRATORS, {"code": "ten", "name": "10年", "years": 10}),
    "delete_retention_period_unused": May(ADMINISTRATORS),
    "list_document_types": May(EVERYBODY),
    "create_document_type": May(ADMINISTRATORS, {"code": "new", "name": "新"}),
    "replace_document_type": May(ADMINISTRATORS, {"code": "drawing", "name": "图"}),
    "delete_document_type_unused": May(ADMINISTRATORS),
    "list_departments": May(EVERYBODY),
    "list_people": May(EVERYBODY),
    "list_classifications": May(EVERYBODY),
    "list_everybody": May(ADMINISTRATORS),
    "get_whole_person": May(ADMINISTRATORS),
    "list_all_departments": May(ADMINISTRATORS),
    "list_posts": May(ADMINISTRATORS),
    "get_workers_board": May(ADMINISTRATORS | ARCHIVISTS),
    "get_list_template": May(ARCHIVISTS),
    "get_customer_list": May(ARCHIVISTS),
    "import_customer_list": May(ARCHIVISTS, {"rows": "all"}),
    "give_up_customer_list": May(ARCHIVISTS),
    "upload_customer_list": May(ARCHIVISTS),
    "list_entries": May(AUDITORS),
    "get_journal_state": May(AUDITORS),
    "export_entries": May(AUDITORS),
    "get_entry": May(AUDITORS),
    "open_particulars": May(frozenset({"auditor"})),
    "retry_pages": May(ADMINISTRATORS | ARCHIVISTS, {}),
    "withdraw_received_file": May(WORKERS, {}),
    "file_item_for_good": May(WORKERS),
    "withdraw_item_before_filing": May(WORKERS, REASON),
    "revoke_my_token": May(frozenset({"archivist", "admin"})),
}


UPLOADS = frozenset(
    {
        "upload_files",
        "upload_customer_list",
        "rescan_page_of_batch",
        "rescan_page_of_item",
        "import_items_into_dossier",
    }
)


@dataclass
class Surroundings:
    """A world with the names that addresses and bodies ask for."""

    world: World
    names: dict[str, Any]

    def call(self, program: Program, name: str, **other: Any) -> HttpResponse:
        """Call an operation with what it asks for, with `other` things instead of the world's."""
        method, path = PLACES[name]
        may, names = OPERATIONS[name], {**self.names, **other}
        if name == "read_page_again":
            names |= {"page_id": other.get("page_id", names["failed_page"])}
        address = path.format(**names) + may.query
        if name in UPLOADS:
            return program.upload(address, ("x.csv", "名称\n甲\n".encode()), fields={"version": 1})
        return program(method, address, filled(may.body, names), **may.headers)


def filled(body: Any, names: dict[str, Any]) -> Any:
    """Return the body with the names in braces replaced."""
    if isinstance(body, dict):
        return {key: filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, names) for value in body]
    return names[body[1:-1]] if isinstance(body, str) and body.startswith("{") and body.endswith("}") else body


def operations() -> Iterator[tuple[str, str, str]]:
    """Yield name, method and path of every operation of the published document."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, details in methods.items():
            yield details["operationId"], method, path.removeprefix("/api/v1")


PLACES = {name: (method, path) for name, method, path in operations()}


@pytest.fixture
def surroundings(db: None) -> Surroundings:
    world = a_world()
    house, dossier = world.house, world.dossier
    failed = a_page(world.item)
    Page.objects.filter(pk=failed.pk).update(state="failed")
    sealed = JournalEntry.objects.filter(sealed__isnull=False).first()
    volume, relation, proposal = arranged_things(world)
    names = {
        "dossier_id": dossier.public_id,
        "item_id": world.item.public_id,
        "page_id": world.page.public_id,
        "failed_page": failed.public_id,
        "batch_id": world.batch.public_id,
        "file_id": world.file.public_id,
        "kind_id": dossier.kind.public_id,
        "series_id": dossier.series.public_id,
        "period": "ten",
        "type_id": DocumentType.objects.get(code="drawing").public_id,
        "list_id": keep_draft(content="名称,类别\n甲,没有\n".encode(), acting_user=house.archivist).public_id,
        "token_id": make_token(person=house.archivist, name="x", last_day=house_day())[0].public_id,
        "upload_id": begin_upload(
            batch=world.batch, name="x.pdf", size=9, mark="own", acting_user=house.archivist
        ).public_id,
        "person_id": house.staff1.public_id,
        "director_id": house.director.public_id,
        "volume_id": volume.public_id,
        "form": "spine-10",
        "year": volume.filing_year,
        "relation_id": relation.public_id,
        "proposal_id": proposal.public_id,
        "piece": 0,
        "scan_id": keep_unplaced(
            token="x",
            name=f"{SECRETS[2]}.pdf",
            folder=SECRETS[0],
            size=1,
            stored=None,
            refusal=FileRefused("unknown"),
            fonds_id=house.fonds.pk,
            acting_user=house.archivist,
        ).public_id,
        "department": house.service.code,
        "fonds": house.fonds.code,
        "number": sealed.pk if sealed else 1,
        "code": "id_number",
        "kind": "csv",
    }
    return Surroundings(world, names)


def arranged_things(world: World) -> tuple[Volume, ItemRelation, RelationProposal]:
    """Return the volume of the world's item, a relation of it, and a proposed one."""
    archivist = world.house.archivist
    copy = an_item(archivist, world.dossier, SECRETS[1], document_date=world.item.document_date)
    relation = relate_items(item=copy, kind="copy_of", other=world.item, acting_user=archivist)
    proposal = RelationProposal.objects.create(
        item=copy, kind="replies_to", other=world.item, ground="titles", proposed_at=relation.made_at
    )
    arrange_dossier(dossier=world.dossier, acting_user=archivist)
    return world.item.binding.volume, relation, proposal


def house_day() -> Any:
    """Return a day on which a token is still valid."""
    from dms.core import clock

    return clock.today()


def names_for(name: str, surroundings: Surroundings) -> dict[str, Any]:
    """Versions are numbered from 1; the journal's entries are numbers of their own."""
    return {"number": 1} if name.endswith("_version") else {}


def got_in(answer: HttpResponse) -> bool:
    """Return whether the answer is one to somebody who has the right."""
    if answer.status_code in {401, 403, 404}:
        return answer.json()["code"] in STATE
    return answer.status_code < 500


def body_of(answer: HttpResponse) -> bytes:
    """Return the whole body, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_every_operation_is_listed_here() -> None:
    assert set(PLACES) == set(OPERATIONS)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_who_may_gets_in_and_who_may_not_learns_nothing(surroundings: Surroundings, role: str) -> None:
    program = surroundings.world.program(role)
    wrong = []
    for name, may in OPERATIONS.items():
        answer = surroundings.call(program, name, **names_for(name, surroundings))
        if got_in(answer) != (role in may.who):
            wrong.append((name, answer.status_code, body_of(answer)[:300]))
        elif role not in READERS | AUDITORS and any(word.encode() in body_of(answer) for word in SECRETS):
            wrong.append((name, "tells a secret"))
    assert wrong == []


def test_nobody_gets_in_unknown(surroundings: Surroundings) -> None:
    program = surroundings.world.program("archivist")
    program.secret = "juanzong_" + "x" * 40
    answers = set()
    for name in list(OPERATIONS)[:40]:
        answer = surroundings.call(program, name)
        answers.add((answer.status_code, answer["WWW-Authenticate"], answer.json()["code"], answer.content))
    assert len(answers) == 1
    assert next(iter(answers))[:3] == (401, 'Bearer realm="Juanzong"', "not_signed_in")


def test_a_token_that_only_reads_changes_nothing(surroundings: Surroundings) -> None:
    program = surroundings.world.program("archivist", may_write=False)
    for name in OPERATIONS:
        if PLACES[name][0] != "get":
            answer = surroundings.call(program, name)
            assert (answer.status_code, answer.json()["code"]) == (403, "token_only_reads"), name


IDS = (
    "dossier_id",
    "item_id",
    "page_id",
    "batch_id",
    "file_id",
    "upload_id",
    "scan_id",
    "list_id",
    "token_id",
    "person_id",
    "volume_id",
    "relation_id",
    "proposal_id",
)


def test_hidden_and_absent_answer_alike_to_the_byte(surroundings: Surroundings) -> None:
    program = surroundings.world.program("staff2")
    for name, (_method, path) in PLACES.items():
        asked = [thing for thing in IDS if f"{{{thing}}}" in path]
        if asked and name not in {"upload_customer_list"}:
            hidden = surroundings.call(program, name, **names_for(name, surroundings))
            absent = {thing: new_public_id() for thing in asked}
            nothing = surroundings.call(program, name, **names_for(name, surroundings), **absent)
            assert (hidden.status_code, hidden.content) == (nothing.status_code, nothing.content), name
            assert dict(hidden.headers) == dict(nothing.headers), name
            assert hidden.status_code in {403, 404}, name


def test_a_hidden_dossier_named_in_a_body_answers_as_an_absent_one(surroundings: Surroundings) -> None:
    program, world = surroundings.world.program("staff2"), surroundings.world
    for address, body in (
        ("/batches", lambda one: {"dossier": one}),
        ("/dossiers/changes", lambda one: {"dossiers": [one], "changes": {"state": "open"}, "reason": "x"}),
        ("/batches", lambda one: {"item": one}),
    ):
        hidden = program("post", address, body(world.dossier.public_id))
        absent = program("post", address, body(new_public_id()))
        assert (hidden.status_code, hidden.content) == (404, absent.content)


@pytest.mark.parametrize("role", sorted(EVERYBODY - READERS - AUDITORS))
def test_refused_looks_are_written_down(surroundings: Surroundings, role: str) -> None:
    world = surroundings.world
    surroundings.call(world.program(role), "get_page_image")
    person = world.house.people[role]
    assert JournalEntry.objects.filter(action="look.refused", actor_id=person.pk).count() == 1
