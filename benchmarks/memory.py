"""Measures memory through the real processes: `python -m benchmarks.memory`.

A web process receives one large upload over HTTP; a worker and its sandbox read many pages. Linux only (/proc).
"""

import argparse
import http.client
import http.cookies
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PORT = 8479
HOST = f"127.0.0.1:{PORT}"
PIECE = 1 << 20
PAGES_A_FILE = 50


def main() -> None:
    """Measure, print; end with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the upload (%(default)s)")
    parser.add_argument("--pages", type=int, default=1000, help="pages for the worker (%(default)s)")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as folder:
        environment = os.environ | {
            "JUANZONG_DATA_DIR": folder, "JUANZONG_UPLOAD_TEMP_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "dms.config.settings.dev", "OMP_THREAD_LIMIT": "1",
            "JUANZONG_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        for words in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["demonstrate", "--scans", "1"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
        os.environ.update(environment)
        import django

        django.setup()
        figures = web(environment, asked.megabytes) | worker(environment, Path(folder), asked.pages)
    if asked.json:
        print(json.dumps(figures, indent=1))
    else:
        print("\n".join(f"{name:<52}{value}" for name, value in figures.items()))
    sys.exit(1 if figures["web process: growth of its peak, MiB"] > 64 else 0)


def web(environment: dict[str, str], megabytes: int) -> dict[str, Any]:
    """Upload one file of `megabytes` through a web server of one process; return how its peak memory grew."""
    sys.path.insert(0, str(ROOT))
    from dms.config.processes import web_command

    server = subprocess.Popen(web_command(HOST, 1), cwd=ROOT, env=environment)
    try:
        person = Browser()
        person.sign_in("archivist")
        batch = person.new_batch()
        person.upload(batch, 1)  # warms up what is loaded at the first upload
        (process,) = children_of(server.pid)
        before, began = peak_of(process), time.perf_counter()
        person.upload(batch, megabytes)
        seconds = time.perf_counter() - began
        return {
            "upload, MiB": megabytes,
            "upload, MiB a second": round(megabytes / seconds),
            "web process: peak before, MiB": round(before),
            "web process: growth of its peak, MiB": round(peak_of(process) - before, 1),
        }
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


class Browser:
    """A person at the web server: keeps cookies, sends the CSRF token."""

    def __init__(self) -> None:
        self.cookies: http.cookies.SimpleCookie = http.cookies.SimpleCookie()
        deadline = time.monotonic() + 60
        while self._answer("GET", "/login/", refused=True)[0] != 200:
            if time.monotonic() > deadline:
                raise SystemExit("the web server does not answer")
            time.sleep(0.2)

    def sign_in(self, username: str) -> None:
        """Sign in as a person of the demonstration."""
        from dms.config.demonstration.people import PASSWORD

        status, _place, _body = self._post("/login/", {"username": username, "password": PASSWORD})
        if status != 302:
            raise SystemExit(f"signing in answered {status}")

    def new_batch(self) -> str:
        """Open a batch in the first dossier offered; return its address."""
        dossier = json.loads(self._answer("GET", "/intake/dossiers/?q=")[2])["dossiers"][0]
        values = {"number": dossier["number"], "section": dossier["sections"][0]["code"]}
        status, place, body = self._post("/intake/new/", values)
        if status != 302:
            raise SystemExit(f"opening a batch answered {status}: {body[:400]!r}")
        return place

    def upload(self, batch: str, megabytes: int) -> None:
        """Send one file of `megabytes`, made as it is sent."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{megabytes}.tif"\r\n'
            "Content-Type: image/tiff\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            for number in range(megabytes):
                yield (b"II*\0" + number.to_bytes(4, "big") + secrets.token_bytes(1016)) * (PIECE // 1024)
            yield tail

        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + megabytes * PIECE + len(tail)),
            "X-Requested-With": "XMLHttpRequest",
        }
        status, _place, answer = self._answer("POST", f"{batch}upload/", body(), headers)
        if status != 201:
            raise SystemExit(f"the upload answered {status}: {answer[:400]!r}")

    def _post(self, path: str, values: dict[str, str]) -> tuple[int, str, bytes]:
        page = self._answer("GET", path)[2].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = urllib.parse.urlencode(values | {"csrfmiddlewaretoken": token[1] if token else ""})
        return self._answer("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def _answer(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, refused: bool = False
    ) -> tuple[int, str, bytes]:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        csrf = self.cookies["csrftoken"].value if "csrftoken" in self.cookies else ""
        line = http.client.HTTPConnection(HOST, timeout=600)
        try:
            line.request(method, path, body, {"Cookie": cookies, "X-CSRFToken": csrf, **(headers or {})})
            answer = line.getresponse()
        except ConnectionRefusedError:
            if refused:
                return 0, "", b""
            raise
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(value)
        found = answer.status, answer.headers.get("Location", ""), answer.read()
        line.close()
        return found


def worker(environment: dict[str, str], folder: Path, pages: int) -> dict[str, Any]:
    """Let one worker read `pages` small pages; return its memory and its sandbox's early and late."""
    number = dossier_number(environment)
    papers = folder / "papers"
    make_papers(papers, pages)
    took = [sys.executable, "manage.py", "ingest", str(papers), "--dossier", number]
    subprocess.run(took, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    loop = subprocess.Popen(
        [sys.executable, "manage.py", "work", "--until-idle", "--json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )
    seen: list[tuple[float, float, float]] = []
    began = time.perf_counter()
    while loop.poll() is None:
        time.sleep(1)
        engines = [resident_of(child) for child in children_of(loop.pid)]
        if size := resident_of(loop.pid):
            seen.append((time.perf_counter() - began, size, sum(engines)))
    done = json.loads((loop.stdout.read() if loop.stdout else b"") or b"{}")
    at = {
        name: seen[int((len(seen) - 1) * share)] for name, share in (("a tenth", 0.1), ("half", 0.5), ("the end", 0.97))
    }
    return {
        "worker: pieces done": done.get("done"),
        "worker: seconds": round(seen[-1][0]),
        **{
            f"worker / its engines after {name}, MiB": f"{own:.0f} / {other:.0f}"
            for name, (_t, own, other) in at.items()
        },
        "worker: growth from a tenth to the end, MiB": round(at["the end"][1] - at["a tenth"][1], 1),
    }


def dossier_number(environment: dict[str, str]) -> str:
    """Return the number of some dossier."""
    code = "from dms.holdings.models import Dossier; print(Dossier.objects.first().number)"
    words = [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", code]
    return subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.split()[
        -1
    ]


def make_papers(folder: Path, pages: int) -> None:
    """Write `pages` small scans of a few words each, as TIFF files of fifty."""
    from PIL import Image, ImageDraw

    from dms.config.demonstration.fonts import font

    folder.mkdir()
    for start in range(0, pages, PAGES_A_FILE):
        images = []
        for number in range(start, min(pages, start + PAGES_A_FILE)):
            image = Image.new("L", (1000, 300), 246)
            words = f"第{number}号收据 今收到物业服务费 {number * 7 % 9000}元整"
            ImageDraw.Draw(image).text((60, 110), words, font=font("song", 36), fill=30)
            images.append(image)
        path = folder / f"{start:05}.tif"
        images[0].save(path, save_all=True, append_images=images[1:], compression="tiff_lzw", dpi=(200, 200))


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    place = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in place.read_text().split()] if place.exists() else []


def peak_of(pid: int) -> float:
    """Return the largest memory a process has had, in MiB."""
    return _status(pid, "VmHWM")


def resident_of(pid: int) -> float:
    """Return the memory of a process in MiB; 0 where it is gone."""
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
