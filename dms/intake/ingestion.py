"""Taking in from the machine itself: who acts, which dossier, what is skipped, and waiting. Writes only by services."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.core.models import Worker
from dms.core.work import steps
from dms.core.workers import SEEN_WITHIN, Loop, own_name
from dms.holdings.models import Dossier, DossierKind, Series
from dms.holdings.operators import archivists_of
from dms.holdings.services import create_dossier
from dms.organisation.models import Department, User

from . import selectors, services
from .models import FileState, ReceivedFile, ScanBatch

LOOK_SECONDS = 0.5
LONELY_SECONDS = 20  # workers that are seen but do nothing for so long are helped


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: name, state, pages made, why it is not (wholly) there, whether that is a failure."""

    name: str
    state: str
    pages: int
    why: str
    failed: bool


def no_such_section(code: str) -> Refusal:
    """Return the refusal for a section that the kind of dossier does not have."""
    return Refusal(_("This kind of dossier has no section %(code)s.") % {"code": code})


def opened_dossier(
    name: str,
    *,
    kind: str,
    series: str | None,
    department: str | None,
    section: str | None = None,
    fields: Mapping[str, object],
    user: User | None,
) -> tuple[Dossier, User]:
    """A1: open a dossier and return it and who acts. Raise Refusal, or ValidationError for its own fields."""
    found = DossierKind.objects.filter(code=kind).select_related("fonds", "default_classification").first()
    if found is None:
        raise Refusal(_("There is no kind of dossier with the code %(code)s.") % {"code": kind})
    if section and not found.sections.filter(code=section).exists():
        raise no_such_section(section)
    acting = user or next(iter(archivists_of(found.fonds_id)), None)
    branches = Series.objects.filter(fonds=found.fonds_id, **({"code": series} if series else {}))
    offices = Department.objects.filter(fonds=found.fonds_id, **({"code": department} if department else {}))
    branch, office = branches.order_by("path").first(), offices.order_by("code").first()
    if acting is None or branch is None or office is None:
        raise Refusal(_("A new dossier needs an archivist, a series and a department of its fonds."))
    # Papers come first here; what the kind still asks for is completed at the dossier's form (A13).
    dossier = create_dossier(
        kind=found,
        series=branch,
        department=office,
        name=name,
        fields=fields,
        complete=False,
        acting_user=acting,
    )
    return dossier, acting


class Ingestion:
    """One batch that is filled from files of this machine."""

    def __init__(
        self, dossier: Dossier, user: User, *, section: str | None, document_date: date | None, same_again: bool
    ) -> None:
        """Open the batch; raise Refusal."""
        self.dossier, self._user, self._same_again = dossier, user, same_again
        found = dossier.kind.sections.filter(code=section).first() if section else None
        if section and found is None:
            raise no_such_section(section)
        self._batch = services.open_batch(dossier=dossier, section=found, document_date=document_date, acting_user=user)
        self._skipped: dict[int, str] = {}
        self._unread: list[Told] = []

    @property
    def batch(self) -> ScanBatch:
        """Return the batch."""
        return self._batch

    def take(self, path: Path) -> None:
        """Receive one file. What the same dossier has already is left out; what another has comes here too."""
        try:
            with path.open("rb") as stream:
                file = services.receive_file(
                    batch=self._batch, file=stream, name=path.name, same_again=self._same_again, acting_user=self._user
                )
        except (OSError, Refusal) as error:
            self._unread.append(Told(path.name, str(FileState.REFUSED), 0, _reason(error), failed=True))
            return
        if file.state == FileState.DUPLICATE:
            self._answer(file)

    def _answer(self, file: ReceivedFile) -> bool:
        """Answer the question whether a file is wanted once more; return whether it is."""
        if file.same_as is None:
            return False
        wanted = self._same_again or file.same_as.batch.dossier_id != self.dossier.pk
        services.answer_duplicate(received_file=file, keep=wanted, acting_user=self._user)
        if not wanted:
            self._skipped[file.pk] = _("The dossier has this file already, as “%(name)s”.") % {
                "name": file.same_as.name
            }
        return wanted

    def _answer_those_unpacked(self) -> bool:
        """Answer for what came out of ZIP files since; return whether anything of it is wanted."""
        asked = self._batch.files.filter(state=FileState.DUPLICATE, packed_in__isnull=False)
        answers = [self._answer(file) for file in asked.select_related("same_as__batch", "batch__dossier", "stored")]
        return any(answers)

    def told(self) -> list[Told]:
        """Return what became of each file, in the order they were given; those inside a ZIP stand behind it."""
        return [self._of(row.file, row.made, row.failed) for row in selectors.files_of(self._batch)] + self._unread

    def _of(self, file: ReceivedFile, made: int, failed: int) -> Told:
        if file.pk in self._skipped:
            return Told(file.name, str(FileState.DUPLICATE), 0, self._skipped[file.pk], failed=False)
        why = " ".join(file.problem).strip()
        if failed:
            why = _("Pages that could not be read: %(count)s. Their images are kept.") % {"count": failed}
        refused = file.state == FileState.REFUSED
        return Told(file.name, str(file.state), made, why, failed=refused or failed > 0)

    def wait(self, *, patience: float, show: Callable[[int, int], None]) -> bool:
        """Wait until all is read and can be found; return False after `patience` seconds without progress.

        Where no worker runs, or those that run do nothing, the work is done here.
        """
        done = self._waited(patience, show)
        while done and self._answer_those_unpacked():
            done = self._waited(patience, show)
        return done

    def _waited(self, patience: float, show: Callable[[int, int], None]) -> bool:
        watch = _Watch(self._batch, show)
        if _workers_are_seen():
            while not watch.finished():
                if watch.idle_seconds() > LONELY_SECONDS or not _workers_are_seen():
                    break
                time.sleep(LOOK_SECONDS)
        if not watch.finished():
            Loop(own_name(), stopping=watch.finished).run(until_idle=True, patience=patience)
        return watch.finished(now=True)


class _Watch:
    """Looks at the batch now and then; finished when its pages are read and no later step has work left."""

    def __init__(self, batch: ScanBatch, show: Callable[[int, int], None]) -> None:
        self._batch, self._show = batch, show
        self._looked = 0.0
        self._moved = time.monotonic()
        self._last: object = None
        self._finished = False

    def idle_seconds(self) -> float:
        return time.monotonic() - self._moved

    def finished(self, *, now: bool = False) -> bool:
        if not now and time.monotonic() - self._looked < LOOK_SECONDS:
            return self._finished
        self._looked = time.monotonic()
        progress = selectors.progress_of([self._batch])[self._batch.pk]
        left = 0
        if progress.settled:
            left = sum(sum(step.waiting().values()) for step in steps() if step.name != "intake.split")
        state = (progress.made, progress.read, progress.failed, left)
        if state != self._last:
            self._last, self._moved = state, time.monotonic()
        self._show(progress.read + progress.failed, progress.total)
        self._finished = progress.settled and not left
        return self._finished


def _workers_are_seen() -> bool:
    """Return whether a worker (not only the scheduler, which does nothing by name of a step) was seen lately."""
    names = [step.name for step in steps()]
    seen = Worker.objects.filter(seen_at__gte=clock.now() - SEEN_WITHIN)
    return seen.filter(doing__in=["", *names]).exists()


def _reason(error: OSError | Refusal) -> str:
    return str(error) if isinstance(error, Refusal) else (error.strerror or type(error).__name__)
