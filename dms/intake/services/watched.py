"""Takes one scan from the watched folder: into its dossier, or, where that cannot be, among the unplaced (A6 B1)."""

import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotAllowed, NotFound, Refusal
from dms.holdings.models import Dossier, Section
from dms.holdings.selectors import get_dossier_by_number
from dms.organisation.models import User
from dms.vault.models import StoredFile
from dms.vault.services import blind_index, fingerprint

from ..files.names import clean_path
from ..files.refused import FileRefused
from ..models import FileState, ReceivedFile, UnplacedFile, UnplacedState
from .daily import batch_of_the_day
from .receiving import kind_of, receive_file, seal
from .unplaced import PURPOSE, keep_unplaced

MAY_STILL_COME_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lies in the watched folder: folders above it from the top, its name, and what tells it apart.

    `path` are the bytes of its whole way below the watched folder, `changed_ns` when it was last written.
    """

    folders: tuple[str, ...]
    name: str
    path: bytes
    size: int
    changed_ns: int


def take_scan(*, found: Found, file: BinaryIO, acting_user: User) -> ReceivedFile | UnplacedFile | None:
    """Take a file in and return what it became; the same file at the same place is taken once, ever.

    `file`: a seekable stream. Its first folder names the dossier, the second may name a section by its code; what lies
    deeper keeps its folders in the name. None: it breaks off and is so young that the rest may still come. Raise
    Refusal (507) where the disk is full; then nothing is taken.
    """
    file.seek(0)
    token = token_of(found, fingerprint(file))
    if known := taken_before(token):
        return known
    _readable_again(found, acting_user)
    try:
        dossier, section, folders = _destination(found, acting_user)
        kind_of(file, found.name)
    except FileRefused as refusal:
        if refusal.code in {"empty", "truncated"} and _age_seconds(found) < MAY_STILL_COME_SECONDS:
            return None
        return _kept(found, file, token, refusal, acting_user)
    try:
        return _received(dossier, section, found.name, folders, file, token, acting_user)
    except NotAllowed:
        return _kept(found, file, token, FileRefused("no_dossier"), acting_user)


def note_unreadable(*, found: Found, acting_user: User) -> UnplacedFile:
    """Enter, once, that a file lies there which cannot be read; it is left where it is."""
    token = token_of(found, "unreadable")
    known = UnplacedFile.objects.filter(token=token).first()
    return known or _entered(found, token, None, FileRefused("unreadable"), acting_user)


def token_of(found: Found, content: str) -> str:
    """Return the mark of this file at this place in this state: a restart knows it again, nobody can guess from it."""
    return blind_index(f"{found.path.hex()} {found.changed_ns} {found.size} {content}", "watched file")[:40]


def taken_before(token: str) -> ReceivedFile | UnplacedFile | None:
    """Return what this file was taken in as, in whatever batch; None where it was not."""
    return ReceivedFile.objects.filter(token=token).first() or UnplacedFile.objects.filter(token=token).first()


def _received(
    dossier: Dossier,
    section: Section | None,
    name: str,
    folders: list[str],
    file: BinaryIO,
    token: str,
    user: User,
) -> ReceivedFile:
    for last in (False, True):
        batch = batch_of_the_day(dossier=dossier, section=section, acting_user=user)
        try:
            return receive_file(batch=batch, file=file, name=name, folders=folders, token=token, acting_user=user)
        except Refusal as refusal:
            if last or refusal.code != "batch_filed":  # filed between the two lines: a new one is opened
                raise
    raise AssertionError


def _destination(found: Found, user: User) -> tuple[Dossier, Section | None, list[str]]:
    """Return dossier, section and the folders below. Absent and forbidden are one answer: others read it too (D1)."""
    if not found.folders:
        raise FileRefused("no_number")
    number, *below = (unicodedata.normalize("NFC", folder).strip() for folder in found.folders)
    try:
        dossier = get_dossier_by_number(user, number, Act.WORK)
    except (NotFound, NotAllowed):
        raise FileRefused("no_dossier") from None
    section = dossier.kind.sections.filter(code=below[0]).first() if below else None
    if section is not None:
        below = below[1:]
    return dossier, section, below


def _kept(found: Found, file: BinaryIO, token: str, refusal: FileRefused, user: User) -> UnplacedFile:
    if refusal.code == "too_large":
        return _entered(found, token, None, refusal, user)
    stored = seal(file, purpose=PURPOSE)
    return _entered(found, token, stored, refusal, user)


def _entered(found: Found, token: str, stored: StoredFile | None, refusal: FileRefused, user: User) -> UnplacedFile:
    return keep_unplaced(
        token=token,
        name=clean_path(found.name),
        folder=clean_path("/".join(found.folders))[:300] if found.folders else "",
        size=found.size,
        stored=stored,
        refusal=refusal,
        fonds_id=min(facts_of(user).archivist_of),
        acting_user=user,
    )


def _readable_again(found: Found, user: User) -> None:
    """What was noted as unreadable and can be read now needs nobody's decision any more."""
    noted = UnplacedFile.objects.filter(token=token_of(found, "unreadable"), state=UnplacedState.WAITING)
    noted.update(
        state=UnplacedState.DISCARDED, decided_by=user, decided_at=clock.now(), discarded_because="taken in later"
    )


def _age_seconds(found: Found) -> float:
    return clock.now().timestamp() - found.changed_ns / 1e9


def is_settled(outcome: ReceivedFile | UnplacedFile) -> bool:
    """Return whether the file may leave the folder: the vault has it, or it was refused and the reason stands."""
    if isinstance(outcome, ReceivedFile):
        return outcome.state != FileState.REFUSED or outcome.stored_id is not None
    return outcome.stored_id is not None or outcome.state != UnplacedState.WAITING
