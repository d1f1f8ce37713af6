"""docs/settings.md names every environment variable that is read, and no other."""

import ast
import re

from .source import ROOT, modules, named, tree_of

READERS = {"text", "flag", "number", "words", "folder"}


def read_variables() -> set[str]:
    """Every variable that code reads, through the settings' own functions or by its whole name."""
    found = set()
    for path in [*modules(), ROOT / "manage.py"]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if ast.unparse(node.func.value) in {"env", "environment"} and node.func.attr in READERS:
                    assert isinstance(first, ast.Constant), named(path)
                    found.add(f"JUANZONG_{first.value}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"^JUANZONG_[A-Z_]+[A-Z]$", node.value))
    makefile = "".join((ROOT / name).read_text() for name in ("Makefile", ".ci/find-python"))
    found.update(re.findall(r"JUANZONG_[A-Z_]+[A-Z]", makefile))
    return found


def test_the_page_names_every_variable_and_no_other():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(JUANZONG_[A-Z_]+)`", page, re.MULTILINE)) == read_variables()
