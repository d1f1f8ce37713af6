"""Large files piece by piece, for programs on bad lines: begin, send pieces, finish. What was acknowledged stays."""

from typing import Any, BinaryIO, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Router, Status
from pydantic import Field

from dms.core.api.operations import never_kept, repeatable, shown
from dms.core.api.requests import Call
from dms.core.api.shapes import Given, Id, Shown, Text
from dms.core.errors import NotFound, Refusal

from .. import selectors, services
from ..models import UnfinishedUpload
from .batches import FILE_EXAMPLE, ShownFile, file_now

router = Router(tags=["Intake"])
LARGEST = 1 << 50
DIGEST = r"^[0-9a-fA-F]{64}$"


class BegunUpload(Given):
    """A file that is to be sent in pieces."""

    name: Text = Field(min_length=1, max_length=200)
    folder: Text = Field("", max_length=600, description="The folders it lay in, with “/”: shown before its name.")
    size: int = Field(ge=1, le=LARGEST, description="In bytes.")
    mark: Text = Field(
        min_length=1,
        max_length=600,
        description="What the sender knows the file by; the same mark and size again go on where they stopped.",
    )


class Upload(Shown):
    """How far a large file has come: pieces are numbered from 0, all of `piece_bytes` but the last."""

    id: Id
    piece_bytes: int
    pieces: int
    have: list[int]


class PiecesMissing(Refusal):
    """Pieces are missing or differ from what was announced: `have` names those that are there."""

    code = "pieces_missing"

    def __init__(self, upload: UnfinishedUpload) -> None:
        super().__init__(_("Pieces of the file are missing or differ."), _("Send the missing ones, then finish again."))
        self.carried = {"have": _have(upload)}


_UPLOAD = {"id": "p8e4y3s6w1x5aj", "piece_bytes": 8388608, "pieces": 4, "have": [0, 1]}
_BEGUN = {"name": "卷宗.pdf", "size": 31457280, "mark": "卷宗.pdf 31457280 2026-11-24"}


@router.post("/batches/{slug:batch_id}/uploads", response=Upload, openapi_extra=shown(_UPLOAD, sent=_BEGUN))
def begin_large_file(request: Call, batch_id: str, data: BegunUpload) -> dict[str, Any]:
    """Begin to send a large file, or learn what of it has arrived already."""
    batch = selectors.get_batch_for(request.user, batch_id)
    values = data.dict(exclude={"folder"})
    folders = data.folder.split("/")
    return _shown(services.begin_upload(batch=batch, folders=folders, acting_user=request.user, **values))


@router.get("/batches/{slug:batch_id}/uploads/{slug:upload_id}", response=Upload, openapi_extra=shown(_UPLOAD))
def get_large_file(request: Call, batch_id: str, upload_id: str) -> dict[str, Any]:
    """Say what has arrived of a large file that one is sending."""
    return _shown(_upload(request, batch_id, upload_id))


@router.put(
    "/batches/{slug:batch_id}/uploads/{slug:upload_id}/pieces/{int:piece}",
    response={204: None},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
@never_kept  # the same piece once more changes nothing
def send_piece(
    request: Call,
    batch_id: str,
    upload_id: str,
    piece: int,
    digest: str = Header(..., alias="X-Piece-Digest", pattern=DIGEST, description="SHA-256 of the piece, in hex."),
) -> HttpResponse:
    """Send one piece as the body of the request; 204 is the acknowledgement, after which it is not lost."""
    upload = _upload(request, batch_id, upload_id)
    services.receive_piece(
        upload=upload, number=piece, digest=digest, body=cast(BinaryIO, request), acting_user=request.user
    )
    return HttpResponse(status=204)


class Digests(Given):
    """The SHA-256 of every piece, in order, in hex."""

    digests: list[str] = Field(min_length=1, max_length=100_000)


@router.post(
    "/batches/{slug:batch_id}/uploads/{slug:upload_id}/finish",
    response={201: ShownFile},
    openapi_extra=shown(
        {**FILE_EXAMPLE, "state": "received", "moving": True}, status=201, sent={"digests": ["9f86d081…"]}
    ),
)
@repeatable
def finish_large_file(request: Call, batch_id: str, upload_id: str, data: Digests) -> Status[Any]:
    """Make the received file of the pieces, each compared with its digest; 409 `pieces_missing` names those there."""
    batch = selectors.get_batch_for(request.user, batch_id)
    try:
        upload = selectors.get_upload_for(request.user, batch, upload_id)
    except NotFound:
        if known := selectors.received_from_pieces(request.user, batch, upload_id):  # its answer was lost
            return Status(201, file_now(known))
        raise
    try:
        made = services.finish_upload(upload=upload, digests=data.digests, acting_user=request.user)
    except services.PiecesDiffer:
        raise PiecesMissing(upload) from None
    return Status(201, file_now(made))


@router.delete("/batches/{slug:batch_id}/uploads/{slug:upload_id}", response={204: None})
def give_up_large_file(request: Call, batch_id: str, upload_id: str) -> HttpResponse:
    """Destroy what has arrived of a large file."""
    services.give_up_upload(upload=_upload(request, batch_id, upload_id), acting_user=request.user)
    return HttpResponse(status=204)


def _upload(request: Call, batch_id: str, upload_id: str) -> UnfinishedUpload:
    batch = selectors.get_batch_for(request.user, batch_id)
    return selectors.get_upload_for(request.user, batch, upload_id)


def _shown(upload: UnfinishedUpload) -> dict[str, Any]:
    return {
        "id": upload.public_id,
        "piece_bytes": upload.piece_bytes,
        "pieces": upload.piece_count,
        "have": _have(upload),
    }


def _have(upload: UnfinishedUpload) -> list[int]:
    return list(upload.pieces.order_by("number").values_list("number", flat=True))
