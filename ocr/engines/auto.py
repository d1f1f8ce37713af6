"""The engine that measured best, and the other one where the first is not installed or fails on a page.

On every class of pages measured (docs/benchmarks.md) RapidOCR reads better than Tesseract and about as fast, so no page
is given to Tesseract for its looks. Which engine read a page, and why not the first, is kept with its text by `name`.
"""

from PIL import Image

from ..page_text import Line
from .base import Engine, EngineMissing


class Auto:
    """RapidOCR for every page; Tesseract for those it fails on, or for all where it cannot run."""

    def __init__(self, first: str = "rapidocr", second: str = "tesseract") -> None:
        self._names = (first, second)
        self._engines: dict[str, Engine] = {}
        try:
            self._use(self._engine(first))
        except EngineMissing:
            self._use(self._engine(second), f", no {first}")

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        """Return the lines of `image` (mode L), as `base.Engine` says; `name` then says which engine read them.

        Lack of memory is let through: the process that reads is at its limit, and a second engine would fail there too.
        """
        first, second = self._names
        if first not in self._engines:
            return self._engine(second).read(image, dpi)
        try:
            lines = self._engines[first].read(image, dpi)
        except MemoryError:
            raise
        except Exception as error:
            return self._read_by_second(image, dpi, error)
        self._use(self._engines[first])
        return lines

    def _read_by_second(self, image: Image.Image, dpi: int, error: Exception) -> tuple[Line, ...]:
        first, second = self._names
        try:
            lines = self._engine(second).read(image, dpi)
        except EngineMissing:
            raise error from None  # what has to be told is why the first one failed
        self._use(self._engine(second), f", {first} failed")
        return lines

    def _engine(self, name: str) -> Engine:
        from . import engine

        if name not in self._engines:
            self._engines[name] = engine(name)
        return self._engines[name]

    def _use(self, engine: Engine, why: str = "") -> None:
        self.name, self.sure = engine.name + why, engine.sure
