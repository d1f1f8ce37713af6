"""Opens a capture's master (image file or one-page PDF) as the picture its boxes refer to. Only inside the sandbox."""

import io
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps

PDF = "application/pdf"


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
    image = _rendered(data, order) if order.media_type == PDF else _decoded(data, order)
    # Boxes must fit the capture as it is shown, even where whoever measured it rounded otherwise.
    return image if image.size == (order.width, order.height) else image.resize((order.width, order.height))


def _decoded(data: bytes, order: Order) -> Image.Image:
    # Sizes are checked by us, against the order and before a pixel is decoded; Pillow only warns.
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > order.most_pixels:
            raise ValueError("more pixels than allowed")
        image.load()
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError("not an image that can be decoded") from error


def _rendered(data: bytes, order: Order) -> Image.Image:
    try:
        page = pypdfium2.PdfDocument(data)[0]
        width, height = page.get_size()
        scale = max(order.width / width, order.height / height)
        return page.render(scale=scale, grayscale=False).to_pil()
    except (pypdfium2.PdfiumError, ZeroDivisionError, IndexError) as error:
        raise ValueError("not a PDF page that can be drawn") from error
