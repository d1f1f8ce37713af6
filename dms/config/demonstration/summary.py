"""Counts what the demonstration holds, for its summary and its progress bar. Reads only."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count

from dms.arrangement.models import Volume, VolumeState
from dms.core.work import steps
from dms.holdings.models import Page, PageState
from dms.intake.models import FileState, ReceivedFile
from ocr.selectors import unsure

from .intake import batches_of
from .organisation import Organisation
from .people import PASSWORD


@dataclass(frozen=True, slots=True)
class Summary:
    """How far the demonstration's files and pages are. `to_check`: pages read with little confidence."""

    dossiers: int
    files: int
    files_waiting: int
    files_refused: int
    pages: int
    waiting: int
    recognised: int
    blank: int
    failed: int
    to_check: int
    to_do: int
    volumes: int
    closed_volumes: int

    @property
    def unfinished(self) -> bool:
        """Whether workers still have something to do for it."""
        return bool(self.files_waiting or self.waiting or self.to_do)


def summary_of(house: Organisation) -> Summary:
    """Count files and pages of the demonstration's batches, and what waits for any worker's step."""
    batches = batches_of(house)
    files = _counts(ReceivedFile.objects.filter(batch__in=batches))
    pages = Page.objects.filter(source__received_file__batch__in=batches)
    states, volumes = _counts(pages), _counts(Volume.objects.filter(dossier__in=house.dossiers.values()))
    doubtful = pages.filter(unsure(), state=PageState.RECOGNISED, checked_at__isnull=True)
    return Summary(
        dossiers=len(house.dossiers),
        files=sum(files.values()),
        files_waiting=files.get(FileState.RECEIVED, 0),
        files_refused=files.get(FileState.REFUSED, 0),
        pages=sum(states.values()),
        waiting=states.get(PageState.WAITING, 0),
        recognised=states.get(PageState.RECOGNISED, 0),
        blank=states.get(PageState.BLANK, 0),
        failed=states.get(PageState.FAILED, 0),
        to_check=doubtful.count(),
        to_do=sum(sum(step.waiting().values()) for step in steps()),
        volumes=sum(volumes.values()),
        closed_volumes=volumes.get(VolumeState.CLOSED, 0),
    )


def _counts(rows: Any) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(count=Count("pk")))


def as_json(house: Organisation, summary: Summary) -> dict[str, Any]:
    """Return the summary with sign-in names for programs."""
    return {**asdict(summary), "people": sorted(house.people), "password": PASSWORD}
