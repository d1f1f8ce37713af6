"""Numbers by rule: a pattern of text and {tokens}, and counters that never give a number twice.

A number is taken inside the caller's transaction: where that fails the number is free again, so there are no gaps.
"""

import re
from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext_lazy as _

from .errors import Refusal
from .models import Counter

TOKEN = re.compile(r"\{([a-z]+)(?::(\d{1,2}))?\}")
TOKENS = frozenset({"fonds", "kind", "department", "series", "year", "month", "seq"})


def check_pattern(pattern: str) -> None:
    """Raise Refusal, in words, where `pattern` has no {seq}, an unknown token or a lone brace."""
    names = [match.group(1) for match in TOKEN.finditer(pattern)]
    if unknown := sorted(set(names) - TOKENS):
        raise Refusal(
            _("The number pattern has a token that is not known: %(token)s.") % {"token": "{" + unknown[0] + "}"},
            _("Use {fonds}, {kind}, {department}, {series}, {year}, {month} and {seq:4}."),
        )
    if names.count("seq") != 1:
        raise Refusal(_("The number pattern needs {seq} exactly once."), _("For example {kind}-{year}-{seq:4}."))
    if re.search(r"[{}]", TOKEN.sub("", pattern)):
        raise Refusal(_("The number pattern has a brace that belongs to no token."))


def render(pattern: str, values: Mapping[str, str | int], sequence: int) -> str:
    """Return the number that `pattern` makes of `values` and `sequence`; `{seq:4}` pads with zeros to four digits."""

    def fill(match: re.Match[str]) -> str:
        name, width = match.group(1), int(match.group(2) or 0)
        return str(sequence if name == "seq" else values[name]).rjust(width, "0")

    return TOKEN.sub(fill, pattern)


def scope_of(pattern: str, values: Mapping[str, str | int]) -> str:
    """Return what the counter counts within: the pattern with everything but {seq} filled in.

    Two dossiers share a counter exactly when their numbers would differ in nothing but the sequence.
    """
    return TOKEN.sub(lambda m: "#" if m.group(1) == "seq" else str(values[m.group(1)]), pattern)


def next_value(scope: str) -> int:
    """Return the next number of `scope`, from 1; must run inside a transaction, which it makes wait for others."""
    return next_values(scope, 1)[0]


def next_values(scope: str, count: int) -> range:
    """Return the next `count` numbers of `scope`, as `next_value` would give them one by one."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside a transaction")
    Counter.objects.bulk_create([Counter(scope=scope)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(scope=scope)
    first = counter.value + 1
    counter.value += count
    counter.save(update_fields=["value"])
    return range(first, counter.value + 1)
