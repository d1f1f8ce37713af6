"""Scan batches for programs: open, upload, watch, answer, file. Thin over the services of the screens."""

import hashlib
from datetime import date, datetime
from typing import Any, BinaryIO, Literal, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.cursors import place, values_of
from dms.core.api.operations import repeatable, shown
from dms.core.api.problems import Unprocessable
from dms.core.api.requests import Call
from dms.core.api.shapes import Coded, Count, Given, Id, Line, Page, Portion, Shown, Text, coded_or_none
from dms.core.errors import Refusal
from dms.holdings.selectors import get_dossier_for, get_item_for

from .. import policy, selectors, services
from ..models import ReceivedFile, ScanBatch

router = Router(tags=["Intake"])


class BatchProgress(Shown):
    """How far a batch has come, in files and pages."""

    files: dict[str, int] = Field(description="Number of files by state; `unopened`: pages not counted yet.")
    pages: Count = Field(description="Pages known of so far.")
    made: Count
    read: Count
    failed: Count
    percent: int
    pages_per_minute: float
    seconds_left: int | None
    settled: bool = Field(description="Nothing moves any more by itself: all is read, or asks or failed.")


class ShownBatch(Shown):
    """A scan batch and its progress."""

    id: Id
    dossier: Id
    dossier_number: str
    item: Id | None = Field(description="The item it fills; null: every file becomes an item of its own.")
    section: Coded | None
    document_date: date | None
    note: str
    state: Literal["open", "closed"]
    opened_at: datetime
    opened_by: str = Field(description="Sign-in name.")
    closed_at: datetime | None
    progress: BatchProgress
    may_file: bool
    may_not_file_because: str


class ShownFile(Shown):
    """A received file: how far, what is wrong, and what may be done."""

    id: Id
    batch: Id
    position: int
    name: str
    size: Count
    state: str = Field(description="received, duplicate, split, refused, withdrawn …")
    moving: bool
    pages_found: int | None
    pages_made: Count
    pages_read: Count
    pages_failed: Count
    problem: str
    remedy: str
    reason: str = Field(description="The problem's code.")
    low_dpi: bool
    misnamed: bool
    same_as: str = Field(description="Number of the dossier that has the same file; asked of duplicates.")
    acts: list[str] = Field(description="keep, drop, again, withdraw.")
    item: Id | None


_PROGRESS = {
    "files": {"split": 2},
    "pages": 5,
    "made": 5,
    "read": 5,
    "failed": 0,
    "percent": 100,
    "pages_per_minute": 30.0,
    "seconds_left": None,
    "settled": True,
}
_BATCH = {
    "id": "j5b9v8p3t7u2xg",
    "dossier": "k3m9x2p7q4w8ra",
    "dossier_number": "YZ-2023-0001",
    "item": None,
    "section": {"code": "unit", "name": "单元信息"},
    "document_date": None,
    "note": "",
    "state": "open",
    "opened_at": "2026-11-24T01:00:00Z",
    "opened_by": "archivist",
    "closed_at": None,
    "progress": _PROGRESS,
    "may_file": True,
    "may_not_file_because": "",
}
FILE_EXAMPLE = {
    "id": "m6c2w9q4u8v3yh",
    "batch": "j5b9v8p3t7u2xg",
    "position": 1,
    "name": "合同.pdf",
    "size": 482113,
    "state": "split",
    "moving": False,
    "pages_found": 4,
    "pages_made": 4,
    "pages_read": 4,
    "pages_failed": 0,
    "problem": "",
    "remedy": "",
    "reason": "",
    "low_dpi": False,
    "misnamed": False,
    "same_as": "",
    "acts": ["withdraw"],
    "item": "f2y6s5k8q4r7ud",
}


class BatchQuery(Page):
    """Which batches."""

    dossier: Line = Field("", description="Public id of a dossier.")
    state: Literal["", "open", "closed"] = ""
    mine: bool = Field(False, description="Only those one opened.")


@router.get("/batches", response=Portion[ShownBatch], openapi_extra=shown({"items": [_BATCH], "next": None}))
def list_batches(request: Call, asked: Query[BatchQuery]) -> dict[str, Any]:
    """List the batches into dossiers one may work on, newest first, with their progress."""
    found = selectors.batches_visible_to(request.user).order_by("-pk")
    if asked.dossier:
        found = found.filter(dossier=get_dossier_for(request.user, asked.dossier, Act.WORK))
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.mine:
        found = found.filter(opened_by=request.user)
    if beside := values_of(asked.after, "batches"):
        found = found.filter(pk__lt=ScanBatch.objects.get(public_id=beside[0]).pk)
    rows = list(found[: asked.limit + 1])
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    progress = selectors.progress_of(rows)
    return {
        "items": [_batch(row, progress[row.pk]) for row in rows],
        "next": place("batches", rows[-1].public_id) if more else None,
    }


