"""Removes what crashes left in the vault: keys, files and drafts without a row. Leaves alone what is young."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import now as real_now

from . import placement
from .errors import TooManyOrphans
from .keystore import key_store
from .models import StoredFile
from .sealing import forget_keys

SAFETY = timedelta(days=1)
LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Swept:
    """How many orphans were removed, by kind."""

    files: int
    keys: int
    drafts: int


def sweep_orphans(older_than: timedelta = SAFETY, *, limit: int = LIMIT) -> Swept:
    """Remove files and file keys without a row, and drafts, all older than `older_than`; return the counts.

    `older_than` has to exceed the longest transaction that stores files. Keys of sealed texts belong to other rooms'
    rows and are left alone. Raise `TooManyOrphans`, changing nothing, where there are more than `limit`.
    """
    # The files' own times are compared, so this asks the machine's clock, not the one that tests move.
    before = real_now() - older_than
    files = list(_orphan_files(before))
    keys = list(_orphan_keys(before))
    if max(len(files), len(keys)) > limit:
        raise TooManyOrphans(max(len(files), len(keys)), limit)
    drafts = list(_old_drafts(before))
    if keys or files:
        key_store().destroy({*keys, *files}, "never filed")
        forget_keys()
    for file_id in files:
        placement.remove(file_id)
    for name in drafts:
        placement.remove_draft(name)
    return Swept(files=len(files), keys=len(keys), drafts=len(drafts))


def _orphan_files(before: datetime) -> Iterator[UUID]:
    for folder in placement.sub_folders():
        names = dict(placement.files_in(folder))
        for file_id in _without_row(names):
            if placement.written_at(names[file_id]) < before:
                yield file_id


def _orphan_keys(before: datetime) -> Iterator[UUID]:
    key_store().prepare()
    for keys in key_store().primary.key_batches():
        old = [key.id for key in keys if key.kind == "file" and datetime.fromisoformat(key.at) < before]
        yield from _without_row(old)


def _old_drafts(before: datetime) -> Iterator[str]:
    for folder in placement.sub_folders():
        yield from (name for name in placement.drafts_in(folder) if placement.written_at(name) < before)


def _without_row(ids: Iterable[UUID]) -> list[UUID]:
    waiting = list(ids)
    known: set[UUID] = set()
    for start in range(0, len(waiting), 500):
        known |= set(StoredFile.objects.filter(id__in=waiting[start : start + 500]).values_list("id", flat=True))
    return [file_id for file_id in waiting if file_id not in known]
