"""What a query means, in the plainest code there is. Engines are held to it; it also finds what to mark on a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from .query import And, Node, Not, Or, Query, Term, parse, positive_terms
from .tokens import Unit, clauses


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters of a page's text."""

    start: int
    end: int


def matches(query: str | Query | Node, text: str) -> bool:
    """Return whether a page with this text (lines parted by newlines) is a hit for the words of `query`.

    Field filters are not looked at. Raises QueryError where `query` is a string that is no query.
    """
    node = _node_of(query)
    return node is None or _holds(node, clauses(text))


def occurrences(query: str | Query | Node, text: str) -> list[Span]:
    """Return where the words that make `text` a hit stand in it, in order, overlapping ones joined."""
    cut = clauses(text)
    found = [span for term in positive_terms(_node_of(query)) for clause in cut for span in _places(term, clause)]
    joined: list[Span] = []
    for span in sorted(set(found)):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _node_of(query: str | Query | Node) -> Node | None:
    if isinstance(query, str):
        query = parse(query)
    return query.text if isinstance(query, Query) else query


def _holds(node: Node, cut: list[list[Unit]]) -> bool:
    match node:
        case And(parts):
            return all(_holds(part, cut) for part in parts)
        case Or(parts):
            return any(_holds(part, cut) for part in parts)
        case Not(part):
            return not _holds(part, cut)
        case Term():
            return any(_places(node, clause) for clause in cut)


def _places(term: Term, clause: Sequence[Unit]) -> list[Span]:
    size, begin = len(term.units), term.units[0]
    return [
        Span(unit.start, clause[at + size - 1].end)
        for at, unit in enumerate(clause[: len(clause) - size + 1] if len(clause) >= size else ())
        if unit.text.startswith(begin) and _stands_at(term, clause, at)
    ]


def _stands_at(term: Term, clause: Sequence[Unit], at: int) -> bool:
    *body, last = term.units
    if any(clause[at + step].text != unit for step, unit in enumerate(body)):
        return False
    there = clause[at + len(body)].text
    return there.startswith(last) if term.prefix else there == last
