"""Reads of intake that know rights: only who may work on a dossier sees the batches that fill it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotFound
from dms.core.refusals import Denied
from dms.holdings.models import Capture, Dossier, Page, PageState, Reading
from dms.holdings.selectors import any_way, decide_dossier, dossiers_visible_to
from dms.vault.services import read

from . import policy
from .files.textlayer import Line
from .models import FileState, ReceivedFile, ScanBatch, TextLayer, UnfinishedUpload, UnplacedFile, UnplacedState

STILL_SENDING = timedelta(minutes=15)
RATE_WINDOW = timedelta(minutes=3)
MOST_SHOWN = 24  # thumbnails of one file
END = "\U0010ffff"


def waiting_for_split() -> dict[str, int]:
    """Return how many received files are still to be split."""
    count = ReceivedFile.objects.filter(state=FileState.RECEIVED).count()
    return {"received": count} if count else {}


def unplaced_count() -> int:
    """Return how many scans wait for somebody to place them, in all fonds: a figure for operators."""
    return UnplacedFile.objects.filter(state=UnplacedState.WAITING).count()


def text_layer_of(capture: Capture) -> list[Line] | None:
    """Return the lines a born-digital page brought along: {"text", "chars": [[x0, y0, x1, y1] …]}, a box a character.

    Boxes are pixels of the capture (its width × height). None: there is no text layer, the image must be recognised.
    It asks for no right: only workers call it.
    """
    layer = TextLayer.objects.select_related("stored").filter(capture=capture).first()
    if layer is None or layer.stored.is_gone:
        return None
    lines: list[Line] = json.loads(read(layer.stored))
    return lines


def batches_visible_to(user: Any) -> QuerySet[ScanBatch]:
    """Return the batches into dossiers on which `user` may work, newest first."""
    related = ("dossier", "opened_by", "section", "item")
    return ScanBatch.objects.filter(any_way(user, Act.WORK, path="dossier__")).select_related(*related)


def get_batch_for(user: Any, public_id: str) -> ScanBatch:
    """Return the batch; raise NotFound where it is absent or its dossier is not the user's to work on."""
    related = ("dossier__classification", "dossier__kind", "opened_by", "section", "item__classification", "closed_by")
    batch = ScanBatch.objects.select_related(*related).filter(public_id=public_id).first()
    if batch is None or isinstance(decide_dossier(user, Act.WORK, batch.dossier), Denied):
        raise NotFound
    return batch


def get_file_for(user: Any, public_id: str) -> ReceivedFile:
    """Return the received file; raise NotFound as `get_batch_for`."""
    related = ("batch__dossier__classification", "batch__item", "item", "stored", "received_by")
    file = ReceivedFile.objects.select_related(*related).filter(public_id=public_id).first()
    if file is None or isinstance(decide_dossier(user, Act.WORK, file.batch.dossier), Denied):
        raise NotFound
    return file


def dossiers_to_work_on(user: Any, words: str, limit: int = 12) -> list[Dossier]:
    """Return up to `limit` dossiers on which `user` may work whose number, name or pinyin begins so, then has it."""
    words = words.strip()
    mine = dossiers_visible_to(user, Act.WORK).select_related("kind", "department")
    if not words:
        return list(mine.order_by("-changed_at")[:limit])
    sound = words.lower()
    begins = (
        # Ranges, not LIKE: these use the indexes of the list.
        Q(number__gte=words, number__lt=words + END)
        | Q(name__gte=words, name__lt=words + END)
        | Q(name_sort__gte=sound, name_sort__lt=sound + END)
    )
    found = list(mine.filter(begins).order_by("number")[:limit])
    if len(found) < limit:
        anywhere = Q(number__icontains=words) | Q(name__icontains=words) | Q(unit__iexact=words)
        others = mine.filter(anywhere).exclude(pk__in=[dossier.pk for dossier in found]).order_by("number")
        found += list(others[: limit - len(found)])
    return found


@dataclass(slots=True)
class Progress:
    """How far a batch has come; counts of files and pages. `rate`: pages read per minute just now."""

    files: dict[str, int] = field(default_factory=dict)
    found: int = 0
    made: int = 0
    read: int = 0
    failed: int = 0
    rate: float = 0.0

    @property
    def total(self) -> int:
        """Return all pages known of so far; a file not yet opened counts as one."""
        return max(self.made, self.found + self.files.get("unopened", 0))

    @property
    def settled(self) -> bool:
        """Return whether nothing of the batch moves any more by itself."""
        return not self.files.get(FileState.RECEIVED, 0) and self.read + self.failed >= self.made

    @property
    def percent(self) -> int:
        """Return how full the bar is: taking in and reading count one half each."""
        if not self.total:
            return 0
        return min(100, round(100 * (self.made + self.read + self.failed) / (2 * self.total)))

    @property
    def seconds_left(self) -> int | None:
        """Return the seconds until all is read at the present rate; None where that cannot be told."""
        left = self.total - self.read - self.failed
        return round(left * 60 / self.rate) if self.rate and left > 0 else None


