"""A whole office for the journeys: its own data folder, the real commands, a real browser. Started once."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from dms.config.demonstration.people import PASSWORD

ROOT = Path(settings.BASE_DIR)
SUMMARY = "summary.json"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Office:
    """A running application with the demonstration in it."""

    address: str
    folder: Path
    environment: dict[str, str]
    summary: dict[str, object]

    def manage(self, *words: str) -> str:
        """Run `manage.py` with these words in this office; return what it printed, fail where it failed."""
        return manage(self.environment, *words)


def manage(environment: dict[str, str], *words: str) -> str:
    """Return the standard output of a management command."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, "the application ended by itself"
        try:
            with urllib.request.urlopen(address + "/login/", timeout=5) as answer:
                assert answer.status == 200
            return
        except OSError:
            time.sleep(0.2)  # a process of its own: there is nothing to wait on but the port
    raise AssertionError("the application did not answer within 90 s")


def environment_of(folder: str | Path) -> dict[str, str]:
    """Return the environment of an office whose data lie in `folder`; nothing of the tests' own settings gets in."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUANZONG_", "PYTEST_"))},
        "DJANGO_SETTINGS_MODULE": "dms.config.settings.dev",
        "JUANZONG_DATA_DIR": str(folder),
    }


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an office with eight scans read, set up once in a run and copied by whoever opens one."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "furnished"
    with (place.parent / "furnished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / SUMMARY).exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            environment = environment_of(place)
            manage(environment, "migrate", "--no-input", "--verbosity", "0")
            manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
            summary = manage(environment, "demonstrate", "--scans", "8", "--json").splitlines()[-1]
            (place / SUMMARY).write_text(summary)
    return place


@pytest.fixture(scope="module")
def office(furnished: Path) -> Iterator[Office]:
    """An office of the module's own, served; everything is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="juanzong-journey-") as folder:
        shutil.copytree(furnished, folder, symlinks=True, dirs_exist_ok=True)
        environment = environment_of(folder)
        summary = json.loads(Path(folder, SUMMARY).read_text())
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _until_it_answers(address, process)
            yield Office(address, Path(folder), environment, summary)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all journeys of a module; while it runs, this thread has an event loop."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def sign_in(office: Office, browser: Browser):
    """A function that opens a window of its own, signed in: `with sign_in("archivist") as page`."""

    @contextmanager
    def signed_in(username: str, *, locale: str = "zh-CN", width: int = 1440, height: int = 900) -> Iterator[Page]:
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, base_url=office.address
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click(".login-form button[type=submit]")
        page.wait_for_url(office.address + "/")
        yield page
        context.close()
        assert errors == []

    return signed_in
