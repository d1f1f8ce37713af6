"""Kill -9 at every write of a batch's life: nothing is lost, nothing comes twice, nothing is left behind."""

import random

import pytest

from .deeds import DEEDS, Deed, put_in_order
from .findings import inspect_later
from .houses import House
from .points import Mode

pytestmark = pytest.mark.django_db(transaction=True)

SHARES = 8  # the long matrix of a deed is cut in so many tests, so that processes can share it
SAMPLE = 4  # of each deed, in every run of the suite
SEED = 20261124


def ended_well(house: House, deed: Deed) -> dict:
    """Do the deed undisturbed, put in order, and return what is found."""
    return _finished(house, deed.act)


def put_right(house: House, deed: Deed) -> dict:
    """Have the deed repeated where people do, put in order, and return what is found."""
    return _finished(house, *([deed.act] if deed.again else []))


def _finished(house: House, *acts) -> dict:
    def finish() -> dict:
        for act in (*acts, put_in_order):
            act()
        return inspect_later()

    ended = house.do(finish)
    assert not ended.trace, ended.trace
    return ended.result


def differences(expected: dict, found: dict) -> dict:
    """Return what is not as it should be."""
    return {name: (expected[name], found[name]) for name in expected if expected[name] != found[name]}


def try_points(stage, tmp_path, name: str, mode: Mode, chosen) -> dict:
    """Try the deed's fault points that `chosen(all numbers)` picks; return what is wrong, by point."""
    deed, base = DEEDS[name], stage(name)
    undisturbed = base.copied_to(tmp_path / "undisturbed")
    points = undisturbed.do(deed.act).points
    expected = _finished(undisturbed)
    undisturbed.remove()
    wrong = {}
    for at in chosen(range(1, len(points) + 1)):
        house = base.copied_to(tmp_path / f"point-{at}")
        ended = house.do(deed.act, mode=mode, at=at)
        found = put_right(house, deed)
        if mode == "kill" and not ended.killed:
            wrong[at, points[at - 1]] = "was not killed"
        elif unlike := differences(expected, found):
            wrong[at, points[at - 1]] = unlike
        house.remove()
    return wrong


def a_few(numbers: range) -> list[int]:
    return sorted(random.Random(SEED).sample(numbers, min(SAMPLE, len(numbers))))


@pytest.mark.rule("D4")
@pytest.mark.parametrize("name", DEEDS)
def test_a_process_killed_at_some_writes_loses_and_doubles_nothing(stage, tmp_path, name):
    assert try_points(stage, tmp_path, name, "kill", a_few) == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("name", DEEDS)
def test_a_process_killed_at_any_write_loses_and_doubles_nothing(stage, tmp_path, name, share):
    assert try_points(stage, tmp_path, name, "kill", lambda numbers: numbers[share::SHARES]) == {}