class NewBatch(Given):
    """Where the papers go: a dossier, or one item of it. Without an item every file becomes one of its own."""

    dossier: Line = Field("", description="Public id of a dossier; or an item instead.")
    item: Line = Field("", description="Public id of an item that all pages go into.")
    section: Line = Field("", description="Code of a section, for all items that come of it.")
    document_date: date | None = None
    note: Text = Field("", max_length=300)


@router.post(
    "/batches",
    response={201: ShownBatch},
    openapi_extra=shown(_BATCH, status=201, sent={"dossier": "k3m9x2p7q4w8ra", "section": "unit"}),
)
def open_scan_batch(request: Call, response: HttpResponse, data: NewBatch) -> Status[Any]:
    """Open a batch into a dossier, or into one item of it (A6)."""
    user = request.user
    item = get_item_for(user, data.item, Act.WORK) if data.item else None
    if item is None and not data.dossier:
        raise Unprocessable("dossier", _("This is missing."), code="missing")
    dossier = get_dossier_for(user, data.dossier, Act.WORK) if data.dossier or item is None else item.dossier
    section = dossier.kind.sections.filter(code=data.section).first() if data.section else None
    if data.section and section is None:
        raise Unprocessable("section", _("There is no “%(word)s”.") % {"word": data.section}, code="unknown")
    batch = services.open_batch(
        dossier=dossier,
        item=item,
        section=section,
        document_date=data.document_date,
        note=data.note,
        acting_user=user,
    )
    response["Location"] = f"/api/v1/batches/{batch.public_id}"
    return Status(201, _found(batch))


@router.get("/batches/{slug:batch_id}", response=ShownBatch, openapi_extra=shown(_BATCH))
def get_batch(request: Call, batch_id: str) -> dict[str, Any]:
    """Return a batch and its progress: ask again until `settled`."""
    return _found(selectors.get_batch_for(request.user, batch_id))


class FileQuery(Page):
    """Which files of a batch."""

    state: Line = Field("", description="Only files of this state.")


@router.get(
    "/batches/{slug:batch_id}/files",
    response=Portion[ShownFile],
    openapi_extra=shown({"items": [FILE_EXAMPLE], "next": None}),
)
def list_files(request: Call, batch_id: str, asked: Query[FileQuery]) -> dict[str, Any]:
    """List the received files of a batch in their order."""
    batch = selectors.get_batch_for(request.user, batch_id)
    beside = values_of(asked.after, "files")
    after = beside[0] if beside else 0
    rows = [
        row
        for row in selectors.files_of(batch)
        if row.file.position > after and asked.state in {"", str(row.file.state)}
    ]
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    return {
        "items": [_file(row) for row in rows],
        "next": place("files", rows[-1].file.position) if more else None,
    }


class Origin(Given):
    """Where the files came from."""

    folder: Text = Field("", max_length=600, description="The folders they lay in, with “/”: shown before their names.")


class Received(Shown):
    """The files that were received, in the order they were sent."""

    files: list[ShownFile]


@router.post(
    "/batches/{slug:batch_id}/files",
    response={201: Received},
    openapi_extra=shown({"files": [{**FILE_EXAMPLE, "state": "received", "moving": True}]}, status=201),
)
@repeatable
def upload_files(request: Call, batch_id: str, file: File[list[UploadedFile]], data: Form[Origin]) -> Status[Any]:
    """Upload files (form field `file`, once or several times): PDF, TIFF, JPEG, PNG, WebP, BMP, or a ZIP of these.

    They are streamed. What is no scan is received as `refused`, with why. A file that the fonds has already waits as
    `duplicate` for `keep` or `drop`. Under an idempotency key a file arrives once, however often it is sent.
    """
    batch = selectors.get_batch_for(request.user, batch_id)
    if not file:
        raise Refusal(_("The upload broke off: the file did not arrive whole."), _("Upload it once more."))
    key = request.headers.get("Idempotency-Key", "")
    mark = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32] if key else ""
    received = [
        services.receive_file(
            batch=batch,
            file=cast(BinaryIO, one.file or one),
            name=one.name or "",
            folders=data.folder.split("/"),
            token=f"{mark}-{number}" if mark else "",
            acting_user=request.user,
        )
        for number, one in enumerate(file)
    ]
    return Status(201, {"files": [file_now(row) for row in received]})


class FilingBatch(Given):
    """Why, where the check of the scans asks for more; the body may be left out."""

    because: Text = Field("", max_length=300, description="Why the batch is filed although its check asks for more.")


@router.post(
    "/batches/{slug:batch_id}/file",
    response=ShownBatch,
    openapi_extra=shown({**_BATCH, "state": "closed"}, sent={"because": ""}),
)
@repeatable
def file_whole_batch(request: Call, batch_id: str, data: FilingBatch | None = None) -> dict[str, Any]:
    """File a batch: its papers were checked and belong to the archive; the uploaded files are destroyed (A6).

    Pages still to be rescanned, or a sample nobody has looked at, are refused (409), unless `because` says why (A17).
    """
    batch = selectors.get_batch_for(request.user, batch_id)
    services.file_batch(batch=batch, because=data.because if data else "", acting_user=request.user)
    return _found(selectors.get_batch_for(request.user, batch_id))


