"""Short-lived private folders in memory for what an engine must have as a file. Nothing may reach a disk that keeps."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")  # noqa: S108 - memory, and the folders in it are private
_PREFIX = "juanzong-ocr-"
_given: Path | None = None


def use(folder: Path | None) -> None:
    """Make all private folders of this process in `folder`, whose maker will remove it: also when we are killed."""
    global _given
    _given = folder


def root() -> Path:
    """Return the place for private folders: memory where the system has such, its temporary folder otherwise."""
    if _given is not None:
        return _given
    return _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def make_folder() -> Path:
    """Make an empty folder of mode 0700 that names this process as its owner; whoever makes it removes it."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=root()))


def remove_folder(folder: Path) -> None:
    """Remove `folder` and what is in it; one that is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Lend a private folder for the block and remove it afterwards, whatever happens in the block."""
    folder = make_folder()
    try:
        yield folder
    finally:
        remove_folder(folder)


def sweep() -> int:
    """Remove the folders of processes that are no more (killed before they could clean up); return how many."""
    swept = 0
    for folder in root().glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            remove_folder(folder)
            swept += 1
    return swept
