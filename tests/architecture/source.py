"""Reads the project's own files for the tests of this folder: which there are, and their syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dms", "ocr", "search", "workflows")
_LEFT_OUT = {".venv", ".git", "var", "node_modules", "__pycache__"}


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is or would be committed; without Git, every file outside data and caches."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not _LEFT_OUT & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def modules(*folders: str) -> list[Path]:
    """Return the Python modules under `folders` (all rooms where none is given), without migrations."""
    wanted = folders or ROOMS
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and named(path).split("/")[0] in wanted and "migrations" not in path.parts
    ]


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def named(path: Path) -> str:
    """Return the path as it is written in the project: dms/core/clock.py."""
    return path.relative_to(ROOT).as_posix()
