"""Large files piece by piece, for the batch page's script: begin, piece, finish, remove. Every step asks for the right.

A piece is the request's body as it is: it is read by the vault alone, and no copy of it touches the disk unsealed.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import View

from dms.core.errors import NotFound, Refusal

from .. import selectors, services
from ..models import ReceivedFile, UnfinishedUpload
from .files import folders_of
from .rows import file_row

LONGEST_MARK = 600
LONGEST_SIZE = 15  # digits


class BeginUploadView(View):
    """Begins the upload of a large file, or tells what of it has arrived already."""

    def post(self, request: HttpRequest, public_id: str) -> JsonResponse:
        """Take name, size and mark; answer with the upload's id, the size of a piece, and the pieces that are there."""
        batch = selectors.get_batch_for(request.user, public_id)
        size, mark = request.POST.get("size", ""), request.POST.get("mark", "")[:LONGEST_MARK]
        if not (size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE and mark):
            raise _not_understood()
        upload = services.begin_upload(
            batch=batch,
            name=request.POST.get("name", ""),
            folders=folders_of(request),
            size=int(size),
            mark=mark,
            acting_user=request.user,
        )
        return JsonResponse(_told(upload))


class PieceView(View):
    """Receives one piece."""

    def post(self, request: HttpRequest, public_id: str, upload_id: str, number: int) -> HttpResponse:
        """Seal the request's body as this piece; 204 is the acknowledgement."""
        upload = _upload(request, public_id, upload_id)
        digest = request.headers.get("x-piece-digest", "")
        services.receive_piece(upload=upload, number=number, digest=digest, body=request, acting_user=request.user)
        return HttpResponse(status=204)


class FinishUploadView(View):
    """Makes the received file of the pieces."""

    def post(self, request: HttpRequest, public_id: str, upload_id: str) -> JsonResponse:
        """Take the SHA-256 of every piece, with commas between; 201 with the file, or 409 with the pieces missing."""
        batch = selectors.get_batch_for(request.user, public_id)
        try:
            upload = selectors.get_upload_for(request.user, batch, upload_id)
        except NotFound:
            if known := selectors.received_from_pieces(request.user, batch, upload_id):  # its answer was lost
                return _received(known)
            raise
        try:
            file = services.finish_upload(
                upload=upload, digests=request.POST.get("digests", "").split(","), acting_user=request.user
            )
        except services.PiecesDiffer:
            return JsonResponse({"status": 409, "code": "pieces_missing", **_told(upload)}, status=409)
        return _received(file)


class GiveUpUploadView(View):
    """Removes what has arrived of a large file."""

    def post(self, request: HttpRequest, public_id: str, upload_id: str) -> HttpResponse:
        """Remove it."""
        upload = _upload(request, public_id, upload_id)
        services.give_up_upload(upload=upload, acting_user=request.user)
        return HttpResponse(status=204)


def _upload(request: HttpRequest, public_id: str, upload_id: str) -> UnfinishedUpload:
    batch = selectors.get_batch_for(request.user, public_id)
    return selectors.get_upload_for(request.user, batch, upload_id)


def _told(upload: UnfinishedUpload) -> dict[str, Any]:
    have = list(upload.pieces.order_by("number").values_list("number", flat=True))
    return {"id": upload.public_id, "pieceBytes": upload.piece_bytes, "have": have}


def _received(file: ReceivedFile) -> JsonResponse:
    (row,) = selectors.files_of(file.batch, only=file)
    return JsonResponse({"files": [file_row(row)]}, status=201)


def _not_understood() -> Refusal:
    refusal = Refusal(_("The upload was not understood."), _("Reload the page and choose the file again."))
    refusal.status = 400
    return refusal
