"""The kinds of file that can be taken in, and what they are called."""

from enum import StrEnum


class Kind(StrEnum):
    """A file kind, decided by content alone."""

    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    BMP = "bmp"

    @property
    def media_type(self) -> str:
        """Return the IANA media type."""
        return "application/pdf" if self is Kind.PDF else f"image/{self.value}"

    @property
    def extensions(self) -> frozenset[str]:
        """Return the file name endings (lower case, without dot) this kind usually has."""
        return _EXTENSIONS[self]

    @classmethod
    def of_media_type(cls, media_type: str) -> "Kind":
        """Return the kind of a media type; raise ValueError for one that is not taken in."""
        return cls(media_type.rpartition("/")[2])


_EXTENSIONS = {
    Kind.PDF: frozenset({"pdf"}),
    Kind.TIFF: frozenset({"tif", "tiff"}),
    Kind.JPEG: frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    Kind.PNG: frozenset({"png"}),
    Kind.WEBP: frozenset({"webp"}),
    Kind.BMP: frozenset({"bmp", "dib"}),
}
