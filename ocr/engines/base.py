"""What an engine is: it reads an upright, cleaned, grey image, and knows nothing of pages, turning or storage."""

from typing import Protocol

from PIL import Image

from ..page_text import Line


class EngineMissing(Exception):
    """The engine, or the program or model it needs, is not installed here."""


class Engine(Protocol):
    """Reads one image at a time, in one thread, without the network.

    To add one, write a class with these members and name it in `ocr.engines`.
    """

    name: str
    """Short name with version and models, kept with every text it read."""

    sure: int
    """Mean confidence (percent) that a page reaches when it is read the right way up, even a poor one, and does not
    reach upside down: below it the page is looked at both ways."""

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        """Return the lines of `image` (mode L, upright) in reading order, boxes in pixels of `image`.

        Raises `EngineMissing` where it cannot run at all; whatever else it raises counts as a crash of the engine.
        """
        ...
