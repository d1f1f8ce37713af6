"""The engine this installation runs. Rooms ask here and never make one themselves."""

from pathlib import Path

from django.conf import settings

from .embedded import EmbeddedEngine


def engine() -> EmbeddedEngine:
    """Return the engine over the files at settings.SEARCH_INDEX."""
    return EmbeddedEngine(Path(settings.SEARCH_INDEX))
