"""The engines that read page images, by name. No page, turning or storage here.

A new one: a module here with a class like `base.Engine`, and a line in `_ENGINES`.
"""

from importlib import import_module

from .base import Engine, EngineMissing

_ENGINES = {
    "auto": "ocr.engines.auto:Auto",
    "rapidocr": "ocr.engines.rapidocr:RapidOcr",
    "tesseract": "ocr.engines.tesseract:Tesseract",
}


def names() -> list[str]:
    """Return the names an installation may choose from (setting OCR_ENGINE)."""
    return sorted(_ENGINES)


def engine(name: str) -> Engine:
    """Return the engine called `name`, ready to read; "package.module:Class" names one that is not ours.

    Raises `EngineMissing` where there is none of that name.
    """
    module, colon, attribute = _ENGINES.get(name, name).partition(":")
    if not colon:
        raise EngineMissing(f"there is no recognition engine called {name!r}; known: {', '.join(names())}")
    try:
        room = import_module(module)
    except ModuleNotFoundError as error:
        raise EngineMissing(f"the recognition engine {name!r} needs {error.name}, which is not installed") from error
    made: Engine = getattr(room, attribute)()
    return made
