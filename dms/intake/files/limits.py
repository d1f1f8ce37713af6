"""How much a foreign file may ask of the machine. Values only; the settings are read by the services."""

from dataclasses import asdict, dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file: its pages; pixels, master bytes and seconds of one page; memory in bytes (0: by pixels).

    For a ZIP: its entries, the bytes of one of them and of all, and how many times larger than itself it may unpack.
    """

    pages: int = 3000
    pixels: int = 120_000_000
    master_bytes: int = 512 * MEGABYTE
    seconds: int = 120
    # A page without pixels of its own (PDF) is drawn, and drawing needs a bound of its own.
    drawn_pixels: int = 40_000_000
    drawn_side: int = 10_000
    memory_bytes: int = 0
    entries: int = 2000
    entry_bytes: int = 2048 * MEGABYTE
    unpacked_bytes: int = 8192 * MEGABYTE
    # A blank page as BMP packs to a thousandth; below this size no ratio is asked.
    unpacked_ratio: int = 250
    unsuspicious_bytes: int = 128 * MEGABYTE

    @property
    def memory(self) -> int:
        """Return the address space in bytes for the bench's process: itself and four copies of the largest page."""
        return self.memory_bytes or 768 * MEGABYTE + 16 * self.pixels

    def as_dict(self) -> dict[str, int]:
        """Return the values by name, for the way to the bench's process."""
        return asdict(self)