@router.get("/files/{slug:file_id}", response=ShownFile, openapi_extra=shown(FILE_EXAMPLE))
def get_file(request: Call, file_id: str) -> dict[str, Any]:
    """Return one received file."""
    return file_now(selectors.get_file_for(request.user, file_id))


@router.post("/files/{slug:file_id}/keep", response=ShownFile, openapi_extra=shown(FILE_EXAMPLE))
def keep_duplicate(request: Call, file_id: str) -> dict[str, Any]:
    """Take a file in that was received before (A10)."""
    file = selectors.get_file_for(request.user, file_id)
    return file_now(services.answer_duplicate(received_file=file, keep=True, acting_user=request.user))


@router.post(
    "/files/{slug:file_id}/drop", response=ShownFile, openapi_extra=shown({**FILE_EXAMPLE, "state": "withdrawn"})
)
def drop_duplicate(request: Call, file_id: str) -> dict[str, Any]:
    """Leave a file out that was received before; the upload is destroyed."""
    file = selectors.get_file_for(request.user, file_id)
    return file_now(services.answer_duplicate(received_file=file, keep=False, acting_user=request.user))


@router.post("/files/{slug:file_id}/again", response=ShownFile, openapi_extra=shown(FILE_EXAMPLE))
def try_file_again(request: Call, file_id: str) -> dict[str, Any]:
    """Have a refused file tried once more, where that may help and the upload was kept."""
    file = selectors.get_file_for(request.user, file_id)
    return file_now(services.try_again(received_file=file, acting_user=request.user))


class Withdrawing(Given):
    """Why."""

    reason: Text = Field("", max_length=200)


@router.post(
    "/files/{slug:file_id}/withdraw",
    response=ShownFile,
    openapi_extra=shown({**FILE_EXAMPLE, "state": "withdrawn"}, sent={"reason": "重复上传"}),
)
def withdraw_received_file(request: Call, file_id: str, data: Withdrawing) -> dict[str, Any]:
    """Withdraw a wrong upload before filing: its pages and images are destroyed for good (R2, A12)."""
    file = selectors.get_file_for(request.user, file_id)
    return file_now(services.withdraw_file(received_file=file, reason=data.reason, acting_user=request.user))


def _found(batch: ScanBatch) -> dict[str, Any]:
    return _batch(batch, selectors.progress_of([batch])[batch.pk])


def _batch(batch: ScanBatch, progress: selectors.Progress) -> dict[str, Any]:
    answer = policy.may_file(batch.state, progress.files)
    return {
        "id": batch.public_id,
        "dossier": batch.dossier.public_id,
        "dossier_number": batch.dossier.number,
        "item": batch.item.public_id if batch.item else None,
        "section": coded_or_none(batch.section),
        "document_date": batch.document_date,
        "note": batch.note,
        "state": batch.state,
        "opened_at": batch.opened_at,
        "opened_by": batch.opened_by.username,
        "closed_at": batch.closed_at,
        "progress": {
            "files": {str(state): count for state, count in progress.files.items()},
            "pages": progress.total,
            "made": progress.made,
            "read": progress.read,
            "failed": progress.failed,
            "percent": progress.percent,
            "pages_per_minute": round(progress.rate, 1),
            "seconds_left": progress.seconds_left,
            "settled": progress.settled,
        },
        "may_file": bool(answer),
        "may_not_file_because": "" if answer else f"{answer.reason} {answer.remedy}".strip(),
    }


def file_now(file: ReceivedFile) -> dict[str, Any]:
    """Return a received file as it stands now."""
    (row,) = selectors.files_of(file.batch, only=file)
    return _file(row)


def _file(row: selectors.FileProgress) -> dict[str, Any]:
    file = row.file
    problem, remedy = file.problem
    asked = str(file.state) == "duplicate" and file.same_as is not None
    return {
        "id": file.public_id,
        "batch": file.batch.public_id,
        "position": file.position,
        "name": file.name,
        "size": file.size,
        "state": file.state,
        "moving": str(file.state) == "received" or row.read + row.failed < row.made,
        "pages_found": file.pages_found,
        "pages_made": row.made,
        "pages_read": row.read,
        "pages_failed": row.failed,
        "problem": problem,
        "remedy": remedy,
        "reason": file.reason,
        "low_dpi": file.low_dpi,
        "misnamed": file.misnamed,
        "same_as": file.same_as.batch.dossier.number if asked and file.same_as else "",
        "acts": _acts(file),
        "item": file.item.public_id if file.item and row.made else None,
    }


def _acts(file: ReceivedFile) -> list[str]:
    state, batch = file.state, file.batch.state
    if policy.may_answer_duplicate(batch, state):
        return ["keep", "drop"]
    again = policy.may_try_again(batch, state, file.reason, kept=file.stored_id is not None)
    may = [("again", again), ("withdraw", policy.may_withdraw(batch, state))]
    return [act for act, answer in may if answer]
