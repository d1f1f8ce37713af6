"""Runs deeds (functions of tests.vault.deeds) in processes of their own, with the settings of a small house."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def start_deed(house: Path, deed: str, *, environment: dict[str, str] | None = None, **values: Any) -> subprocess.Popen:
    """Start a deed in the house `house`; `values` are its keyword arguments, as JSON."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("JUANZONG_")}
    given |= {
        "DJANGO_SETTINGS_MODULE": "tests.vault.small_house",
        "JUANZONG_DATA_DIR": str(house),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.vault.deeds", deed, json.dumps(values)]
    return subprocess.Popen(
        command, env=given | (environment or {}), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def result_of(process: subprocess.Popen) -> Any:
    """Return what the deed returned; raise AssertionError with its traceback where it failed."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def run_deed(house: Path, deed: str, *, environment: dict[str, str] | None = None, **values: Any) -> Any:
    """Run a deed to its end and return what it returned."""
    return result_of(start_deed(house, deed, environment=environment, **values))
