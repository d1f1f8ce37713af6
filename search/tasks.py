"""The worker's step: brings a small batch of new or changed texts into the index; decides nothing."""

from dms.core.work import Step

from .indexing import count_stale, index_next


def step() -> Step:
    """Return the step for the registry of work; it comes after recognition on a page's way."""
    return Step(name="search.index", order=30, draw_and_do=index_next, waiting=_waiting)


def _waiting() -> dict[str, int]:
    return {"waiting": count_stale()}
