"""Makes docs/rules.md: for each rule, where it is kept and what tests it. Run as a program it writes the page."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

from .source import ROOT, modules, named, tree_of

RULE = re.compile(r"\b([A-F]\d{1,2})\b")
# A docstring keeps a rule where it cites it: "E4: …", "D1, C3: …" at its head, or "(C1 C2)" anywhere.
_HEAD = re.compile(r"^((?:[A-F]\d{1,2}[ ,]*)+):")
_BRACKETS = re.compile(r"\(((?:[A-F]\d{1,2}[ ,]*)+)\)")
HEAD = """# Where each rule is kept and tested

Made by `make docs` from docstrings that cite a rule and tests marked with one; what the rules ask is in
[regulations.md](regulations.md). A rule without an entry is not kept by the system yet.

| rule | kept in | tested by |
| --- | --- | --- |
"""


def known_rules() -> dict[str, str]:
    """Return the rules of docs/regulations.md by number."""
    page = (ROOT / "docs" / "regulations.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([A-F]\d{1,2}) \| (.+) \|$", page, re.MULTILINE))


def cited_in(docstring: str) -> set[str]:
    """Return the rules that a docstring cites."""
    lines = [line.strip() for line in docstring.splitlines()]
    cited = {rule for line in lines if (head := _HEAD.match(line)) for rule in RULE.findall(head.group(1))}
    return cited | {rule for group in _BRACKETS.findall(" ".join(lines)) for rule in RULE.findall(group)}


def kept() -> dict[str, set[str]]:
    """Return for each rule the modules that cite it."""
    places: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        if "demonstration" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                for rule in cited_in(ast.get_docstring(node) or ""):
                    places[rule].add(named(path))
    return places


def tested() -> dict[str, set[str]]:
    """Return for each rule the test modules that carry its mark."""
    places: dict[str, set[str]] = defaultdict(set)
    for path in modules("tests"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        places[argument.value].add(named(path))
    return places


def page() -> str:
    """Return docs/rules.md as it should be."""
    keepers, tests = kept(), tested()

    def cell(places: set[str]) -> str:
        return "<br>".join(f"`{place}`" for place in sorted(places))

    return HEAD + "".join(f"| {rule} | {cell(keepers[rule])} | {cell(tests[rule])} |\n" for rule in known_rules())


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
