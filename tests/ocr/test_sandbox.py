"""The sandbox: what it bounds, what it says, and that it takes its engine and its files along when it ends."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from ocr import scratch
from ocr.errors import EngineCrashed, EngineOutOfMemory, EngineTimedOut, EngineUnavailable, ImageUnreadable
from ocr.images import Order
from ocr.sandbox import Sandbox

from . import engines_that_misbehave as misbehaving
from . import papers
from .engines_that_misbehave import name_of, programs_in
from .waiting import until

ROOT = Path(__file__).resolve().parents[2]
LETTER = papers.encoded(papers.a_letter())
ORDER = Order("image/png", *papers.SIZE, 200)


@pytest.fixture(autouse=True)
def folder(tmp_path):
    """A place for scratch folders that no other test looks into."""
    scratch.use(tmp_path)
    yield tmp_path
    scratch.use(None)


def a_sandbox(engine: type | str, *, seconds: float = 60, megabytes: int = 2048) -> Sandbox:
    return Sandbox(engine if isinstance(engine, str) else name_of(engine), seconds=seconds, megabytes=megabytes)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def in_the_middle_of_hanging(sandbox: Sandbox) -> tuple[threading.Thread, list[BaseException], int]:
    """Start a read that hangs; return its thread, what it will raise, and the engine's program."""
    raised: list[BaseException] = []

    def read() -> None:
        try:
            sandbox.read(LETTER, ORDER)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    (program,) = until(lambda: programs_in(scratch.root()))
    return thread, raised, program


@pytest.mark.rule("B1")
def test_pages_are_read_one_after_the_other_by_the_same_process(folder):
    with a_sandbox("tesseract") as sandbox:
        text = sandbox.read(LETTER, ORDER)
        first = sandbox.pid
        assert "0042" in text.text
        assert (text.width, text.height) == papers.SIZE
        assert sandbox.read(papers.encoded(papers.a_blank()), ORDER).lines == ()
        assert sandbox.pid == first
    assert is_gone(first)
    assert list(folder.iterdir()) == []


def test_a_page_that_takes_too_long_ends_with_engine_and_files(folder):
    sandbox = a_sandbox(misbehaving.Hanging, seconds=2)
    with pytest.raises(EngineTimedOut) as caught:
        sandbox.read(LETTER, ORDER)
    assert caught.value.seconds == 2
    assert sandbox.pid is None
    assert list(folder.iterdir()) == []


def test_killing_the_process_in_the_middle_is_a_crash_and_leaves_nothing(folder):
    sandbox = a_sandbox(misbehaving.Hanging, seconds=600)
    thread, raised, program = in_the_middle_of_hanging(sandbox)
    os.kill(sandbox.pid, signal.SIGKILL)
    thread.join(60)
    assert [type(error) for error in raised] == [EngineCrashed]
    until(lambda: is_gone(program))
    assert list(folder.iterdir()) == []


def test_killing_the_owner_ends_sandbox_and_engine():
    command = [sys.executable, "-m", "tests.ocr.sandbox_owner", name_of(misbehaving.Hanging)]
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "dms.config.settings.test", "PYTHONPATH": str(ROOT)}
    scratch.use(None)
    owner = subprocess.Popen(command, cwd=ROOT, env=settings)
    mine = f"juanzong-ocr-{owner.pid}-*"
    folders = until(lambda: [place for place in scratch.root().glob(mine) if programs_in(place)])
    (program,) = programs_in(folders[0])
    child = psutil.Process(program).ppid()
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    until(lambda: is_gone(child) and is_gone(program))
    until(lambda: not list(scratch.root().glob(mine)))


def test_after_a_crash_the_next_page_has_a_new_process():
    with a_sandbox("tesseract") as sandbox:
        sandbox.read(papers.encoded(papers.a_blank()), ORDER)
        first = sandbox.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: is_gone(first))
        assert sandbox.read(papers.encoded(papers.a_blank()), ORDER).lines == ()
        assert sandbox.pid != first


def test_an_engine_that_dies_is_a_crash():
    with a_sandbox(misbehaving.Dying) as sandbox, pytest.raises(EngineCrashed, match="exit -9"):
        sandbox.read(LETTER, ORDER)


def test_an_engine_that_eats_memory_is_stopped_at_the_limit():
    with a_sandbox(misbehaving.Greedy, megabytes=700) as sandbox, pytest.raises(EngineOutOfMemory) as caught:
        sandbox.read(LETTER, ORDER)
    assert caught.value.megabytes == 700


def test_a_process_that_hoards_is_replaced_between_pages_before_it_fails_on_one():
    with a_sandbox(misbehaving.Hoarding, megabytes=1400) as sandbox:
        seen = []
        for _page in range(6):
            sandbox.read(LETTER, ORDER)
            seen.append(sandbox.pid)
    assert None in seen  # closed with the page it had read; the next one had a new process


def test_the_limit_of_memory_holds_for_the_engine_s_programs_too():
    with a_sandbox(misbehaving.Measuring, megabytes=1500) as sandbox:
        assert sandbox.read(LETTER, ORDER).text == str(1500 * 1024)


@pytest.mark.rule("D1")
def test_an_error_never_brings_words_of_the_page_along():
    with a_sandbox(misbehaving.Faulty) as sandbox, pytest.raises(EngineCrashed) as caught:
        sandbox.read(LETTER, ORDER)
    assert str(caught.value) == "RuntimeError"


def test_a_damaged_image_is_told_apart_and_the_process_goes_on():
    with a_sandbox("tesseract") as sandbox:
        with pytest.raises(ImageUnreadable):
            sandbox.read(LETTER[:2000], ORDER)
        first = sandbox.pid
        assert sandbox.read(papers.encoded(papers.a_blank()), ORDER).lines == ()
        assert sandbox.pid == first


def test_an_engine_that_is_not_there_is_no_fault_of_the_page():
    with pytest.raises(EngineUnavailable):
        a_sandbox("abacus").read(LETTER, ORDER)


def test_folders_of_dead_owners_are_swept_and_those_of_the_living_stay(folder):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (folder / f"juanzong-ocr-{ended.pid}-abc").mkdir()
    living = scratch.make_folder()
    assert living.stat().st_mode & 0o777 == 0o700
    assert scratch.sweep() == 1
    assert list(folder.iterdir()) == [living]
