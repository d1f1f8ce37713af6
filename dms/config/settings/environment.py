"""Reads settings from environment variables; docs/settings.md has the table of them."""

import os
from pathlib import Path

PREFIX = "JUANZONG_"


def text(name: str, default: str = "") -> str:
    """Return the variable JUANZONG_<name>, or `default` where it is unset or empty."""
    return os.environ.get(PREFIX + name) or default


def flag(name: str, default: bool = False) -> bool:
    """Return True for 1, true, yes, on (any case); raise ValueError for a word that is neither yes nor no."""
    word = text(name, "1" if default else "0").lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"{PREFIX}{name} must be yes or no, not {word!r}")


def number(name: str, default: int) -> int:
    """Return the variable as a whole number; raise ValueError where it is none."""
    word = text(name, str(default))
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"{PREFIX}{name} must be a whole number, not {word!r}") from None


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated variable as a list without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """Return the variable as an absolute path, links in it left alone; nothing is created."""
    return Path(text(name, str(default))).expanduser().absolute()
