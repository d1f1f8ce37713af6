"""Opens a capture's master (image file or one-page PDF) as the picture its boxes refer to. Only inside the sandbox.

It is opened by the very code that measured the capture at intake, so that 16 bits, CMYK and transparency come out as
they were seen there.
"""

from dataclasses import dataclass

from PIL import Image

from dms.intake.files.limits import Limits
from dms.intake.files.pictures import load_image
from dms.intake.files.refused import FileRefused


@dataclass(frozen=True, slots=True)
class Order:
    """What is known of the master to be read: its media type, its size in pixels (EXIF obeyed) and resolution."""

    media_type: str
    width: int
    height: int
    dpi: int | None = None
    most_pixels: int = 120_000_000


def open_master(data: bytes, order: Order) -> Image.Image:
    """Return the picture of `order.width` by `order.height` pixels, EXIF obeyed. Raises `ValueError` for no picture."""
    if order.width * order.height > order.most_pixels:
        raise ValueError("more pixels than allowed")
    try:
        return load_image(data, order.media_type, order.width, order.height, limits=Limits(pixels=order.most_pixels))
    except FileRefused as refusal:
        raise ValueError(f"not a picture that can be opened: {refusal.code}") from refusal
