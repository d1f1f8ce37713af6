"""Finds the Chinese typefaces that demonstration papers are set in. Knows files, not papers."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

# Each face by its files in order of preference; in a collection (.ttc) the first font is the one for the mainland
# or, for Noto, the one whose family name ends as given.
FACES: dict[str, tuple[tuple[str, str], ...]] = {
    "song": (("NotoSerifCJK-Regular.ttc", "SC"), ("uming.ttc", "CN"), ("wqy-zenhei.ttc", "")),
    "hei": (("NotoSansCJK-Regular.ttc", "SC"), ("wqy-zenhei.ttc", ""), ("uming.ttc", "CN")),
    "kai": (("ukai.ttc", "CN"), ("uming.ttc", "CN"), ("NotoSerifCJK-Regular.ttc", "SC")),
    "ming": (("uming.ttc", "CN"), ("NotoSerifCJK-Regular.ttc", "SC"), ("wqy-zenhei.ttc", "")),
    "zheng": (("wqy-zenhei.ttc", ""), ("NotoSansCJK-Regular.ttc", "SC"), ("uming.ttc", "CN")),
}


class NoChineseFont(Exception):
    """None of a face's files is on this machine."""

    def __init__(self, face: str) -> None:
        wanted = ", ".join(name for name, _family in FACES[face])
        super().__init__(f"No Chinese font found for {face!r}: install one of {wanted} (Debian: fonts-noto-cjk).")


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for folder in FOLDERS if folder.is_dir() for path in sorted(folder.rglob("*.tt[cf]"))}


@cache
def _source(face: str) -> tuple[Path, int]:
    """Return file and index within it for `face`; raise NoChineseFont where there is none."""
    for name, family in FACES[face]:
        path = _files().get(name)
        if path is None:
            continue
        for index in range(12):
            try:
                found = ImageFont.truetype(path, 10, index=index).getname()[0] or ""
            except OSError:
                break
            if found.endswith(family):
                return path, index
        return path, 0
    raise NoChineseFont(face)


@cache
def font(face: str, pixels: int) -> ImageFont.FreeTypeFont:
    """Return `face` (a key of FACES) at a height of `pixels`; raise NoChineseFont where it is not installed."""
    path, index = _source(face)
    return ImageFont.truetype(path, pixels, index=index, layout_engine=ImageFont.Layout.BASIC)
