"""The supervisor: web, workers and scheduler as children of one process in the foreground; none outlives it.

A child that dies is started again, each time after a longer pause. Children stand in process groups of their own, so
that Ctrl-C reaches the supervisor alone and they can finish; the kernel tells them when the supervisor is killed.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

GRACE_SECONDS = 30
LONGEST_PAUSE = 30
LIVED_WELL_SECONDS = 60
STILLBORN = 5  # deaths in a row, none of which lived for STILLBORN_SECONDS, before the supervisor gives up
STILLBORN_SECONDS = 15
TICK_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A process to be kept alive. `niceness` lets the workers give way to the web.

    Where one that is not `essential` never stays alive (a scanner's share that is away), the house goes on without it.
    """

    name: str
    command: list[str]
    niceness: int = 0
    essential: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0


def children_of(bind: str, workers: int, web_processes: int, *, watched: str = "") -> list[Child]:
    """Return what `serve` runs: the web server, `workers` worker processes, one scheduler, one watcher where asked."""
    manage = [sys.executable, "manage.py"]
    # One thread each for the engines: the workers are the parallelism.
    single = {"OMP_THREAD_LIMIT": "1"}
    return [
        Child("web", web_command(bind, web_processes)),
        *(Child(f"worker {n}", [*manage, "work"], 5, environment=single) for n in range(1, workers + 1)),
        Child("scheduler", [*manage, "schedule"], 2),
        *([Child("watcher", [*manage, "watch"], 5, essential=False)] if watched else []),
    ]


def web_command(bind: str, processes: int) -> list[str]:
    """Return gunicorn's command line; its heartbeat files stay off the disk where the system has a place for that."""
    command = [sys.executable, "-m", "gunicorn", "dms.config.wsgi:application", "--bind", bind]
    command += ["--worker-class", "gthread", "--workers", str(processes), "--threads", "8"]
    command += ["--timeout", "120", "--graceful-timeout", "20", "--log-level", "warning"]
    if os.path.isdir("/dev/shm"):  # noqa: S108
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return command


class Supervisor:
    """Keeps children alive until told to stop; `say` gets one line for whatever a person should know."""

    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.told: list[int] = []
        self.gave_up = False

    def run(self, ready: Callable[[], None] = lambda: None, address: tuple[str, int] | None = None) -> int:
        """Run until SIGINT, SIGTERM or SIGHUP; call `ready` once `address` answers. Return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, frame: self.told.append(received))
        answered = address is None
        try:
            while not self.told and not self.gave_up:
                for child in self.children:
                    self._look_after(child)
                if not answered and address and _answers(address):
                    answered = True
                    ready()
                time.sleep(TICK_SECONDS)
        finally:
            self._end_all()
        return 1 if self.gave_up else 0

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        _end_group(child.process.pid)
        child.process = None
        lived = now - child.started
        child.deaths = 1 if lived > LIVED_WELL_SECONDS else child.deaths + 1
        if child.essential and child.deaths >= STILLBORN and lived < STILLBORN_SECONDS:
            self.say(f"{child.name} does not stay alive (exit code {code}); see its messages above.")
            self.gave_up = True
            return
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** min(child.deaths - 1, 10))
        child.start_at = now + pause
        self.say(f"{child.name} ended (exit code {code}); starting it again in {pause:g} s.")

    def _start(self, child: Child) -> None:
        parent, libc = os.getpid(), ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

        def tie_to_parent() -> None:
            os.nice(child.niceness)
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:  # it died before we asked
                    os._exit(1)

        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=tie_to_parent,
            env=os.environ | child.environment,
        )
        child.started = time.monotonic()

    def _end_all(self) -> None:
        """Ask all to finish, wait, and end by force what is still there, grandchildren included."""
        alive = [child for child in self.children if child.process and child.process.poll() is None]
        for child in alive:
            child.process.terminate()  # type: ignore[union-attr]
        end = time.monotonic() + GRACE_SECONDS
        for child in alive:
            try:
                child.process.wait(max(0.1, end - time.monotonic()))  # type: ignore[union-attr]
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not end in time and is killed; what it was at will be done again.")
        for child in alive:
            _end_group(child.process.pid)  # type: ignore[union-attr]
            child.process.wait()  # type: ignore[union-attr]


def address_of(bind: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`, `[IPV6]:PORT` or `PORT`; raise ValueError for anything else."""
    host, _, port = bind.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def is_free(address: tuple[str, int]) -> bool:
    """Return whether the address can be listened on."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def _answers(address: tuple[str, int]) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])  # noqa: S104
    try:
        with socket.create_connection((host, address[1]), timeout=0.2):
            return True
    except OSError:
        return False


def _end_group(leader: int) -> None:
    """Kill what is left of a child's process group (its leader may be dead already)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
