"""From an image to its page text: gate, turn, straighten, clean, read, boxes back on the capture. Nothing is stored."""

from dataclasses import dataclass, replace

from PIL import Image, ImageOps

from . import preprocessing
from .engines.base import Engine
from .geometry import Placement, straightened, turned
from .page_text import Line, PageText
from .preprocessing import READING_DPI, Survey

_WORTH_STRAIGHTENING = 0.25  # degrees
_SHORT_SIDE = 8.27  # inches of A4, where the image does not say what it was scanned at


@dataclass(frozen=True, slots=True)
class _Upright:
    """A page on its way to the engine: grey, turned, in reading size."""

    image: Image.Image
    survey: Survey
    placement: Placement
    dpi: int


def recognise(image: Image.Image, engine: Engine, dpi: int | None = None) -> PageText:
    """Return what stands on `image` (EXIF obeyed, any mode), boxes in its own pixels; no lines where there is no ink.

    `dpi` is the resolution it was captured at, where known. Whatever the engine raises is let through.
    """
    dpi = resolution(image, dpi)
    grey = preprocessing.as_grey(image, dpi)
    survey = preprocessing.survey(grey, dpi)
    page = PageText(image.width, image.height, engine=engine.name)
    if not preprocessing.has_text(survey):
        return page
    turn = _probable_turn(grey, survey, engine, dpi)
    lines = _read(_upright(grey, survey, turn, dpi), engine)
    if _confidence(lines) < engine.sure:
        better = _most_readable(grey, survey, engine, dpi, (turn, (turn + 180) % 360))
        if better != turn:
            turn, lines = better, _read(_upright(grey, survey, better, dpi), engine)
        if preprocessing.is_pale(survey) and _confidence(lines) < engine.sure:
            return page  # the back of the sheet, seen through it: faint writing is read more surely
    # Asked only now: an engine that hands a page on to another one says so by its name.
    return replace(page, turn=turn, lines=lines, engine=engine.name)


def resolution(image: Image.Image, dpi: int | None = None) -> int:
    """Return the dots per inch to reckon with: as told, as the image says, or as if it were an A4 sheet.

    What would make a sheet smaller than a card or larger than a plan is not believed: cameras write 72 into everything.
    """
    short = min(image.size)
    for told in (dpi, image.info.get("dpi", (0,))[0]):
        if told and 1.5 <= short / float(told) <= 25:
            return round(float(told))
    return max(50, round(short / _SHORT_SIDE))


def _probable_turn(grey: Image.Image, survey: Survey, engine: Engine, dpi: int) -> int:
    """Turn by what is seen from afar; a few lines are read both ways only where that leaves a doubt."""
    if preprocessing.lies_sideways(survey):
        return _most_readable(grey, survey, engine, dpi, (90, 270))
    if preprocessing.may_stand_on_its_head(survey):
        return _most_readable(grey, survey, engine, dpi, (0, 180))
    return 0


def _most_readable(grey: Image.Image, survey: Survey, engine: Engine, dpi: int, turns: tuple[int, ...]) -> int:
    """Read a few lines turned each way in `turns`; return the turn the engine is surest of, the first on a tie."""
    found = {turn: _evidence(engine.read(_few_lines(grey, survey, turn, dpi), READING_DPI)) for turn in turns}
    return max(turns, key=lambda turn: found[turn])


def _few_lines(grey: Image.Image, survey: Survey, turn: int, dpi: int) -> Image.Image:
    """The densest three inches by two thirds of one, turned by `turn`, framed in white and ready to read."""
    along, across = 3 * preprocessing.SURVEY_DPI, 2 * preprocessing.SURVEY_DPI // 3
    size = (along, across) if turn in (0, 180) else (across, along)
    box = preprocessing.densest_part(survey, *size)
    height, width = survey.light.shape
    x, y = grey.width / width, grey.height / height
    part = grey.crop((int(box[0] * x), int(box[1] * y), int(box[2] * x), int(box[3] * y)))
    part = ImageOps.autocontrast(turned(_in_reading_size(part, dpi), turn), cutoff=2)
    return ImageOps.expand(part, border=20, fill=255)


def _upright(grey: Image.Image, survey: Survey, turn: int, dpi: int) -> _Upright:
    """Turn, scale to reading size, make the paper even and the lines level."""
    survey = survey.turned(turn)
    scale = _scale(dpi)
    placement = Placement(grey.width, grey.height, turn, scale)
    image = preprocessing.even_out(turned(_in_reading_size(grey, dpi), turn), survey)
    if abs(survey.lean) >= _WORTH_STRAIGHTENING:
        image, placement = straightened(image, placement, survey.lean)
    return _Upright(image, survey, placement, round(dpi * scale))


def _in_reading_size(image: Image.Image, dpi: int) -> Image.Image:
    scale = _scale(dpi)
    if scale == 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)


def _scale(dpi: int) -> float:
    """Reading size: finer scans cost the engine time and tell it nothing, coarse ones it reads badly."""
    if dpi > 1.15 * READING_DPI or dpi < 0.75 * READING_DPI:
        return min(2.5, READING_DPI / dpi)
    return 1.0


def _read(page: _Upright, engine: Engine) -> tuple[Line, ...]:
    found = (page.placement.line(line) for line in engine.read(page.image, page.dpi))
    return tuple(line for line in found if line is not None)


def _evidence(lines: tuple[Line, ...]) -> int:
    """How much was read, and how surely: upside down an engine finds little, or much that it is not sure of."""
    return sum(len(word.chars) * word.confidence**2 for line in lines for word in line.words)


def _confidence(lines: tuple[Line, ...]) -> int:
    return PageText(0, 0, lines=lines).confidence or 0
