"""Receives uploads and acts on received files, for the batch page's script and for browsers without one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from dms.core.errors import NotFound, Refusal

from .. import selectors, services
from ..models import ReceivedFile
from ..uploads import NamelessUploadHandler
from .rows import file_row

LONGEST_FOLDER = 1000
ACTS = frozenset({"keep", "drop", "again", "withdraw"})


@csrf_exempt
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """Receive files into a batch. The handler must stand before anything, the CSRF check too, reads the body."""
    request.upload_handlers = [NamelessUploadHandler(request)]
    return _upload(request, public_id)


@csrf_protect
@require_POST
def _upload(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = selectors.get_batch_for(request.user, public_id)
    token = request.POST.get("token", "")[:40]
    folders = folders_of(request)
    rows = [
        services.receive_file(
            batch=batch, file=file, name=file.name or "", folders=folders, token=token, acting_user=request.user
        )
        for file in request.FILES.getlist("file")
    ]
    if not _by_script(request):
        return redirect("intake:batch", public_id)
    if not rows:
        raise Refusal(_("The upload broke off: the file did not arrive whole."), _("Upload it once more."))
    return JsonResponse({"files": [_row(row) for row in rows]}, status=201)


def folders_of(request: HttpRequest) -> list[str]:
    """Return the folders in which the browser says the file lay, from the top down: words to be shown, never a path."""
    return request.POST.get("folder", "")[-LONGEST_FOLDER:].split("/")


class FileActView(View):
    """One act on one received file: keep, drop, again, withdraw."""

    def post(self, request: HttpRequest, public_id: str, act: str) -> HttpResponse:
        """Do it and return the file as it then is."""
        file = selectors.get_file_for(request.user, public_id)
        if act not in ACTS:
            raise NotFound
        if not _by_script(request):
            try:
                done(file, act, request.user)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            return redirect("intake:batch", file.batch.public_id)
        done(file, act, request.user)
        return JsonResponse({"files": [_row(file)]})


def done(file: ReceivedFile, act: str, user: Any) -> None:
    """Call the service that the act names."""
    if act in {"keep", "drop"}:
        services.answer_duplicate(received_file=file, keep=act == "keep", acting_user=user)
    elif act == "again":
        services.try_again(received_file=file, acting_user=user)
    else:
        services.withdraw_file(received_file=file, acting_user=user)


def _row(file: ReceivedFile) -> dict[str, Any]:
    (row,) = selectors.files_of(file.batch, only=file)
    return file_row(row)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"
