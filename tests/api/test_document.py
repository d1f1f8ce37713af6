"""The published document: whole, described, with examples that are true to it; and what answers it, true to it too."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as conformance

from dms.config.api import api
from dms.config.wsgi import application

from .conftest import World

EXAMPLES_OF_EACH = 5
# Whose program calls what: the archive everything, the others what is theirs alone or what they are mostly refused.
CALLERS = {
    "archivist": None,
    "staff1": {"Dossiers", "Items", "Pages", "Texts", "Intake", "Light table", "Check of scans"},
    "auditor": {"Journal", "Search"},
    "admin": {"House", "Journal", "Configuration", "Organisation", "Me"},
}


@pytest.fixture(scope="module")
def document() -> Any:
    """The document as it is published."""
    return json.loads(json.dumps(api.get_openapi_schema()))


def operations(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and details of every operation."""
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            yield method, path, details


class Conforming:
    """Says whether an example is what a schema of the document says; the same question is asked once."""

    def __init__(self, document: Any) -> None:
        self.components = document["components"]
        self.answers: dict[str, bool] = {}

    def __call__(self, schema: Any, example: Any) -> bool:
        """Return whether the example is what the schema says."""
        asked = json.dumps([schema, example], sort_keys=True)
        if asked not in self.answers:
            whole = {**schema, "components": self.components}
            self.answers[asked] = bool(jsonschema_rs.validator_for(whole).is_valid(example))
        return self.answers[asked]


def test_every_operation_is_named_described_and_sorted(document: Any) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    assert document["openapi"].startswith("3.1")
    ids = [details["operationId"] for _method, _path, details in operations(document)]
    assert len(ids) == len(set(ids))
    for _method, path, details in operations(document):
        assert details["description"].strip().endswith((".", ")")), path
        assert set(details["tags"]) <= tags and details["tags"], path
        assert {"Token": []} in details["security"], path


def test_every_operation_has_examples_that_are_true(document: Any) -> None:
    wrong, conforms = [], Conforming(document)
    for method, path, details in operations(document):
        for status, answer in details["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                binary = content["schema"].get("format") == "binary"
                if not binary and not ("example" in content and conforms(content["schema"], content["example"])):
                    wrong.append((method, path, status, media_type))
        for media_type, content in details.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json" and not (
                "example" in content and conforms(content["schema"], content["example"])
            ):
                wrong.append((method, path, "request", media_type))
    assert wrong == []


def test_every_refusal_is_a_problem_and_every_change_takes_a_key(document: Any) -> None:
    for method, path, details in operations(document):
        for status in ("400", "401", "403", "404", "422", "429"):
            assert "application/problem+json" in details["responses"][status]["content"], (path, status)
        names = [parameter["name"] for parameter in details["parameters"]]
        assert ("Idempotency-Key" in names) == (method != "get"), path


def test_no_path_takes_an_integer_key(document: Any) -> None:
    numbers = {
        path
        for _method, path, details in operations(document)
        for parameter in details["parameters"]
        if parameter["in"] == "path" and parameter["schema"]["type"] == "integer"
    }
    # Numbers that people count by: versions, the journal's entries, the pieces of one file, a year.
    assert all(
        any(word in path for word in ("/versions/", "/journal/", "/pieces/", "/print/{year}")) for path in numbers
    )


@pytest.mark.django_db
def test_document_and_its_page_are_published_and_load_nothing_from_elsewhere(client: Any) -> None:
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Juanzong"
    page = client.get("/api/v1/docs").content.decode()
    assert f"{django_settings.STATIC_URL}ninja/swagger-ui-bundle.js" in page
    assert "//cdn" not in page and "https://" not in page


CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Let the application leave the test's connection open at the end of a request, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
# Uploads lie in files without a name, which whoever closes them late cannot remove any more.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
def test_whatever_is_sent_the_answers_are_as_published(world: World, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    known = {
        "dossier_id": world.dossier.public_id,
        "item_id": world.item.public_id,
        "page_id": world.page.public_id,
        "batch_id": world.batch.public_id,
        "file_id": world.file.public_id,
        "kind_id": world.dossier.kind.public_id,
        "series_id": world.dossier.series.public_id,
        "person_id": world.house.staff1.public_id,
        "kind": "csv",
        "code": "id_number",
    }
    headers = {role: {"Authorization": f"Bearer {world.program(role).secret}"} for role in CALLERS}
    statuses: dict[str, set[int]] = {role: set() for role in CALLERS}
    for found in schema.get_all_operations():
        operation = found.ok()
        for role, answered in _call_many_times(operation, known, headers).items():
            statuses[role] |= answered
    # What was made up met the operations themselves, not only their refusals.
    assert {role for role, answered in statuses.items() if {200, 404} <= answered} == set(CALLERS)


def _call_many_times(operation: Any, known: dict[str, str], headers: dict[str, dict[str, str]]) -> dict[str, set[int]]:
    """Call one operation with made-up values on things that are there, as everybody who calls it.

    What one caller does is undone before the next one calls: each finds everything there. Return the statuses.
    """
    roles = [role for role, tags in CALLERS.items() if tags is None or tags & set(operation.tags or ())]
    statuses: dict[str, set[int]] = {role: set() for role in roles}

    @seed(20261124)
    @settings(
        max_examples=EXAMPLES_OF_EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        for name in set(case.path_parameters or {}) & set(known):
            case.path_parameters[name] = known[name]
        made_up = dict(case.headers or {})
        for role in roles:
            case.headers = {**made_up, **headers[role]}
            with transaction.atomic():
                statuses[role].add(case.call_and_validate(checks=CHECKS).status_code)
                transaction.set_rollback(True)

    call()
    return statuses
