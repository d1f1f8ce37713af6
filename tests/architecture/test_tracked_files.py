"""What is committed names no registry, no machine, and nothing that only one developer has."""

import re

import pytest

from .source import named, project_files

# Written apart, so that this file does not find itself.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "repo1." + "maven", "--index" + "-url "]
MACHINE_PATHS = [
    re.escape("/wo" + "rk/"),
    re.escape("/fa" + "rm/"),
    r"/home/\w+/",
    re.escape("/ro" + "ot/"),
    re.escape("../sha" + "red"),
]
TEXT = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".po", ".json", ".yml", ".yaml", ".cfg", ".sh", ""}
LEFT_OUT = re.compile(r"/vendor/|openseadragon|(^|/)LICENSE")


def texts() -> dict[str, str]:
    return {
        named(path): path.read_text(encoding="utf-8", errors="replace")
        for path in project_files()
        if path.suffix in TEXT and not LEFT_OUT.search(named(path))
    }


@pytest.mark.parametrize("pattern", [*map(re.escape, REGISTRIES), *MACHINE_PATHS])
def test_no_committed_file_names(pattern: str):
    found = re.compile(pattern)
    assert [name for name, text in texts().items() if found.search(text)] == []


def test_no_compiled_or_data_file_is_committed():
    bad = re.compile(r"\.(mo|pyc|sqlite3|age|log|bak|orig)$|(^|/)\.env$")
    assert [named(path) for path in project_files() if bad.search(named(path))] == []


def test_locks_pin_every_package_with_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", texts()[name].strip())
        packages = [entry for entry in entries if not entry.startswith("#")]
        assert [entry.split()[0] for entry in packages if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_what_runs_is_locked_the_same_for_developers():
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", texts()[name], re.MULTILINE))

    running, developing = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {package: version for package, version in running.items() if developing.get(package) != version} == {}
