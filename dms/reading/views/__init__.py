"""The reading room's screens and files. Thin: find under the right, call a service, show."""

from .copies import item_pdf, item_print, volume_pdf
from .images import page_image, page_thumbnail
from .item import item_hits, item_readers
from .page import page, turn

__all__ = [
    "item_hits",
    "item_pdf",
    "item_print",
    "item_readers",
    "page",
    "page_image",
    "page_thumbnail",
    "turn",
    "volume_pdf",
]
