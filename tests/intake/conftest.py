"""A house with a dossier, an open batch and a scanner's folder, and hands that upload, scan and work."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from dms.holdings.models import Dossier, Page
from dms.intake.models import ReceivedFile, ScanBatch
from dms.intake.services import open_batch, receive_file, split_next
from dms.intake.watching import Look, Watcher
from tests.factories import House, a_dossier, a_house

from .foreign import scan_pdf


@pytest.fixture
def house(db) -> House:
    return a_house()


@pytest.fixture
def dossier(house) -> Dossier:
    return a_dossier(house.archivist, house.service, responsible=house.staff1)


@pytest.fixture
def batch(house, dossier) -> ScanBatch:
    return open_batch(dossier=dossier, section=dossier.kind.sections.first(), acting_user=house.archivist)


@pytest.fixture
def upload(house) -> Callable[..., ReceivedFile]:
    """Receive bytes as a file of a batch; returns the row as it then is."""

    def received(batch: ScanBatch, data: bytes, name: str = "合同.pdf", **values) -> ReceivedFile:
        user = values.pop("by", house.archivist)
        return receive_file(batch=batch, file=io.BytesIO(data), name=name, acting_user=user, **values)

    return received


def split_all() -> None:
    """Work as a worker does until nothing is left to split."""
    while split_next("test"):
        pass


def pages_of(file: ReceivedFile) -> list[Page]:
    """Return the pages made of a file, by their place in it."""
    return list(Page.objects.filter(source__received_file=file).order_by("source__index_in_file"))


@pytest.fixture
def folder(tmp_path, dossier) -> Path:
    (tmp_path / "scans" / dossier.number).mkdir(parents=True)
    return tmp_path / "scans"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watcher(folder, house, said) -> Watcher:
    return Watcher(folder, house.archivist, keep=False, say=said.append)


def put(path: Path, data: bytes | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(scan_pdf([path.name]) if data is None else data)
    return path


def looked(watcher: Watcher) -> Look:
    """Two looks: what lay there unchanged is taken at the second."""
    watcher.look()
    return watcher.look()
