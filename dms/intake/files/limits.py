"""How much a foreign file may ask of the machine. Values only; the settings are read by the services."""

from dataclasses import asdict, dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file: its pages; pixels, master bytes and seconds of one page; memory in bytes (0: by pixels)."""

    pages: int = 3000
    pixels: int = 120_000_000
    master_bytes: int = 512 * MEGABYTE
    seconds: int = 120
    # A page without pixels of its own (PDF) is drawn, and drawing needs a bound of its own.
    drawn_pixels: int = 40_000_000
    drawn_side: int = 10_000
    memory_bytes: int = 0

    @property
    def memory(self) -> int:
        """Return the address space in bytes for the bench's process: itself and four copies of the largest page."""
        return self.memory_bytes or 768 * MEGABYTE + 16 * self.pixels

    def as_dict(self) -> dict[str, int]:
        """Return the values by name, for the way to the bench's process."""
        return asdict(self)
