"""Says a query in FTS5's language over index tokens. Exact by construction: nothing is checked afterwards."""

from collections.abc import Iterator

from ..query import And, Node, Not, Or, Term
from ..tokens import is_cjk


def expression_of(node: Node) -> str:
    """Return the FTS5 MATCH expression that finds exactly the pages `search.oracle.matches` would."""
    match node:
        case Term():
            return _phrase(node)
        case Or(parts):
            return "(" + " OR ".join(expression_of(part) for part in parts) + ")"
        case And(parts):
            wanted = " AND ".join(expression_of(part) for part in parts if not isinstance(part, Not))
            unwanted = " OR ".join(expression_of(part.part) for part in parts if isinstance(part, Not))
            return f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})"
        case Not():
            raise ValueError("a query is never only what must not occur")


def _phrase(term: Term) -> str:
    tokens, open_ended = list(_tokens(term)), term.prefix
    if is_cjk(term.units[-1][0]):
        if len(tokens) > 1 and is_cjk(term.units[-2][0]):
            # The bigram before it already says that this character follows.
            tokens.pop()
        else:
            # Whatever follows the last character: its token in the text is a bigram, or itself at the end of its run.
            open_ended = True
    return '"' + " ".join(tokens) + '"' + (" *" if open_ended else "")


def _tokens(term: Term) -> Iterator[str]:
    for unit, following in zip(term.units, (*term.units[1:], ""), strict=True):
        yield unit + following if following and is_cjk(unit[0]) and is_cjk(following[0]) else unit
