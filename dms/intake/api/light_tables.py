"""The light table for programs: how the pages of a batch or an item lie, and every act on them. Adds no rule."""

from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal, cast

from django.utils.translation import gettext as _
from ninja import Body, File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from dms.core.api.operations import repeatable, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Coded, Count, Given, Id, Line, Number, Shown, coded_or_none
from dms.core.errors import Refusal

from .. import light_table, services
from ..light_table import LyingItem, LyingPage, Table
from ..models import TableAct
from ..scan_quality import Finding, name_of
from ..views.table_acts import MOST_PAGES, Asked, act_on

router = Router(tags=["Light table"])

PageIds = Annotated[
    list[Line], Field(min_length=1, max_length=MOST_PAGES, description="Public ids of pages on the table.")
]
Seen = Annotated[
    dict[str, Line],
    Field(description="The `token` of every item concerned, by its id, as it was when one looked; else 409."),
]


class ShownFinding(Shown):
    """Something about a scan. A note is only worth knowing; nobody has to look."""

    code: str
    words: str
    is_note: bool


class TablePage(Shown):
    """A page as it lies; `version` counts its images, `turn` is in degrees clockwise."""

    id: Id
    position: Count
    state: str = Field(description="waiting, recognised, blank or failed.")
    turn: int
    version: int
    width: Count
    height: Count
    dpi: int | None
    findings: list[ShownFinding]
    verdict: Literal["", "good", "rescan"] = Field(description="What was found when somebody looked at this image.")
    reasons: list[Coded]
    note: str


class TableItem(Shown):
    """An item with its pages in order. `token` changes with their order: an act sends it back in `seen`."""

    id: Id
    title: str
    entry_number: int
    section: Coded | None
    state: str
    token: str
    pages: list[TablePage]


class TableStep(Shown):
    """Something that the caller did on this table and can undo."""

    id: Id
    kind: str = Field(description="moved, divided, merged, removed, turned, marked or rescanned.")
    pages: Count
    done_at: datetime


class ShownTable(Shown):
    """The whole table: items in the order of the scans, and one's own steps, the newest first."""

    dossier: Id
    dossier_number: str
    items: list[TableItem]
    steps: list[TableStep]


class Move(Given):
    """Lay pages, in the order in which they lie, before a page of an item, or at its end (A8)."""

    act: Literal["move"]
    pages: PageIds
    into: Line = Field(description="Public id of an item, of this table or of the dossier.")
    before: Line = Field("", description="Public id of a page of it; empty: at its end.")
    seen: Seen


class Divide(Given):
    """Let each of these pages of one item begin an item of its own; those after it go with it (A10)."""

    act: Literal["divide"]
    pages: PageIds
    seen: Seen


class Merge(Given):
    """Put all pages of an item behind those of another; its entry is withdrawn (A10)."""

    act: Literal["merge"]
    item: Line = Field(description="Public id of the item that ends.")
    into: Line = Field(description="Public id of the item that grows.")
    seen: Seen


class Remove(Given):
    """Take pages out; undoing brings them back until the batch is filed, then they are destroyed (R2)."""

    act: Literal["remove"]
    pages: PageIds
    seen: Seen


class Turn(Given):
    """Turn pages for everybody, clockwise."""

    act: Literal["turn"]
    pages: PageIds
    degrees: Literal[90, 180, 270]
    turns: dict[str, int] = Field(description="The `turn` of every one of these pages as one saw it, by its id.")


class MarkBlank(Given):
    """Mark pages as blank, or as not blank (A10)."""

    act: Literal["mark"]
    pages: PageIds
    blank: bool


class Undo(Given):
    """Undo the last act of the caller on this table."""

    act: Literal["undo"]
    step: Line = Field("", description="Id of the step that is meant; another one is not undone. Empty: the last.")


TableDeed = Annotated[
    Move | Divide | Merge | Remove | Turn | MarkBlank | Undo,
    Field(discriminator="act", description="One of: move, divide, merge, remove, turn, mark, undo."),
]
_PAGE = {
    "id": "w3k7d2r9f5n8tb",
    "position": 1,
    "state": "recognised",
    "turn": 0,
    "version": 1,
    "width": 2480,
    "height": 3508,
    "dpi": 300,
    "findings": [{"code": "lean", "words": "歪斜 2.1°。", "is_note": False}],
    "verdict": "",
    "reasons": [],
    "note": "",
}
_TABLE = {
    "dossier": "k3m9x2p7q4w8ra",
    "dossier_number": "YZ-2023-0001",
    "items": [
        {
            "id": "f2y6s5k8q4r7ud",
            "title": "合同",
            "entry_number": 7,
            "section": {"code": "unit", "name": "单元信息"},
            "state": "intake",
            "token": "9f86d081884c7d65",
            "pages": [_PAGE],
        }
    ],
    "steps": [{"id": "h4v8c6b3m9x2pq", "kind": "moved", "pages": 1, "done_at": "2026-11-24T01:00:00Z"}],
}
_DEED = {
    "act": "move",
    "pages": ["w3k7d2r9f5n8tb"],
    "into": "f2y6s5k8q4r7ud",
    "before": "",
    "seen": {"f2y6s5k8q4r7ud": "9f86d081884c7d65"},
}
_SHOWN = shown(_TABLE)
_ACTED = shown(_TABLE, sent=_DEED)


