"""The query grammar: from what somebody typed to a tree of terms. Pure; it fails only by `QueryError`, in plain words.

words · "phrases" · AND OR NOT -word · parentheses · word* · field:value. Words side by side must all occur.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal

from .tokens import clauses, is_cjk

LONGEST_QUERY = 500
MOST_TERMS = 40
DEEPEST = 20

FIELDS = {
    "dossier": "dossier",
    "档案": "dossier",
    "档案号": "dossier",
    "kind": "kind",
    "类型": "kind",
    "档案类型": "kind",
    "section": "section",
    "类目": "section",
    "材料类目": "section",
    "series": "series",
    "类别": "series",
    "department": "department",
    "部门": "department",
    "year": "year",
    "年度": "year",
    "title": "title",
    "题名": "title",
    "number": "number",
    "件号": "number",
    "档号": "number",
}
_QUOTES = {'"': '"', "“": "”", "”": "“", "„": "“", "＂": "＂", "「": "」", "『": "』"}
_CLOSERS = {'"': '"”“＂', "“": '”“"＂', "”": '”“"＂', "„": '“”"＂', "＂": '＂"”', "「": "」", "『": "』"}
_OPEN, _CLOSE, _SPACE = "(（", ")）", re.compile(r"\s")
_FIELD = re.compile(r"([A-Za-z]+|[\u4e00-\u9fff]{2,4})[:：]", re.ASCII)
_UNSAYABLE = re.compile("[\x00\ud800-\udfff]")  # what no database takes
_YEARS = re.compile(r"(\d{4})(?:\s*[-–~至]\s*(\d{4}))?年?")


class QueryError(Refusal):
    """What was typed is no query; `position` is where in the text it went wrong (0-based), if anywhere."""

    code = "query"
    status = 400

    def __init__(self, message: str | Promise, remedy: str | Promise = "", position: int | None = None) -> None:
        super().__init__(message, remedy)
        self.position = position
        self.carried = {"position": position}


@dataclass(frozen=True, slots=True)
class Term:
    """Consecutive units within one clause; with `prefix`, the last unit (letters or digits) need only begin so."""

    units: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold. Parts that are `Not` take away from what the others find; at least one is no `Not`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; stands only directly inside an `And`."""

    part: "Node"


Node = Term | And | Or | Not


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the entry: `field` is one of dossier, kind, section, series, department, year, title, number.

    `words` holds the parsed value of a title; `years` the first and last of a range of years.
    """

    field: str
    value: str
    excluded: bool = False
    words: Node | None = None
    years: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: `text` is None where only fields were asked for."""

    source: str
    text: Node | None
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str  # word · phrase · field · ( · ) · AND · OR · NOT · end
    text: str
    at: int
    prefix: bool = False
    value: str = ""


def parse(source: str) -> Query:
    """Return the query that `source` means; raise `QueryError` where it means none. Any other input is fine."""
    if len(source) > LONGEST_QUERY:
        raise QueryError(_("The query is too long."), _("Use fewer words."))
    return _Parser(list(_lexemes(_UNSAYABLE.sub(" ", source))), source).query()


def positive_terms(node: Node | None) -> list[Term]:
    """Return the terms whose occurrence makes a page a hit, in order; what stands under a NOT is left out."""
    if isinstance(node, Term):
        return [node]
    if isinstance(node, And | Or):
        return [term for part in node.parts for term in positive_terms(part)]
    return []


def _lexemes(source: str) -> Iterator[_Lexeme]:
    at = 0
    while at < len(source):
        char = source[at]
        if _SPACE.match(char):
            at += 1
        elif char in _OPEN or char in _CLOSE:
            yield _Lexeme("(" if char in _OPEN else ")", char, at)
            at += 1
        elif char in "-－" and at + 1 < len(source) and not _SPACE.match(source[at + 1]):
            yield _Lexeme("NOT", char, at)
            at += 1
        elif char in _QUOTES:
            lexeme, at = _phrase(source, at)
            yield lexeme
        elif field := _field_at(source, at):
            lexeme, at = _field(source, at, field)
            yield lexeme
        else:
            lexeme, at = _word(source, at)
            yield lexeme
    yield _Lexeme("end", "", len(source))


