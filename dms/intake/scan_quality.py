"""The policy of scan quality (A17; DA/T 31 for digitising paper): turns measures into findings. Values only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from dms.core.refusals import Allowed, Answer, Denied

from .files.pages import Measures

SIDES = ("top", "right", "bottom", "left")
_ANOTHER_SIZE = 0.12  # further from its neighbours than trimming and careless laying-in
_FEWEST_SIDES = 4
_ENOUGH_INK = 20  # ten-thousandths; a few specks are no faint writing


class Fault(StrEnum):
    """What can be wrong with a scanned page; the last ones only people see."""

    LOW_DPI = "low_dpi"
    LEAN = "lean"
    CUT = "cut"
    DARK = "dark"
    FAINT = "faint"
    RIM = "rim"
    UNSURE = "unsure"
    UNREADABLE = "unreadable"
    BACK = "back"
    SIZE = "size"
    BLANK = "blank"
    BLURRED = "blurred"
    FOLDED = "folded"
    INCOMPLETE = "incomplete"
    OTHER = "other"


# Worth knowing, no reason to look: an empty back and a smaller slip are quite in order.
NOTES = frozenset({Fault.SIZE, Fault.BLANK})
# What a person may give as the reason for a rescan, in the order of the keys 1 to 9.
REASONS = (
    Fault.LEAN,
    Fault.CUT,
    Fault.DARK,
    Fault.FAINT,
    Fault.BLURRED,
    Fault.FOLDED,
    Fault.INCOMPLETE,
    Fault.LOW_DPI,
    Fault.OTHER,
)


# By how an engine's name begins; names go on with version and models.
SURE_FROM = {"tesseract": 75}
SURE_FROM_ELSE = 90


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """From where on a measure is a finding. `most_lean`: tenths of a degree; greys 0 … 255; shares as in Measures."""

    least_dpi: int = 200
    most_lean: int = 15
    least_paper: int = 150
    least_contrast: int = 75
    most_cut: int = 30
    most_rim: int = 40
    least_confidence: int = 75  # whoever read the page; 0: by the engine that did


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of one page: its image's dpi, turn and measures (None: not measured), and how it was read."""

    dpi: int | None
    turn: int = 0
    measures: Measures | None = None
    state: str = "recognised"
    confidence: int | None = None
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a page. `figures` fill the sentence."""

    fault: Fault
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_note(self) -> bool:
        """Return whether it is only worth knowing, and nobody has to look."""
        return self.fault in NOTES

    def __str__(self) -> str:
        return words_of(self.fault, self.figures)


def least_confidence(engine: str) -> int:
    """Return the confidence (percent) that the engine `engine` reaches on good pages: below it, text is doubtful.

    RapidOCR is surer of itself: its good pages reach 97, hardly legible ones 85; Tesseract's good ones 80.
    """
    return next((least for name, least in SURE_FROM.items() if engine.startswith(name)), SURE_FROM_ELSE)


def findings_of(page: PageFacts, limits: ScanLimits) -> list[Finding]:
    """A17: return what the numbers of one page say against it, the weightiest first."""
    found: list[Finding] = []
    if page.measures is not None:
        if page.dpi is not None and page.dpi < limits.least_dpi:
            found.append(Finding(Fault.LOW_DPI, {"dpi": page.dpi, "least": limits.least_dpi}))
        found += _of_measures(page.measures, page.turn, limits)
    if page.state == "failed":
        found.append(Finding(Fault.UNREADABLE))
    elif page.state == "recognised" and page.confidence is not None:
        if page.confidence < (limits.least_confidence or least_confidence(page.engine)):
            found.append(Finding(Fault.UNSURE, {"confidence": page.confidence}))
    elif page.state == "blank":
        found.append(Finding(Fault.BLANK))
    return found


def _of_measures(seen: Measures, turn: int, limits: ScanLimits) -> list[Finding]:
    found = []
    if seen.lean is not None and abs(seen.lean) > limits.most_lean:
        found.append(Finding(Fault.LEAN, {"degrees": f"{abs(seen.lean) / 10:.1f}"}))
    if sides := cut_sides(seen, turn, limits.most_cut):
        found.append(Finding(Fault.CUT, {"sides": sides}))
    if seen.paper < limits.least_paper:
        found.append(Finding(Fault.DARK))
    elif seen.ink is not None and seen.ink_share >= _ENOUGH_INK and seen.paper - seen.ink < limits.least_contrast:
        found.append(Finding(Fault.FAINT))
    if seen.rim_share > limits.most_rim:
        found.append(Finding(Fault.RIM, {"percent": round(seen.rim_share / 10)}))
    return found


def cut_sides(seen: Measures, turn: int, most: int) -> tuple[str, ...]:
    """Return the edges at which writing is cut off, named as the page stands after its turn (degrees clockwise)."""
    shares = (seen.cut_top, seen.cut_right, seen.cut_bottom, seen.cut_left)
    cut = {(number + turn // 90) % 4 for number, share in enumerate(shares) if share > most}
    return tuple(SIDES[number] for number in sorted(cut))


def odd_sizes(sizes: Sequence[tuple[float, float]]) -> list[bool]:
    """Return for each page of an item whether its paper has another size than most (inches; lying or standing)."""
    if len(sizes) < 3:
        return [False] * len(sizes)
    short = median(min(size) for size in sizes)
    long = median(max(size) for size in sizes)
    return [
        abs(min(size) - short) > _ANOTHER_SIZE * short or abs(max(size) - long) > _ANOTHER_SIZE * long for size in sizes
    ]


def back_may_be_missing(blanks: Sequence[bool]) -> bool:
    """A10: return whether sheets seem to have been scanned on both sides, and there is an odd number of sides.

    Both sides were scanned where at least every fourth back is blank and no front is.
    """
    fronts, backs = blanks[::2], blanks[1::2]
    if len(blanks) < _FEWEST_SIDES or len(blanks) % 2 == 0:
        return False
    return not any(fronts) and 4 * sum(backs) >= len(backs) and any(backs)


def sample_size(pages: int, percent: int) -> int:
    """DA/T 31: return how many of `pages` are drawn by lot at `percent`, one at least where there is any."""
    return min(pages, ceil(pages * percent / 100))


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """How far the check of a batch has come: pages not looked at, to be rescanned, and still to be drawn."""

    drawn: bool
    unseen: int = 0
    to_rescan: int = 0
    too_few: int = 0


def may_file_checked(sheet: SheetFacts, *, required: bool, because: str) -> Answer:
    """A17: a batch is filed when what was found is mended; with `required`, only after the check of its sample.

    `because` (not empty) files it all the same.
    """
    if because.strip():
        return Allowed()
    if sheet.to_rescan:
        return Denied(
            _("Pages still to be rescanned: %(count)s.") % {"count": sheet.to_rescan},
            _("Rescan them, or file the batch with a reason."),
            code="to_rescan",
        )
    if not required:
        return Allowed()
    if not sheet.drawn or sheet.too_few:
        return Denied(
            _("The scans of this batch were not checked."),
            _("Draw a sample and look at it, or file the batch with a reason."),
            code="unchecked",
        )
    if sheet.unseen:
        return Denied(
            _("Pages of the sample that nobody has looked at: %(count)s.") % {"count": sheet.unseen},
            _("Look at them, or file the batch with a reason."),
            code="unchecked",
        )
    return Allowed()


_SIDE_WORDS = {
    "top": _("at the top"),
    "right": _("on the right"),
    "bottom": _("at the bottom"),
    "left": _("on the left"),
}


_NAMES = {
    Fault.LOW_DPI: _("too coarse"),
    Fault.LEAN: _("askew"),
    Fault.CUT: _("cut off"),
    Fault.DARK: _("too dark"),
    Fault.FAINT: _("too faint"),
    Fault.RIM: _("black rims"),
    Fault.UNSURE: _("badly read"),
    Fault.UNREADABLE: _("not read"),
    Fault.BACK: _("back missing?"),
    Fault.SIZE: _("other size"),
    Fault.BLANK: _("blank"),
    Fault.BLURRED: _("blurred"),
    Fault.FOLDED: _("folded or covered"),
    Fault.INCOMPLETE: _("not complete"),
    Fault.OTHER: _("something else"),
}
_SENTENCES = {
    Fault.LOW_DPI: _("Scanned at %(dpi)s dpi; at least %(least)s are asked for."),
    Fault.LEAN: _("Askew by %(degrees)s°."),
    Fault.CUT: _("Writing is cut off %(sides)s."),
    Fault.DARK: _("Too dark."),
    Fault.FAINT: _("Too faint: little contrast."),
    Fault.RIM: _("Black rims on %(percent)s %% of the area."),
    Fault.UNSURE: _("Read with little certainty (%(confidence)s %%)."),
    Fault.UNREADABLE: _("Could not be read."),
    Fault.BACK: _("An odd number of sides: a back may be missing."),
    Fault.SIZE: _("Another paper size than its neighbours."),
    Fault.BLANK: _("Blank."),
}


def name_of(fault: str) -> str:
    """Return the short name of a fault, as on buttons and lists."""
    return str(_NAMES[Fault(fault)])


def words_of(fault: Fault, figures: Mapping[str, Any]) -> str:
    """Return the sentence of a finding in the reader's language."""
    sides: Iterable[str] = figures.get("sides", ())
    told = {**figures, "sides": pgettext("in a list", ", ").join(str(_SIDE_WORDS[side]) for side in sides)}
    return str(_SENTENCES[fault]) % told if fault in _SENTENCES else name_of(fault)
