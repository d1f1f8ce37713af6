"""Does what came under an idempotency key once: the act and its answer are committed together, or neither is."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.api.requests import Call
from dms.core.errors import Refusal

from .models import KeptAnswer

KEPT = timedelta(days=1)
LONGEST_KEY = 200
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class KeyReused(Refusal):
    """The key stands for another request already."""

    code = "key_reused"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("This idempotency key was used for another request already."), _("Use a new key for every new request.")
        )


class BadKey(Refusal):
    """The key is none."""

    code = "bad_key"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            _("An idempotency key has 1 to %(most)s printable characters.") % {"most": LONGEST_KEY},
            _("Use a random word, such as a UUID, for each new request."),
        )


def once(request: Call, key: str, act: Callable[[], HttpResponse], *, in_one_transaction: bool) -> HttpResponse:
    """Return the answer kept under `key`, or do `act` and keep its answer where it succeeded.

    In one transaction two requests with one key wait for each other, and a process killed in between has done nothing.
    Otherwise (acts that are safe to be done again) the answer is kept after the act. What was refused changed nothing
    and is not kept: the same key may be tried again. Raises KeyReused or BadKey.
    """
    if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadKey
    digest, asked = _digest(key), _digest_of(request)
    if kept := _kept(request, digest, asked):
        return kept
    if not in_one_transaction:
        return _keep_afterwards(request, digest, asked, act())
    try:
        with transaction.atomic():
            row = KeptAnswer.objects.create(
                person=request.user, key_digest=digest, request_digest=asked, kept_at=clock.now()
            )
            answer = act()
            if answer.status_code < 300:
                _fill(row, answer)
                row.save()
            elif answer.status_code < 500:
                row.delete()
            else:
                transaction.set_rollback(True)
            return answer
    except IntegrityError:
        # Another request with this key was faster, and has committed.
        if kept := _kept(request, digest, asked):
            return kept
        raise


def _keep_afterwards(request: Call, digest: str, asked: str, answer: HttpResponse) -> HttpResponse:
    if answer.status_code < 300:
        row = KeptAnswer(person=request.user, key_digest=digest, request_digest=asked, kept_at=clock.now())
        _fill(row, answer)
        KeptAnswer.objects.bulk_create([row], ignore_conflicts=True)
    return answer


def _fill(row: KeptAnswer, answer: HttpResponse) -> None:
    row.status = answer.status_code
    row.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    row.body = answer.content.decode()


def _kept(request: Call, digest: str, asked: str) -> HttpResponse | None:
    row = KeptAnswer.objects.filter(person=request.user, key_digest=digest, status__isnull=False).first()
    if row is None:
        return None
    if row.kept_at < clock.now() - KEPT:
        row.delete()
        return None
    if row.request_digest != asked:
        raise KeyReused
    return HttpResponse(row.body, status=row.status, headers={**row.headers, "Idempotent-Replayed": "true"})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_of(request: Call) -> str:
    """Return what the request is: method, address, body; of an upload, names and sizes, for its body is streamed."""
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name, value in sorted(request.POST.items()):
            whole.update(f"{name}={value}\n".encode("utf-8", "replace"))
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                whole.update(f"{name}:{file.name}:{file.size}\n".encode("utf-8", "replace"))
    else:
        whole.update(request.headers.get("If-Match", "").encode("utf-8", "replace") + b"\n" + request.body)
    return whole.hexdigest()


def forget() -> int:
    """Delete the answers kept for longer than a day; return how many. For the scheduler."""
    return KeptAnswer.objects.filter(kept_at__lt=clock.now() - KEPT).delete()[0]