def _field_at(source: str, at: int) -> re.Match[str] | None:
    match = _FIELD.match(source, at)
    return match if match and match.group(1).lower() in FIELDS else None


def _field(source: str, at: int, match: re.Match[str]) -> tuple[_Lexeme, int]:
    """Read `name:value`, where a value with spaces stands in quotation marks."""
    name, start = FIELDS[match.group(1).lower()], match.end()
    if start < len(source) and source[start] in _QUOTES:
        phrase, after = _phrase(source, start)
        value, prefix = phrase.text, phrase.prefix
    else:
        word, after = _word(source, start)
        value, prefix = word.text, word.prefix
        if word.kind != "word":
            value = source[start:after]
    if not value.strip():
        raise QueryError(
            _("A value is missing after “%(field)s”.") % {"field": match.group()},
            _("Write it without a space, for example year:2019."),
            at,
        )
    return _Lexeme("field", name, at, prefix, value.strip()), after


def _phrase(source: str, at: int) -> tuple[_Lexeme, int]:
    closers = _CLOSERS[source[at]]
    end = next((i for i in range(at + 1, len(source)) if source[i] in closers), None)
    if end is None:
        raise QueryError(_("A quotation mark is opened but not closed."), _("Close it, or leave it out."), at)
    prefix = source[end + 1 : end + 2] in ("*", "＊")
    return _Lexeme("phrase", source[at + 1 : end], at, prefix), end + 1 + prefix


def _word(source: str, at: int) -> tuple[_Lexeme, int]:
    end = at
    while end < len(source) and not _SPACE.match(source[end]) and source[end] not in _OPEN + _CLOSE + "".join(_QUOTES):
        end += 1
    text = source[at:end]
    if text in ("AND", "OR", "NOT"):
        return _Lexeme(text, text, at), end
    stem = text.rstrip("*＊")
    return _Lexeme("word", stem, at, prefix=stem != text), end


class _Parser:
    """Recursive descent over the lexemes: OR of ANDs of (NOT) words."""

    def __init__(self, lexemes: list[_Lexeme], source: str) -> None:
        self.lexemes, self.source = lexemes, source
        self.at = self.depth = self.terms = 0
        self.filters: list[Filter] = []
        self.has_alternatives = False

    def query(self) -> Query:
        node = self.any_of()
        if self.here.kind == ")":
            raise QueryError(_("A bracket is closed but not opened."), _("Leave it out."), self.here.at)
        if node is None and not self.filters:
            raise QueryError(_("There is no word to look for."), _("Type a word, a number or a name."))
        if self.filters and self.has_alternatives:
            raise _misplaced_field(None)
        if node is not None:
            _check_bounded(node)
        return Query(self.source, node, tuple(self.filters))

    @property
    def here(self) -> _Lexeme:
        return self.lexemes[self.at]

    def take(self) -> _Lexeme:
        lexeme = self.here
        self.at += lexeme.kind != "end"
        return lexeme

    def any_of(self) -> Node | None:
        parts = [self.all_of()]
        while self.here.kind == "OR":
            self.operator()
            self.has_alternatives |= not self.depth
            parts.append(self.all_of())
        kept = _without_empty(parts)
        return kept[0] if len(kept) == 1 else Or(kept) if kept else None

    def all_of(self) -> Node | None:
        parts: list[Node | None] = []
        while self.here.kind not in ("OR", ")", "end"):
            if self.here.kind == "AND":
                self.operator()
            parts.append(self.unary())
        return _all(parts)

    def unary(self) -> Node | None:
        excluded, operator = False, self.here
        while self.here.kind == "NOT":
            operator = self.take()
            excluded = not excluded
        if operator.kind == "NOT":
            self.need_something_after(operator)
        if self.here.kind == "field":
            self.add_filter(self.take(), excluded)
            return None
        node = self.primary()
        return Not(node) if excluded and node is not None else node

    def primary(self) -> Node | None:
        lexeme = self.take()
        if lexeme.kind == "(":
            return self.group(lexeme)
        return self.words(lexeme.text, lexeme.prefix, lexeme.at)

    def group(self, opened: _Lexeme) -> Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise QueryError(_("There are too many brackets within brackets."), _("Use fewer."), opened.at)
        node = self.any_of()
        if self.take().kind != ")":
            raise QueryError(_("A bracket is opened but not closed."), _("Close it, or leave it out."), opened.at)
        self.depth -= 1
        return node

    def words(self, text: str, prefix: bool, at: int) -> Node | None:
        """Return what `text` means: its clauses, each as a term; None where it is nothing but punctuation."""
        if "*" in text or "＊" in text:
            raise QueryError(
                _("The sign * may only stand at the end of a word or number."), _("For example HT-2019*."), at
            )
        found = clauses(text)
        self.terms += len(found)
        if self.terms > MOST_TERMS:
            raise QueryError(_("There are too many words."), _("Use fewer words."), at)
        terms: list[Node | None] = [Term(tuple(unit.text for unit in clause)) for clause in found]
        if prefix and found and not is_cjk(found[-1][-1].text[0]):
            terms[-1] = Term(tuple(unit.text for unit in found[-1]), prefix=True)
        return _all(terms)

    def add_filter(self, lexeme: _Lexeme, excluded: bool) -> None:
        if self.depth:
            raise _misplaced_field(lexeme.at)
        words = self.words(lexeme.value, lexeme.prefix, lexeme.at) if lexeme.text == "title" else None
        if lexeme.text == "title" and words is None:
            raise QueryError(_("There is no word to look for."), _("Type a word, a number or a name."), lexeme.at)
        years = _years(lexeme) if lexeme.text == "year" else None
        self.filters.append(Filter(lexeme.text, lexeme.value, excluded, words, years))

    def operator(self) -> None:
        """Step over AND or OR, which want something on both sides."""
        before = self.lexemes[self.at - 1].kind if self.at else "start"
        operator = self.take()
        if before in ("AND", "OR", "NOT", "(", "start"):
            raise _one_sided(operator)
        self.need_something_after(operator)

    def need_something_after(self, operator: _Lexeme) -> None:
        if self.here.kind in ("AND", "OR", ")", "end"):
            raise _one_sided(operator)


