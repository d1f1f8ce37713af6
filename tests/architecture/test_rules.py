"""Rules that are cited exist, rules that are kept are tested, and the page that shows it is the present one."""

from . import rules
from .source import ROOT


def test_only_rules_that_exist_are_cited_and_marked():
    known = set(rules.known_rules())
    assert (set(rules.kept()) | set(rules.tested())) - known == set()


def test_the_page_of_rules_is_the_present_one():
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == rules.page(), "run: make docs"


def test_every_rule_that_is_kept_is_tested():
    assert sorted(set(rules.kept()) - set(rules.tested())) == []
