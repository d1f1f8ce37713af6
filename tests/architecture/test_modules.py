"""Every module says what room it is, carries a name that says what it does, and stays readable at a sitting."""

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from .source import modules, named, tree_of

FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "util", "helper"}
MOST_LINES_OF_A_MODULE = 450
LINES_OF_A_FUNCTION_THAT_SMELLS = 40


def is_empty_by_custom(path: Path) -> bool:
    """Django asks for packages `management` and `management.commands` that hold nothing themselves."""
    return path.name == "__init__.py" and "management" in path.parts and not path.read_text().strip()


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))


def test_every_module_has_a_docstring():
    silent = [
        named(path) for path in modules() if not ast.get_docstring(tree_of(path)) and not is_empty_by_custom(path)
    ]
    assert silent == []


def test_every_test_module_has_a_docstring():
    silent = [
        named(path) for path in modules("tests") if not ast.get_docstring(tree_of(path)) and path.read_text().strip()
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing():
    assert [named(path) for path in modules() if FORBIDDEN_NAMES & {path.stem, *path.parts}] == []


def test_no_module_is_too_long_to_be_read():
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules("tests", "dms", "ocr", "search", "workflows")
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_MODULE} == {}


def test_long_functions_are_named_in_the_report():
    long = [
        f"{named(path)}: {node.name} has {length} lines"
        for path in modules()
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION_THAT_SMELLS
    ]
    # A figure is a smell, not a law.
    if long:
        warnings.warn("long functions:\n" + "\n".join(long), stacklevel=1)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


@pytest.mark.parametrize("clock", ["datetime.now", "date.today", "timezone.now", "datetime.utcnow"])
def test_rooms_ask_the_one_clock(clock: str):
    elsewhere = [
        f"{named(path)}:{line}"
        for path in modules()
        if named(path) != "dms/core/clock.py"
        for call, line in calls(path)
        if call == clock or call.endswith("." + clock)
    ]
    assert elsewhere == []


def test_only_the_vault_opens_a_storage():
    openers = {"storages", "default_storage"}
    found = [
        named(path)
        for path in modules()
        if not named(path).startswith("dms/vault/")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "django.core.files.storage"
        and openers & {alias.name for alias in node.names}
    ]
    assert found == []


def test_protected_models_keep_out_of_wagtails_revisions_and_index():
    """Their versions and their search are ours and sealed: Wagtail's tables would hold them in clear."""
    bad = {"RevisionMixin", "DraftStateMixin", "WorkflowMixin", "Indexed"}
    found = [
        f"{named(path)}: {node.name}"
        for path in modules("dms", "workflows")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and bad & {ast.unparse(base).split(".")[-1] for base in node.bases}
    ]
    assert found == []


def test_tests_do_not_sleep():
    """A test that waits for time to pass is slow when it works and fails when the machine is busy.

    A program that a test starts in order to kill it may wait to be killed.
    """
    tests = [path for path in modules("tests") if path.name.startswith("test_")]
    assert [
        f"{named(path)}:{line}" for path in tests for call, line in calls(path) if call in {"time.sleep", "sleep"}
    ] == []
