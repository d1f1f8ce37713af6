"""Counts by the minute: any number of processes add to them, rates are read from them, old ones go."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from dms.core import clock, tally
from dms.core.models import WorkDone
from dms.core.tally import KEPT, Rate, Tally, forget_old, rates

pytestmark = pytest.mark.django_db


def ago(**distance: float) -> object:
    return clock.at(clock.now() - timedelta(**distance))


def done(step: str, count: int) -> None:
    one = Tally()
    one.add(step, count)
    one.write_down()


def test_processes_add_to_the_same_minute():
    with clock.at(clock.now()):
        for count in (3, 4):
            done("ocr.recognise", count)
    assert WorkDone.objects.get().count == 7


def test_what_was_written_down_is_not_written_again():
    one = Tally()
    one.add("ocr.recognise", 2)
    one.write_down()
    one.write_down()
    assert WorkDone.objects.get().count == 2


def test_what_the_database_refused_is_written_the_next_time(monkeypatch):
    one, real = Tally(), tally._add

    def locked(*values):
        raise DatabaseError("database is locked")

    one.add("ocr.recognise", 2)
    monkeypatch.setattr(tally, "_add", locked)
    with pytest.raises(DatabaseError):
        one.write_down()
    monkeypatch.setattr(tally, "_add", real)
    one.add("ocr.recognise", 1)
    one.write_down()
    assert sum(WorkDone.objects.values_list("count", flat=True)) == 3


def test_rates_tell_the_last_minutes_from_the_last_hour(django_assert_num_queries):
    for minutes, count in ((1, 10), (30, 20), (90, 40)):
        with ago(minutes=minutes):
            done("ocr.recognise", count)
    with ago(minutes=20):
        done("search.index", 6)
    with django_assert_num_queries(1):
        found = rates()
    assert found == {"ocr.recognise": Rate(10, 30), "search.index": Rate(0, 6)}


@pytest.mark.parametrize(
    ("rate", "waiting", "seconds"),
    [(Rate(10, 30), 4, 120), (Rate(0, 60), 4, 240), (Rate(0, 0), 4, None), (Rate(10, 30), 0, None)],
)
def test_time_left_follows_the_present_rate(rate, waiting, seconds):
    assert rate.seconds_for(waiting) == seconds


def test_old_counts_go():
    with ago(hours=KEPT / timedelta(hours=1) + 1):
        done("ocr.recognise", 1)
    done("ocr.recognise", 1)
    forget_old()
    assert WorkDone.objects.count() == 1
