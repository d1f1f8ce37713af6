"""What each process has in hand, in a file under a lock that dies with it: others see at once that it is gone.

Only of processes of this machine is anything said, and only where the lock proves it; others are outlived (leases.py).
The folder belongs to this module. A lock is a POSIX one: no child inherits it, and closing its file drops it.
"""

import contextlib
import fcntl
import json
import logging
import os
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F

from .models import OnceOnly, Worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InHand:
    """Rows that a process drew last (`model` as "app.model"), and which of them it is at: `at` None says all."""

    name: str
    host: str
    model: str = ""
    keys: tuple[int, ...] = ()
    at: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Sign:
    path: Path
    descriptor: int
    pid: int
    said: InHand


_signs: dict[str, _Sign] = {}
_sweeping = threading.Lock()


def sign_on(name: str) -> None:
    """Let others see that the process `name` lives; it goes without where its sign cannot be kept (a full disk)."""
    path = _folder() / (re.sub(r"[^\w.-]", "_", name) + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        logger.warning("%s: no sign of life can be kept: %s", name, type(error).__name__)
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process of that name, or a file system without locks
        os.close(descriptor)
        return
    _signs[name] = _Sign(path, descriptor, os.getpid(), InHand(name, socket.gethostname()))
    _write(_signs[name])


def sign_off(name: str) -> None:
    """Take the sign away: the process ends, or has nothing in hand."""
    sign = _signs.pop(name, None)
    if sign and sign.pid == os.getpid():
        with contextlib.suppress(OSError):
            sign.path.unlink(missing_ok=True)
        os.close(sign.descriptor)


def draws(name: str, model: type[Any], keys: Sequence[int]) -> None:
    """Note, before it is written, that the process `name` takes these rows in place of what it had."""
    if sign := _own(name):
        sign.said = replace(sign.said, model=model._meta.label_lower, keys=tuple(keys), at=None)
        _write(sign)


def is_at(rows: Sequence[Any]) -> None:
    """Note that of the rows which their holder drew it is at these now; if it dies, the others are none the worse."""
    if rows and (sign := _own(rows[0].leased_by)):
        sign.said = replace(sign.said, at=tuple(row.pk for row in rows))
        _write(sign)


def give_back_of_the_dead() -> int:
    """Free what processes of this machine had in hand when they died; return how many rows.

    What they were at keeps its count of tries, the rest is as if it had never been drawn. Never touches what a living
    process holds: its lock stands. Raises DatabaseError with everything as it was; it is done the next time.
    """
    if not _sweeping.acquire(blocking=False):
        return 0
    try:
        own = {sign.path for sign in _signs.values() if sign.pid == os.getpid()}
        return sum(_inherit(path) for path in sorted(_folder().glob("*.lock")) if path not in own)
    finally:
        _sweeping.release()


def _inherit(path: Path) -> int:
    with _locked(path) as descriptor:
        said = _last_words(descriptor) if descriptor is not None else None
        if said is None or said.host != socket.gethostname():
            return 0
        freed = _free(said)
        path.unlink(missing_ok=True)
        return freed


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """Yield the open file where its process is gone, None where it lives or nothing can be told."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        yield None
        return
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            yield descriptor
    finally:
        os.close(descriptor)


def _last_words(descriptor: int) -> InHand | None:
    """Return what the process had said; None for a file that is just being made, or of no process."""
    try:
        said = InHand(**json.loads(os.pread(descriptor, 1 << 20, 0).partition(b"\n")[0]))
    except (ValueError, TypeError):
        return None
    return replace(said, keys=tuple(said.keys), at=None if said.at is None else tuple(said.at))


def _free(said: InHand) -> int:
    with transaction.atomic():
        freed = _free_rows(said) if said.keys else 0
        OnceOnly.objects.filter(holder=said.name).delete()
        Worker.objects.filter(name=said.name).delete()
    logger.warning("%s is gone; %d rows that it held are free again", said.name, freed)
    return freed


def _free_rows(said: InHand) -> int:
    model: Any = apps.get_model(said.model)
    held = model._default_manager.filter(pk__in=said.keys, leased_by=said.name, leased_until__isnull=False)
    free = {"leased_until": None, "leased_by": ""}
    unharmed = 0
    if said.at is not None:
        unharmed = held.exclude(pk__in=said.at).filter(attempt__gt=0).update(attempt=F("attempt") - 1, **free)
    return unharmed + int(held.update(**free))


def _own(name: str) -> _Sign | None:
    sign = _signs.get(name)
    return sign if sign and sign.pid == os.getpid() else None


def _write(sign: _Sign) -> None:
    """Not forced to the disk: whoever reads it runs on the same machine, and after a power cut all are dead alike."""
    try:
        os.pwrite(sign.descriptor, json.dumps(asdict(sign.said)).encode() + b"\n", 0)
    except OSError:  # a full disk: it says nothing rather than something that is no longer true
        with contextlib.suppress(OSError):
            os.ftruncate(sign.descriptor, 0)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"
