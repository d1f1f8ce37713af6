"""Engines for the sandbox's tests: one that hangs, one that dies, one that eats memory; `name_of` says how to ask."""

import os
import signal
import subprocess
from pathlib import Path

from PIL import Image

from ocr import scratch
from ocr.engines import EngineMissing
from ocr.page_text import Line, typed_line


def name_of(engine: type) -> str:
    """Return the name by which the registry finds `engine`."""
    return f"{engine.__module__}:{engine.__name__}"


class Misbehaving:
    """What they share; each does what its name says when it is to read."""

    name = "misbehaving"
    sure = 65


class Hanging(Misbehaving):
    """Starts a program, as Tesseract is started, and waits for it far too long; leaves a file in its folder."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        folder = scratch.make_folder()
        image.save(folder / "page.pgm")
        program = subprocess.Popen(["sleep", "600"])
        (folder / "program").write_text(str(program.pid))
        program.wait()
        return ()


class Dying(Misbehaving):
    """Is killed."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        os.kill(os.getpid(), signal.SIGKILL)
        return ()


class Greedy(Misbehaving):
    """Asks for ever more memory."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        kept = []
        while True:
            kept.append(bytearray(64 << 20))


class Greedless(Misbehaving):
    """Finds no memory at once."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        raise MemoryError


class Missing(Misbehaving):
    """Is not installed."""

    def __init__(self) -> None:
        raise EngineMissing("not installed")


class Hoarding(Misbehaving):
    """Keeps a quarter of a gigabyte of every page it read."""

    def __init__(self) -> None:
        self.kept: list[bytearray] = []

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        self.kept.append(bytearray(256 << 20))
        return ()


class Faulty(Misbehaving):
    """Raises an error that quotes the page."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        raise RuntimeError("身份证号 110101199001011234")


class Measuring(Misbehaving):
    """Reads how much memory, in kilobytes, a program that it starts may have."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        limit = subprocess.run(["sh", "-c", "ulimit -v"], capture_output=True, text=True, check=True).stdout
        return (typed_line(limit, (10, 10, 200, 40)),)


def programs_in(folder: Path) -> list[int]:
    """Return the process ids of the programs that `Hanging` started below `folder`."""
    return [int(text) for path in folder.rglob("program") if (text := path.read_text())]
