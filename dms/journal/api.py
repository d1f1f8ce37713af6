"""The journal for programs of auditors and administrators. Whoever looks here is written down here too (C6)."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from dms.core.api.cursors import place, values_of
from dms.core.api.operations import binary, never_kept, shown
from dms.core.api.problems import Unprocessable
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Line, Page, Portion, Shown
from dms.core.errors import NotFound, require
from dms.core.table_files import WRITERS

from . import exports, policy, selectors, services, words
from .models import JournalEntry
from .sealing import unsealed

router = Router(tags=["Journal"])


class ListedEntry(Shown):
    """A line of the journal. `number` is the entry's own, counted through; `action_name` says the action in words."""

    number: int
    at: datetime
    person: str
    posts: str
    action: str
    action_name: str
    refused: bool
    thing_type: str
    thing_id: str
    thing: str
    address: str


class Seal(Shown):
    """The entry's link in the chain."""

    number: int
    entry_hash: str
    previous: str
    hash: str


class WholeEntry(ListedEntry):
    """A line with its particulars; the sealed ones are opened by an act of their own."""

    facts: dict[str, Any]
    has_sealed_particulars: bool
    seal: Seal | None = Field(description="Null: not sealed yet, which takes seconds.")


_ENTRY: dict[str, Any] = {
    "number": 4711,
    "at": "2026-11-24T01:00:00Z",
    "person": "白洁",
    "posts": "档案员",
    "action": "page.read",
    "action_name": "查看页面",
    "refused": False,
    "thing_type": "页",
    "thing_id": "g3z7t6m9r5s8ve",
    "thing": "214/1",
    "address": "192.0.2.7",
}


class EntryFilters(Given):
    """What to look for; days are whole days of the organisation's time zone."""

    person: Line = Field("", description="Sign-in name or name; `system` for what happened by itself.")
    action: Line = Field("", max_length=60, description="Code of an action, such as page.read.")
    thing: Line = Field("", max_length=200, description="Number, reference code or public id.")
    since: date | None = None
    until: date | None = None
    refused: bool = False

    def filters(self) -> selectors.Filters:
        """Return the filters; raise Unprocessable for a period that ends before it begins."""
        if self.since and self.until and self.until < self.since:
            raise Unprocessable("until", _("The last day lies before the first."))
        if self.until == date.max:
            raise Unprocessable("until", _("This is no date; write it as 2026-11-24."))
        return selectors.Filters(**self.dict(include={"person", "action", "thing", "since", "until", "refused"}))


class EntryQuery(EntryFilters, Page):
    """Filters and place."""


@router.get("/journal", response=Portion[ListedEntry], openapi_extra=shown({"items": [_ENTRY], "next": None}))
def list_entries(request: Call, asked: Query[EntryQuery]) -> dict[str, Any]:
    """List the entries that match, newest first. For auditors and administrators; the look itself is an entry."""
    selectors.require_reader(request.user)
    filters = asked.filters()
    beside = values_of(asked.after, "journal")
    found = selectors.page_of_entries(request.user, filters, before=beside[0] if beside else None, size=asked.limit)
    services.record_reading(by=request.user, filters=filters, entries=found.entries)
    return {
        "items": [_listed(entry) for entry in found.entries],
        "next": place("journal", found.older) if found.older else None,
    }


class SealState(Shown):
    """How the chain stands."""

    entries: int
    sealed: int
    last_seal: int | None
    head: str
    waiting: int


@router.get(
    "/journal/state",
    response=SealState,
    openapi_extra=shown({"entries": 4712, "sealed": 4711, "last_seal": 4711, "head": "9f86d081…", "waiting": 1}),
)
def get_journal_state(request: Call) -> dict[str, Any]:
    """Say how long the journal and its chain are and how many entries wait for their seal; nothing is verified."""
    selectors.require_reader(request.user)
    return selectors.state_of_chain(request.user) | {"waiting": unsealed().count()}


@router.get(
    "/journal/export/{slug:kind}",
    openapi_extra=binary(*(media for media, _write in WRITERS.values()), description="The entries as a table"),
)
def export_entries(request: Call, kind: str, asked: Query[EntryFilters]) -> HttpResponse | StreamingHttpResponse:
    """Return all entries that match as `csv` (streamed) or `xlsx`; written down before the first byte leaves."""
    selectors.require_reader(request.user)
    if kind not in WRITERS:
        raise NotFound
    filters = asked.filters()
    services.record_export(by=request.user, filters=filters, file_format=kind)
    name = f'attachment; filename="journal-{timezone.localdate():%Y-%m-%d}.{kind}"'
    media_type = WRITERS[kind][0]
    if kind == "csv":
        lines = exports.csv_lines(selectors.all_entries(request.user, filters))
        return StreamingHttpResponse(lines, content_type=media_type, headers={"Content-Disposition": name})
    entries = selectors.all_entries(request.user, filters, limit=exports.EXCEL_ROWS)
    content = exports.workbook(entries)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": name})


@router.get(
    "/journal/{int:number}",
    response=WholeEntry,
    openapi_extra=shown(
        {**_ENTRY, "facts": {"capture": 1}, "has_sealed_particulars": False, "seal": None},
    ),
)
def get_entry(request: Call, number: int) -> dict[str, Any]:
    """Return one entry with its particulars and its seal."""
    entry = _entry(request, number)
    services.record_reading(by=request.user, filters=selectors.Filters(), entries=[entry])
    seal = getattr(entry, "seal", None)
    return _listed(entry) | {
        "facts": entry.facts,
        "has_sealed_particulars": bool(entry.sealed),
        "seal": seal
        and {"number": seal.seq, "entry_hash": seal.entry_hash, "previous": seal.previous, "hash": seal.hash},
    }


class Particulars(Shown):
    """Sealed particulars in clear."""

    number: int
    particulars: str


@router.post(
    "/journal/{int:number}/particulars",
    response=Particulars,
    openapi_extra=shown({"number": 4711, "particulars": "合同 2019"}),
)
@never_kept
def open_particulars(request: Call, number: int) -> dict[str, Any]:
    """Open the sealed particulars of an entry (D1), which is written down. For auditors; the answer is never kept."""
    entry = _entry(request, number)
    require(policy.may_open_particulars(selectors.posts_for_journal(request.user)))
    if not entry.sealed:
        raise NotFound
    return {"number": entry.pk, "particulars": services.open_particulars(entry, by=request.user)}


def _entry(request: Call, number: int) -> JournalEntry:
    selectors.require_reader(request.user)
    if number >= 2**63:
        raise NotFound
    return selectors.get_entry_for(request.user, number)


def _listed(entry: JournalEntry) -> dict[str, Any]:
    return {
        "number": entry.pk,
        "at": entry.at,
        "person": words.person(entry.actor_name),
        "posts": words.posts(entry.actor_post),
        "action": entry.action,
        "action_name": words.action(entry.action),
        "refused": entry.refused,
        "thing_type": words.thing_type(entry.thing_type),
        "thing_id": entry.thing_id,
        "thing": entry.thing_label,
        "address": entry.address,
    }