@router.get("/batches/{slug:batch_id}/light-table", response=ShownTable, openapi_extra=_SHOWN)
def get_batch_table(request: Call, batch_id: str) -> dict[str, Any]:
    """Return how the pages of a batch lie: items and pages in order, with state, findings and verdicts."""
    return _shown(light_table.get_table_of_batch(request.user, batch_id), request.user)


@router.post("/batches/{slug:batch_id}/light-table/acts", response=ShownTable, openapi_extra=_ACTED)
def act_on_batch_table(request: Call, batch_id: str, data: Body[TableDeed]) -> dict[str, Any]:
    """Do one act on the pages of a batch, and return how they then lie.

    Where the pages do not lie as `seen` says any more, the answer is 409 `changed_meanwhile` and nothing was changed.
    """
    return _acted(light_table.get_table_of_batch(request.user, batch_id), data, request.user)


@router.get("/items/{slug:item_id}/light-table", response=ShownTable, openapi_extra=_SHOWN)
def get_item_table(request: Call, item_id: str) -> dict[str, Any]:
    """Return how the pages of an item lie, and of those that were divided from it."""
    return _shown(light_table.get_table_of_item(request.user, item_id), request.user)


@router.post("/items/{slug:item_id}/light-table/acts", response=ShownTable, openapi_extra=_ACTED)
def act_on_item_table(request: Call, item_id: str, data: Body[TableDeed]) -> dict[str, Any]:
    """Do one act on the pages of an item, as on those of a batch."""
    return _acted(light_table.get_table_of_item(request.user, item_id), data, request.user)


class Rescan(Given):
    """Which image is to be replaced."""

    version: Number = Field(description="The `version` of the page's image as one saw it; another one: 409.")


_RESCANNED = shown(_TABLE, status=201)


@router.post(
    "/batches/{slug:batch_id}/light-table/pages/{slug:page_id}/rescan",
    response={201: ShownTable},
    openapi_extra=_RESCANNED,
)
@repeatable
def rescan_page_of_batch(
    request: Call, batch_id: str, page_id: str, data: Form[Rescan], file: File[UploadedFile]
) -> Status[Any]:
    """Take in the new scan of one page (form fields `file` and `version`): its next image, read anew (A12, A17)."""
    return _rescanned(light_table.get_table_of_batch(request.user, batch_id), page_id, data, file, request.user)


@router.post(
    "/items/{slug:item_id}/light-table/pages/{slug:page_id}/rescan",
    response={201: ShownTable},
    openapi_extra=_RESCANNED,
)
@repeatable
def rescan_page_of_item(
    request: Call, item_id: str, page_id: str, data: Form[Rescan], file: File[UploadedFile]
) -> Status[Any]:
    """Take in the new scan of one page of an item, as of one of a batch."""
    return _rescanned(light_table.get_table_of_item(request.user, item_id), page_id, data, file, request.user)


def _acted(table: Table, deed: Given, user: Any) -> dict[str, Any]:
    act_on(table, deed.dict(), user)
    return _shown(table, user)


def _rescanned(table: Table, page_id: str, data: Rescan, file: UploadedFile, user: Any) -> Status[Any]:
    (page,) = Asked(table, {"pages": [page_id]}, user).pages()
    if file.file is None:
        raise Refusal(_("The upload broke off: the file did not arrive whole."), _("Upload it once more."))
    services.rescan_page(
        table=table,
        page=page,
        file=cast(BinaryIO, file.file),
        name=file.name or "",
        seen_version=data.version,
        acting_user=user,
    )
    return Status(201, _shown(table, user))


def _shown(table: Table, user: Any) -> dict[str, Any]:
    steps = table.acts().filter(done_by=user)[: light_table.MOST_STEPS]
    return {
        "dossier": table.dossier.public_id,
        "dossier_number": table.dossier.number,
        "items": [_item(lying) for lying in light_table.lying_on(table, user)],
        "steps": [_step(step) for step in steps],
    }


def _item(lying: LyingItem) -> dict[str, Any]:
    item = lying.item
    return {
        "id": item.public_id,
        "title": item.title,
        "entry_number": item.entry_number,
        "section": coded_or_none(item.section),
        "state": item.state,
        "token": lying.token,
        "pages": [page_shown(page) for page in lying.pages],
    }


def page_shown(page: LyingPage) -> dict[str, Any]:
    """Return a page on the table, as `TablePage`."""
    names = ("position", "state", "turn", "version", "width", "height", "dpi", "note")
    return {name: getattr(page, name) for name in names} | {
        "id": page.public_id,
        "findings": findings_shown(page.findings),
        "verdict": page.checked,
        "reasons": reasons_shown(page.reasons),
    }


def findings_shown(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return findings in the reader's words."""
    return [{"code": found.fault.value, "words": str(found), "is_note": found.is_note} for found in findings]


def reasons_shown(reasons: list[str]) -> list[dict[str, str]]:
    """Return the reasons of a verdict with their names in the reader's language."""
    return [{"code": reason, "name": name_of(reason)} for reason in reasons]


def _step(step: TableAct) -> dict[str, Any]:
    return {"id": step.public_id, "kind": step.kind, "pages": step.pages, "done_at": step.done_at}
