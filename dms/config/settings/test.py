"""Settings of the tests: a throw-away data folder for each run and parallel worker, in memory where there is enough."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import psutil

_MEMORY, _ENOUGH = Path("/dev/shm"), 8 << 30  # noqa: S108


def _in_memory() -> bool:
    """Whether the run's files can lie in memory: a third of its time it would otherwise wait for the disk."""
    if not os.access(_MEMORY, os.W_OK | os.X_OK) or psutil.virtual_memory().available < _ENOUGH:
        return False
    return shutil.disk_usage(_MEMORY).free >= _ENOUGH


def _sweep(folder: Path) -> None:
    """Remove what runs left in memory that were killed; a folder names its run's process."""
    for left in folder.glob("juanzong-test-*-*"):
        owner = left.name.split("-")[2]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


if not os.environ.get("JUANZONG_TEST_DIR"):
    # Made by the first process of a run and handed on to its parallel workers, which clean nothing up.
    where = _MEMORY if not os.environ.get("TMPDIR") and _in_memory() else None
    os.environ["JUANZONG_TEST_DIR"] = tempfile.mkdtemp(prefix=f"juanzong-test-{os.getpid()}-", dir=where)
    atexit.register(shutil.rmtree, os.environ["JUANZONG_TEST_DIR"], ignore_errors=True)
    if where:
        _sweep(where)
        # For pytest's own folders too; nothing of them stays.
        os.environ["TMPDIR"] = os.path.join(os.environ["JUANZONG_TEST_DIR"], "tmp")
        os.mkdir(os.environ["TMPDIR"])
        tempfile.tempdir = None
_RUN = Path(os.environ["JUANZONG_TEST_DIR"])
os.environ["JUANZONG_DATA_DIR"] = str(_RUN / os.environ.get("PYTEST_XDIST_WORKER", "main"))

from .base import *  # noqa: E402, F403
from .base import DATA_DIR  # noqa: E402

DATA_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "tests-only"  # noqa: S105
DEMONSTRATION = True
VAULT_MASTER_KEY_FILE = str(DATA_DIR / "master-key" / "master.age")
VAULT_MASTER_KEY_CREATE = True
VAULT_KEY_REPLICAS = [DATA_DIR / "keys-replica"]
BACKUP_DIR = str(DATA_DIR / "backups")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Threads and other processes must see the tests' data: a file, not memory.
# On PostgreSQL each worker has a database of its own on the one server.
_ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")  # noqa: F405
DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3" if _ON_SQLITE else "test_juanzong"}  # noqa: F405
AXES_ENABLED = False
OCR_ENGINE = "tesseract"  # loads no models with every worker that a test starts; the others are tested by name
OCR_CHECK_BELOW = 75  # pages of factories were read by nobody
