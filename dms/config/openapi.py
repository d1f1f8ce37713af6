"""The published document of the API: what every operation has in common is written into it here, once."""

from typing import Any

ABOUT = """Everything the screens can do, for programs: the same services, the same rights, the same refusals.

**Who.** `Authorization: Bearer …` with a token of the screen *API tokens*, or the browser's session with `X-CSRFToken`.
A token acts as its person; what is hidden from the person is, for the program, not there (404).

**Lists** come in portions: send `next` as `after` to go on. There are no totals but those of a search.

**Once.** Send `Idempotency-Key` (a random word) with whatever changes things: the same request under the same key is
done once and answered the same for a day (`Idempotent-Replayed: true`); another request under it is refused.

**Versions.** What can be changed comes with an `ETag`; a change names it in `If-Match`. Where somebody was faster the
answer is 412 and says what changed.

**Refusals** are RFC 9457 problems: `detail` says why, `remedy` what to do, in the language of `Accept-Language`
(`zh-hans`, `en`); `code` is for programs; `errors` names fields.

Dates are ISO 8601; ids are random and say nothing. Every look is journalled, as it is on the screens.
"""
TAGS = [
    {"name": "Me", "description": "Who calls, and one's own tokens."},
    {"name": "Dossiers", "description": "Dossiers with their names, versions, personal fields and uses."},
    {"name": "Items", "description": "Documents of a dossier: entries, versions, filing, withdrawing, moving."},
    {"name": "Configuration", "description": "Kinds, sections, own fields, series, and what choosers offer."},
    {"name": "Organisation", "description": "People, departments and posts; for administrators."},
    {"name": "Customer lists", "description": "Importing many dossiers from a table."},
    {"name": "Volumes", "description": "Annual volumes: relations, arranging, catalogue, closing, decisions."},
    {"name": "Intake", "description": "Scan batches: upload, progress, duplicates, filing."},
    {"name": "Light table", "description": "How pages lie: moving, dividing, turning, removing, new scans, undoing."},
    {"name": "Check of scans", "description": "Sampling a batch's scans, verdicts, pages to rescan."},
    {"name": "Pages", "description": "Images, facts, turning, copies, who has read."},
    {"name": "Texts", "description": "Texts with boxes, their versions, corrections, what should be checked."},
    {"name": "Search", "description": "Words, phrases, fields, facets; hits with snippets and boxes."},
    {"name": "Journal", "description": "Who did and saw what; for auditors and administrators."},
    {"name": "House", "description": "What waits, who works, what is wrong; for administrators."},
]
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "remedy", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:juanzong:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Why."},
        "remedy": {"type": "string", "description": "What to do."},
        "code": {"type": "string", "description": "The stable word for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("in", "field", "code", "detail")},
            },
        },
        "changes": {"type": "array", "items": {"type": "object"}, "description": "412: what changed since."},
        "alike": {"type": "array", "items": {"type": "object"}, "description": "Dossiers that seem the same."},
        "position": {"type": ["integer", "null"], "description": "Where in the query something is wrong."},
    },
}
EXAMPLE = {
    "type": "urn:juanzong:problem:not_found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing here that you may see.",
    "remedy": "Check the number, or ask the archive.",
    "code": "not_found",
}
COMMON = {400: "Not understood", 401: "Not signed in", 403: "Not allowed", 404: "Absent, or hidden from the caller",
          429: "Too many requests", 500: "Damaged", 503: "Vault or database not reachable"}  # fmt: skip
OF_CHANGES = {413: "Too large", 507: "No room left"}
OF_VERSIONS = {412: "Changed in the meantime", 428: "If-Match is missing"}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "A random word: the request is done once, however often it is sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
VERSION = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that the change was made from.",
    "schema": {"type": "string", "examples": ['"v3"']},
}


def published(document: Any) -> Any:
    """Return the document with the problems, headers and limits that all operations share."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _complete(operation, method)
    return document


def _complete(operation: dict[str, Any], method: str) -> None:
    changes = method != "get"
    versioned = operation.pop("x-versioned", False)
    possible = {**COMMON, 409: "Not possible now", 410: "Destroyed", 422: "Not valid"}
    if changes:
        possible |= OF_CHANGES
        operation["parameters"] = [*operation["parameters"], KEY]
    if versioned:
        possible |= OF_VERSIONS
        operation["parameters"] = [*operation["parameters"], VERSION]
    for status, words in possible.items():
        operation["responses"].setdefault(status, _problem(words))


def _problem(words: str) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": EXAMPLE}
    return {"description": words, "content": {"application/problem+json": content}}
