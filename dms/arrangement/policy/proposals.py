"""A8: which papers seem to belong together, from issue numbers and titles. Proposes only; a person confirms."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .papers import RelationKind, Tie


class Ground(StrEnum):
    """What speaks for a proposal."""

    TITLES = "titles"
    NUMBER_IN_TEXT = "number_in_text"
    SAME_NUMBER = "same_number"


@dataclass(frozen=True, slots=True)
class Headed:
    """A paper by what stands at its head; `text`: what was read on it, as far as it is at hand."""

    key: int
    entry: int
    title: str
    issue_number: str = ""
    day: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tie, and what speaks for it."""

    tie: Tie
    ground: Ground


_TITLE = re.compile(r"^(.*?)(?:关于|關於)(.+?)的?(请示|申请|报告|函|批复|答复|复函|回复|意见|回函)(?:[(（].*)?$")
_REQUEST_IN_IT = re.compile(r"^(?:对|同意)?(?:关于)?(.+?)的?(?:请示|申请|报告|函)$")
_SAYS_REPLY = re.compile(r"(批复|答复|复函|回复|回函)$")
_ASKS = frozenset({"请示", "申请", "报告", "函", "意见"})
_BELOW = (
    (re.compile(r"(?:定稿|草稿|底稿)"), RelationKind.DRAFT_OF),
    (re.compile(r"(?:复印件|副本|抄件)"), RelationKind.COPY_OF),
    (re.compile(r"(?:译文|译本|英文版|外文版)"), RelationKind.TRANSLATION_OF),
    (re.compile(r"(?:附件|附表|附图)"), RelationKind.ATTACHMENT_OF),
)
LEAST_NUMBER = 4


def plain(text: str) -> str:
    """Return a text as compared: no space, no brackets or quotation marks, one form of width."""
    return re.sub(
        r"[\s《》〈〉“”\"'()（）〔〕\[\]【】,，.。:：;；、\-]", "", unicodedata.normalize("NFKC", text)
    ).lower()


def subject_of(title: str) -> tuple[str, bool | None]:
    """Return (what a title is about, whether it is a reply): "关于装修的批复" → ("装修", True); None where neither."""
    found = _TITLE.match(title.strip())
    if found is None:
        return "", None
    about, kind = plain(found.group(2)), found.group(3)
    # "关于对……请示的批复" names the request it answers.
    named = _REQUEST_IN_IT.match(about) if kind not in _ASKS else None
    return (named.group(1) if named else about), kind not in _ASKS


def proposals_for(papers: Iterable[Headed]) -> list[Proposal]:
    """A8: return what numbers and titles speak for, each pair once, by entry: replies, and rows below a main paper."""
    ordered = sorted(papers, key=lambda paper: (paper.entry, paper.key))
    found: dict[tuple[int, int], Proposal] = {}
    for proposal in (*_by_number(ordered), *_by_title(ordered)):
        found.setdefault((proposal.tie.item, proposal.tie.other), proposal)
    return list(found.values())


def _by_title(papers: list[Headed]) -> Iterable[Proposal]:
    asked: dict[str, list[Headed]] = defaultdict(list)
    for paper in papers:
        subject, replies = subject_of(paper.title)
        if subject and replies is False:
            asked[subject].append(paper)
    for paper in papers:
        subject, replies = subject_of(paper.title)
        if replies:
            for request in asked.get(subject, ()):
                if not paper.day or not request.day or request.day <= paper.day:
                    yield Proposal(Tie(paper.key, RelationKind.REPLIES_TO, request.key), Ground.TITLES)


def _by_number(papers: list[Headed]) -> Iterable[Proposal]:
    bearers: dict[str, list[Headed]] = defaultdict(list)
    for paper in papers:
        number = plain(paper.issue_number)
        if len(number) >= LEAST_NUMBER:
            bearers[number].append(paper)
    for same in bearers.values():
        main = next((paper for paper in same if _kind_below(paper) is None), same[0])
        for paper in same:
            kind = _kind_below(paper)
            if paper is not main and kind is not None:
                yield Proposal(Tie(paper.key, kind, main.key), Ground.SAME_NUMBER)
    for paper in papers:
        text = plain(paper.text)
        if text and _SAYS_REPLY.search(paper.title.strip()):
            for number, same in bearers.items():
                if number in text and plain(paper.issue_number) != number:
                    yield Proposal(Tie(paper.key, RelationKind.REPLIES_TO, same[0].key), Ground.NUMBER_IN_TEXT)


def _kind_below(paper: Headed) -> RelationKind | None:
    return next((kind for words, kind in _BELOW if words.search(paper.title)), None)
