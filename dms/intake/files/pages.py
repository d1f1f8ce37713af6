"""What splitting yields for each page."""

from dataclasses import dataclass

from .textlayer import Line


@dataclass(slots=True)
class SplitPage:
    """One page: its lossless master, size in pixels upright, dots per inch, text layer (None: must be recognised).

    `image` and `thumbnail` are JPEG derivatives, made on the same occasion so that nothing is decoded twice.
    """

    index: int
    master: bytes
    media_type: str
    width: int
    height: int
    dpi: int
    text_layer: list[Line] | None
    image: bytes = b""
    thumbnail: bytes = b""
