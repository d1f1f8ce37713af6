"""Kill -9 of the web process while papers arrive: what was acknowledged is there once, the rest arrives at the next try."""

import json
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.conf import settings

from dms.config.demonstration.people import PASSWORD
from dms.config.processes import web_command
from tests.factories import jpeg_of, paper
from tests.journeys.conftest import _free_port, _until_it_answers, environment_of, manage

ROOT = Path(settings.BASE_DIR)
UPLOADS = 12
KILLS = 8

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


class Sender:
    """A browser's script: signs in, opens a batch, and sends a file again under its token until that is answered."""

    def __init__(self, address: str) -> None:
        self.address, self.session = address, requests.Session()
        self._post("/login/", username="archivist", password=PASSWORD)
        dossier = self.session.get(f"{address}/intake/dossiers/", params={"q": ""}).json()["dossiers"][0]
        opened = self._post("/intake/new/", number=dossier["number"], section=dossier["sections"][0]["code"])
        self.batch = opened.headers["Location"]
        self.broken = 0

    def _post(self, path: str, **values: str) -> requests.Response:
        page = self.session.get(self.address + path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        answer = self.session.post(
            self.address + path, data={**values, "csrfmiddlewaretoken": token}, allow_redirects=False
        )
        assert answer.status_code == 302, answer.text[:2000]
        return answer

    def send(self, name: str, data: bytes) -> dict[str, object]:
        """Return the row of the file once the server has said that it has it."""
        token, deadline = secrets.token_hex(8), time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                answer = self.session.post(
                    f"{self.address}{self.batch}upload/",
                    data={"token": token},
                    files={"file": (name, data)},
                    headers={
                        "X-Requested-With": "XMLHttpRequest",
                        "X-CSRFToken": self.session.cookies["csrftoken"],
                    },
                    timeout=60,
                )
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):  # before or amid the answer
                self.broken += 1
                continue
            assert answer.status_code == 201, answer.text[:2000]
            (row,) = answer.json()["files"]
            return row
        raise AssertionError("the server never took the file")


@contextmanager
def killing(pid: int, chance: random.Random) -> Iterator[list[int]]:
    """Kill the web process under the master `pid` again and again, at moments by chance; yield the killed."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while len(killed) < KILLS and not over.wait(chance.uniform(0.4, 1.6)):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if children and int(children[0]) not in killed:
                os.kill(int(children[0]), signal.SIGKILL)
                killed.append(int(children[0]))

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


@pytest.mark.rule("A10")
@pytest.mark.rule("D3")
def test_a_web_process_killed_in_mid_request_loses_nothing_and_takes_nothing_twice(furnished: Path):
    with tempfile.TemporaryDirectory(prefix="juanzong-test-") as folder:
        shutil.copytree(furnished, folder, symlinks=True, dirs_exist_ok=True)
        environment = environment_of(folder) | {"JUANZONG_UPLOAD_TEMP_DIR": folder}
        port = _free_port()
        server = subprocess.Popen(
            web_command(f"127.0.0.1:{port}", 1), cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _until_it_answers(address, server)
            sender = Sender(address)
            chance = random.Random(20261124)
            papers = [
                jpeg_of(paper(f"第{n}份收据 编号SJ-{n:03}")) + bytes(chance.randrange(1 << 20)) for n in range(UPLOADS)
            ]
            with killing(server.pid, chance) as killed:
                rows = []
                while len(rows) < UPLOADS or len(killed) < KILLS:
                    number = len(rows)
                    if number < UPLOADS:
                        rows.append(sender.send(f"收据{number:02}.jpg", papers[number]))
                    else:  # all are there: what is sent now must be noticed as the same papers again
                        assert sender.send("又一次.jpg", papers[number % UPLOADS])["state"] == "duplicate"
            assert len(killed) == KILLS
            assert sender.broken > 0  # requests did die under it
            state = sender.session.get(f"{address}{sender.batch}state/", headers={"Accept": "application/json"}).json()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
        names = [file["name"] for file in state["files"] if file["name"].startswith("收据")]
        assert sorted(names) == [f"收据{number:02}.jpg" for number in range(UPLOADS)]
        left = [path.name for path in Path(folder).iterdir() if path.name.startswith("tmp")]
        assert left == []
        found = json.loads(manage(environment, "check_fixity", "--all", "--json"))
        assert found["faults"] == []
        assert json.loads(manage(environment, "verify_journal", "--json"))["faults"] == []
