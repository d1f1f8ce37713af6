"""Every word of our screens stands in the Chinese catalogue, whole and with the same placeholders."""

import ast
import gettext
import re
import subprocess
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from .source import ROOT, modules, named, project_files, tree_of

CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
LITERAL = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
IN_TEMPLATE = re.compile(rf"\b(?:n?gettext\(|pgettext\({LITERAL}, ){LITERAL}")


def words_of_modules() -> dict[str, str]:
    """Return every message of the Python modules with the place it was met first."""
    met: dict[str, str] = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = ast.unparse(node.func).split(".")[-1]
            given = node.args[1 if name.startswith("pgettext") and len(node.args) > 1 else 0]
            if name in FUNCTIONS and isinstance(given, ast.Constant) and isinstance(given.value, str):
                met.setdefault(given.value, f"{named(path)}:{node.lineno}")
    return met


def words_of_templates() -> dict[str, str]:
    """Return every message of the templates likewise."""
    met: dict[str, str] = {}
    for path in project_files():
        if path.suffix == ".html" and "templates" in path.parts:
            source = templatize(path.read_text(encoding="utf-8"), origin=named(path))
            for _context, literal in IN_TEMPLATE.findall(source):
                met.setdefault(ast.literal_eval(literal), named(path))
    return met


def test_words_are_marked_only_in_ways_the_catalogue_is_gathered_by():
    odd = {
        f"{named(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name and name.asname not in {None, "_"}
    }
    assert odd == set()


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> gettext.GNUTranslations:
    """The Chinese catalogue as committed; compiling it checks the placeholders."""
    compiled: Path = tmp_path_factory.mktemp("locale") / "django.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(CATALOGUE)], check=True)
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def said(message: str, catalogue: gettext.GNUTranslations) -> str:
    """Return the translation of `message`, of its first plural form where it has several; '' where there is none."""
    whole = catalogue._catalog  # type: ignore[attr-defined]
    contexts = [key for key in whole if isinstance(key, str) and key.endswith("\x04" + message)]
    return next((whole[key] for key in (message, (message, 0), *contexts) if whole.get(key)), "")


def test_every_message_is_translated(chinese: gettext.GNUTranslations):
    met = words_of_modules() | words_of_templates()
    assert {place: message for message, place in met.items() if message.strip() and not said(message, chinese)} == {}


def test_translations_keep_the_placeholders(chinese: gettext.GNUTranslations):
    met = words_of_modules() | words_of_templates()
    differing = {
        message: said(message, chinese)
        for message in met
        if said(message, chinese)
        and set(PLACEHOLDER.findall(message)) != set(PLACEHOLDER.findall(said(message, chinese)))
    }
    assert differing == {}


def test_no_translation_is_a_guess_of_the_tool():
    assert "#, fuzzy" not in CATALOGUE.read_text(encoding="utf-8")


def test_chinese_sentences_have_chinese_marks(chinese: gettext.GNUTranslations):
    met = words_of_modules() | words_of_templates()
    narrow = re.compile(r"[\u4e00-\u9fff”》）][,;:!?](?! ?[A-Za-z0-9])")
    assert {message: said(message, chinese) for message in met if narrow.search(said(message, chinese))} == {}
