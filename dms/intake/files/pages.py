"""What splitting yields for each page."""

from dataclasses import asdict, dataclass

from .textlayer import Line


@dataclass(frozen=True, slots=True)
class Measures:
    """Numbers of one image as it is stored (before it is turned).

    `lean`: tenths of a degree by which its lines fall to the right, None where there are no lines to tell. `paper` and
    `ink`: grey 0 (black) to 255, `ink` None on a blank. `ink_share`: ink in ten-thousandths of the area.
    `rim_share`: black rims in thousandths of the area. `cut_…`: thousandths of that edge which ink runs out of.
    """

    lean: int | None
    paper: int
    ink: int | None
    ink_share: int
    rim_share: int
    cut_top: int
    cut_right: int
    cut_bottom: int
    cut_left: int

    def as_dict(self) -> dict[str, int | None]:
        """Return the numbers by name."""
        return asdict(self)


@dataclass(slots=True)
class SplitPage:
    """One page: its lossless master, size in pixels upright, dots per inch, text layer (None: must be recognised).

    `image` and `thumbnail` are JPEG derivatives, `measures` is how well it was scanned (measuring.py; None where there
    was no scanner); made on the same occasion so that nothing is decoded twice.
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
    measures: Measures | None = None
