"""Houses at every stage of a batch's life, laid out once for each process of the tests and copied for each fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .deeds import DEEDS, found_a_house
from .houses import House


@pytest.fixture(scope="session")
def stage(tmp_path_factory, django_db_setup, django_db_blocker) -> Callable[[str], House]:
    """A function that returns the house in which a deed is tried, with all that comes before the deed done."""
    laid_out: dict[tuple[object, ...], House] = {}
    root = tmp_path_factory.mktemp("houses")

    def founded() -> House:
        house = House.new(root / "founded")
        _succeed(house, found_a_house)
        return house

    def at(deed: str) -> House:
        house = laid_out.get(()) or laid_out.setdefault((), founded())
        for number in range(1, len(DEEDS[deed].after) + 1):
            acts = DEEDS[deed].after[:number]
            if acts not in laid_out:
                laid_out[acts] = house.copied_to(root / f"stage-{len(laid_out)}")
                _succeed(laid_out[acts], acts[-1])
            house = laid_out[acts]
        return house

    with django_db_blocker.unblock():
        yield at
        for house in laid_out.values():
            house.remove()


def _succeed(house: House, act: Callable[[], object]) -> None:
    ended = house.do(act)
    assert not ended.killed and not ended.trace, ended.trace


@pytest.fixture
def a_copy(tmp_path: Path) -> Callable[[House], House]:
    """A function that copies a house for one fault."""
    count = 0

    def copied(house: House) -> House:
        nonlocal count
        count += 1
        return house.copied_to(tmp_path / f"house-{count}")

    return copied
