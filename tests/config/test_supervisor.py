"""The supervisor with real processes: what dies is started again, and nothing outlives it, however it ends."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dms.config.processes import children_of

ROOT = Path(__file__).resolve().parents[2]
# A child says who it is and who its own child is, then waits to be told to end.
CHILD = """
import os, signal, subprocess, sys
grandchild = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(os.getpid(), grandchild.pid, flush=True)
signal.pause()
"""
DEAF = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), 0, flush=True)\n" + (
    "while True: signal.pause()"
)
STILLBORN = "raise SystemExit(3)"
STILLBORN_BUT_NOT_ESSENTIAL = "raise SystemExit(4)"
DRIVER = """
import sys
from dms.config import processes
processes.GRACE_SECONDS, processes.LONGEST_PAUSE = float(sys.argv[1]), 0.01
children = [
    processes.Child(f"child {n}", [sys.executable, "-c", code], essential="raise SystemExit(4)" not in code)
    for n, code in enumerate(sys.argv[2:])
]
say = lambda line: print("said:", line, flush=True)
sys.exit(processes.Supervisor(children, say).run())
"""


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, *codes: str, grace: float = 20) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(grace), *codes], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        return self.process.stdout.readline().strip()

    def started(self) -> list[psutil.Process]:
        """Wait for the next child's line; return it and, where it has one, its own child."""
        while (line := self.line()).startswith("said:"):
            pass
        return [psutil.Process(int(pid)) for pid in line.split() if pid != "0"]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def running() -> Iterator[list[Running]]:
    all_of_them: list[Running] = []
    yield all_of_them
    for one in all_of_them:
        if one.process.poll() is None:
            one.end(signal.SIGTERM)
        one.process.stdout.close()


def all_gone(processes: list[psutil.Process]) -> bool:
    return psutil.wait_procs(processes, timeout=60)[1] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_children_and_their_children_end_with_it(running, number) -> None:
    supervisor = Running(CHILD, CHILD)
    running.append(supervisor)
    processes = supervisor.started() + supervisor.started()
    assert supervisor.end(number) == 0
    assert all_gone(processes)


def test_children_end_when_it_is_killed_outright(running) -> None:
    supervisor = Running(CHILD, CHILD)
    running.append(supervisor)
    pairs = [supervisor.started(), supervisor.started()]
    supervisor.end(signal.SIGKILL)
    assert all_gone([child for child, _grandchild in pairs])
    for _child, grandchild in pairs:
        grandchild.kill()


def test_a_child_that_dies_is_started_again_and_what_it_left_is_cleared_away(running) -> None:
    supervisor = Running(CHILD)
    running.append(supervisor)
    first, grandchild = supervisor.started()
    os.kill(first.pid, signal.SIGKILL)
    again = supervisor.started()
    assert again[0].pid != first.pid
    assert all_gone([grandchild])
    assert again[0].is_running()


def test_a_child_that_will_not_end_is_ended(running) -> None:
    supervisor = Running(DEAF, grace=0.2)
    running.append(supervisor)
    processes = supervisor.started()
    assert supervisor.end(signal.SIGTERM) == 0
    assert all_gone(processes)
    assert "did not end in time" in supervisor.line()


def test_gives_up_where_a_child_never_stays_alive_and_ends_the_others(running) -> None:
    supervisor = Running(CHILD, STILLBORN)
    running.append(supervisor)
    processes = supervisor.started()
    assert supervisor.process.wait(60) == 1
    assert all_gone(processes)
    assert "child 1 does not stay alive (exit code 3)" in supervisor.process.stdout.read()


def test_goes_on_without_a_child_that_is_not_essential(running) -> None:
    supervisor = Running(CHILD, STILLBORN_BUT_NOT_ESSENTIAL)
    running.append(supervisor)
    processes = supervisor.started()
    for _ in range(8):  # more often than what ends the house where the child is essential
        assert "child 1 ended (exit code 4)" in supervisor.line()
    assert processes[0].is_running()
    assert supervisor.end(signal.SIGTERM) == 0


def test_the_watcher_runs_where_a_folder_is_watched() -> None:
    assert [child.name for child in children_of("8000", 1, 1)] == ["web", "worker 1", "scheduler"]
    *_, watcher = children_of("8000", 1, 1, watched="/scans")
    assert (watcher.command[1:], watcher.essential) == (["manage.py", "watch"], False)


@pytest.fixture(scope="module")
def house(tmp_path_factory, plain_environment, set_up_database) -> dict[str, str]:
    """An environment with a database of its own."""
    place = tmp_path_factory.mktemp("house")
    environment = plain_environment | {"JUANZONG_TEST_DIR": str(place)}
    set_up_database(place / "main" / "juanzong.sqlite3", environment)
    return environment


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_serve_runs_web_workers_and_scheduler_and_leaves_none_of_them(house, number, free_port) -> None:
    command = [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{free_port}", "--workers", "1"]
    serving = subprocess.Popen(command, cwd=ROOT, env=house, stdout=subprocess.PIPE, text=True)
    try:
        assert f"http://localhost:{free_port}/" in serving.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/login/", timeout=60) as answer:
            assert answer.status == 200
        processes = psutil.Process(serving.pid).children(recursive=True)
        words = [" ".join(process.cmdline()) for process in processes]
        for part in ("gunicorn", "manage.py work", "manage.py schedule"):
            assert any(part in word for word in words)
    finally:
        serving.send_signal(number)
        code = serving.wait(60)
    serving.stdout.close()
    assert code == (0 if number is signal.SIGTERM else -signal.SIGKILL)
    assert all_gone(processes)


def test_serve_says_so_where_the_address_is_taken(house, taken_port) -> None:
    command = [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{taken_port}"]
    ended = subprocess.run(command, cwd=ROOT, env=house, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "in use" in ended.stderr


def test_serve_asks_for_migrations(tmp_path, plain_environment) -> None:
    environment = plain_environment | {"JUANZONG_TEST_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "serve", "--bind", "127.0.0.1:0"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "manage.py migrate" in ended.stderr