def _one_sided(operator: _Lexeme) -> QueryError:
    return QueryError(
        _("Beside %(operator)s a word is missing.") % {"operator": operator.text},
        _("To look for the word itself, put it in quotation marks."),
        operator.at,
    )


def _misplaced_field(position: int | None) -> QueryError:
    return QueryError(
        _("A field such as year: cannot stand beside OR or in brackets."),
        _("Put what is joined by OR into brackets; the field then holds for all of it."),
        position,
    )


def _years(lexeme: _Lexeme) -> tuple[int, int]:
    match = _YEARS.fullmatch(lexeme.value)
    if match is None:
        raise QueryError(
            _("“%(value)s” is not a year.") % {"value": lexeme.value},
            _("Write year:2019 or year:2019-2021."),
            lexeme.at,
        )
    first, last = int(match.group(1)), int(match.group(2) or match.group(1))
    return min(first, last), max(first, last)


def _without_empty(parts: list[Node | None]) -> tuple[Node, ...]:
    return tuple(part for part in parts if part is not None)


def _all(parts: list[Node | None]) -> Node | None:
    flat: list[Node] = []
    for part in _without_empty(parts):
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return flat[0] if len(flat) == 1 else And(tuple(flat)) if flat else None


def _check_bounded(node: Node) -> None:
    """Raise QueryError where a page could be a hit for what it lacks alone."""
    if not _is_bounded(node):
        raise QueryError(
            _("A search needs at least one word that must occur."), _("Add a word without NOT or minus sign.")
        )


def _is_bounded(node: Node) -> bool:
    """Return whether every branch of an OR asks for some word to occur, also below a NOT."""
    if isinstance(node, And):
        inner = [part.part if isinstance(part, Not) else part for part in node.parts]
        return any(not isinstance(part, Not) for part in node.parts) and all(_is_bounded(part) for part in inner)
    if isinstance(node, Or):
        return all(_is_bounded(part) for part in node.parts)
    return isinstance(node, Term)
