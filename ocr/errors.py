"""What can go wrong while a page is read, as types. Nothing is translated and nothing of the page is quoted here.

`words` is a msgid without values: it is kept with the page and translated where it is shown.
"""

from typing import ClassVar


def _(msgid: str) -> str:
    """Mark a msgid for the catalogue; the process that reads pages knows no settings, so nothing is translated here."""
    return msgid


class RecognitionFailed(Exception):
    """A page could not be read. Carries no word of the page."""

    words: ClassVar[str] = _("The page could not be read; the reason is not known.")


class EngineTimedOut(RecognitionFailed):
    """Reading took longer than the limit; the engine was stopped."""

    words = _("Reading this page took too long and was stopped.")

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no text after {seconds} seconds")
        self.seconds = seconds


class EngineOutOfMemory(RecognitionFailed):
    """Reading would have taken more memory than the limit."""

    words = _("Reading this page needs more memory than it may have.")

    def __init__(self, megabytes: int) -> None:
        super().__init__(f"more than {megabytes} MB needed")
        self.megabytes = megabytes


class EngineCrashed(RecognitionFailed):
    """The engine, or the process around it, came to an unforeseen end; `how` is a type name or a signal, never text."""

    words = _("The recognition engine crashed on this page.")

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class EngineUnavailable(RecognitionFailed):
    """The engine named in the settings, or its models, are not installed: no page can be read."""

    words = _("The recognition engine is not installed.")


class ImageUnreadable(RecognitionFailed):
    """The capture's image cannot be opened."""

    words = _("The image of this page is damaged and cannot be opened.")