def progress_of(batches: Iterable[ScanBatch]) -> dict[int, Progress]:
    """Return the progress of each batch by primary key, in four queries for all of them."""
    opened = {batch.pk: batch.opened_at for batch in batches}
    ids = list(opened)
    result = {pk: Progress() for pk in ids}
    rows = ReceivedFile.objects.filter(batch__in=ids).order_by().values("batch", "state")
    counted = rows.annotate(
        count=Count("pk"), found=Sum("pages_found"), unopened=Count("pk", filter=Q(pages_found__isnull=True))
    )
    for row in counted:
        progress = result[row["batch"]]
        progress.files[row["state"]] = row["count"]
        if row["state"] in {FileState.RECEIVED, FileState.SPLIT}:
            progress.found += row["found"] or 0
            progress.files["unopened"] = progress.files.get("unopened", 0) + row["unopened"]
    pages = Page.objects.filter(source__received_file__batch__in=ids).order_by()
    by_state = pages.values_list("source__received_file__batch", "state").annotate(count=Count("pk"))
    for pk, state, count in by_state:
        _count(result[pk], state, count)
    now = clock.now()
    recent = Reading.objects.filter(made_at__gt=now - RATE_WINDOW).order_by()
    recent = recent.filter(capture__page__source__received_file__batch__in=ids)
    for pk, count in recent.values_list("capture__page__source__received_file__batch").annotate(count=Count("pk")):
        window = min(RATE_WINDOW, max(now - opened[pk], timedelta(seconds=10)))
        result[pk].rate = 60 * count / window.total_seconds()
    for pk, sending in uploading(ids).items():
        result[pk].files.update(sending)
    return result


def uploading(batch_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return {"uploading": how many large files somebody is sending just now} for the batches where that is so."""
    lately = UnfinishedUpload.objects.filter(batch__in=list(batch_ids), changed_at__gt=clock.now() - STILL_SENDING)
    counted = lately.order_by().values_list("batch").annotate(count=Count("pk"))
    return {pk: {"uploading": count} for pk, count in counted}


def unfinished_uploads_of(user: Any, batch: ScanBatch) -> list[tuple[UnfinishedUpload, int]]:
    """Return the large files that this person has begun to send into the batch, each with the bytes that arrived."""
    mine = batch.unfinished_uploads.filter(sent_by=user).annotate(sum=Sum("pieces__size"))
    return [(upload, upload.sum or 0) for upload in mine]


def get_upload_for(user: Any, batch: ScanBatch, public_id: str) -> UnfinishedUpload:
    """Return a person's own unfinished upload into a batch they were let into; raise NotFound."""
    upload = batch.unfinished_uploads.filter(sent_by=user, public_id=public_id).first()
    if upload is None:
        raise NotFound
    upload.batch = batch
    return upload


def received_from_pieces(user: Any, batch: ScanBatch, public_id: str) -> ReceivedFile | None:
    """Return the file that an upload became whose last answer was lost; None where there is none of this person."""
    return batch.files.filter(token=public_id, received_by=user).first()


def unplaced_visible_to(user: Any) -> QuerySet[UnplacedFile]:
    """Return the scans that wait for an archivist's decision, for the archivists of their fonds (D1)."""
    waiting = UnplacedFile.objects.filter(state=UnplacedState.WAITING, fonds__in=facts_of(user).archivist_of)
    return waiting.order_by("pk")


def may_see_unplaced(user: Any) -> bool:
    """Return whether there is a fonds whose unplaced scans are this person's to decide."""
    return bool(facts_of(user).archivist_of)


def get_unplaced_for(user: Any, public_id: str) -> UnplacedFile:
    """Return an unplaced scan, decided ones too; raise NotFound where it is absent or another fonds'."""
    found = UnplacedFile.objects.select_related("stored").filter(public_id=public_id).first()
    if found is None or not policy.may_decide_unplaced(facts_of(user).archivist_of, found.fonds_id):
        raise NotFound
    return found


def _count(progress: "Progress | FileProgress", state: str, count: int) -> None:
    progress.made += count
    if state == PageState.FAILED:
        progress.failed += count
    elif state != PageState.WAITING:
        progress.read += count


@dataclass(slots=True)
class FileProgress:
    """One received file, how many of its pages are made, read and failed, and the first pages to show."""

    file: ReceivedFile
    made: int = 0
    read: int = 0
    failed: int = 0
    pages: list[Page] = field(default_factory=list)


def files_of(
    batch: ScanBatch,
    *,
    since: datetime | None = None,
    moving: Iterable[str] = (),
    only: ReceivedFile | None = None,
) -> list[FileProgress]:
    """Return the batch's files in order with their pages; with `since` only what may have changed after that moment.

    `moving`: public ids the caller still saw move; their pages may have been read since without the file changing.
    """
    files = batch.files.select_related("same_as__batch__dossier", "item", "stored", "batch")
    if only is not None:
        files = files.filter(pk=only.pk)
    if since is not None:
        unread = Page.objects.filter(source__received_file__batch=batch, state=PageState.WAITING)
        files = files.filter(
            Q(changed_at__gte=since) | Q(public_id__in=list(moving)) | Q(pk__in=unread.values("source__received_file"))
        )
    found = {file.pk: FileProgress(file) for file in files.order_by("position")}
    pages = Page.objects.filter(source__received_file__in=files.order_by().values("pk")).order_by()
    for row in pages.values("source__received_file", "state").annotate(count=Count("pk")):
        _count(found[row["source__received_file"]], row["state"], row["count"])
    shown = pages.filter(source__index_in_file__lt=MOST_SHOWN).select_related("source")
    for page in shown.order_by("source__index_in_file"):
        found[page.source.received_file_id].pages.append(page)
    return list(found.values())
