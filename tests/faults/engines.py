"""Engines that the sandbox's process loads by name; it knows no Django, so nothing of the application is imported here."""

from PIL import Image

from ocr.page_text import Line, typed_line


class Glancing:
    """Looks at every pixel and knows one word."""

    name = "glancing"
    sure = 65

    def read(self, image: Image.Image, dpi: int) -> tuple[Line, ...]:
        """Return one line."""
        image.tobytes()
        return (typed_line("页", (0, 0, 40, 40)),)
