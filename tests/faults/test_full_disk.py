"""A full disk at every write of a batch's life: the fault is named, and with room again all ends as if nothing was."""

import pytest

from .deeds import DEEDS
from .test_kills import SHARES, a_few, try_points

pytestmark = pytest.mark.django_db(transaction=True)

# What the people and processes of these acts are told: the operating system's, SQLite's and our own words.
NAMED = ("No space left", "disk is full", "no room left", "cannot be reached")


@pytest.mark.rule("D4")
@pytest.mark.parametrize("name", DEEDS)
def test_a_disk_full_from_some_write_on_loses_and_doubles_nothing(stage, tmp_path, name):
    assert try_points(stage, tmp_path, name, "full", a_few) == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("name", DEEDS)
def test_a_disk_full_from_any_write_on_loses_and_doubles_nothing(stage, tmp_path, name, share):
    assert try_points(stage, tmp_path, name, "full", lambda numbers: numbers[share::SHARES]) == {}


@pytest.mark.usefixtures("in_english")
def test_a_full_disk_is_named_to_who_uploads(stage, a_copy):
    house = a_copy(stage("receive"))
    points = house.do(DEEDS["receive"].act).points
    for at in (number for number, name in enumerate(points, 1) if name in {"os.fsync", "os.rename"}):
        ended = a_copy(stage("receive")).do(DEEDS["receive"].act, mode="full", at=at)
        assert any(words in ended.trace for words in NAMED), ended.trace


def test_workers_on_a_full_disk_rest_and_say_which_step_fails(stage, a_copy):
    ended = a_copy(stage("work")).do(DEEDS["work"].act, mode="full", at=1)
    assert ended.trace == ""
    assert ended.result["gave_up"] and set(ended.result["failing"]) == {"intake.split"}
