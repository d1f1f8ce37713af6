"""An exclusive right has one holder, is renewed by them alone, and falls to the next when its time runs out."""

from datetime import UTC, datetime, timedelta

import pytest

from dms.core import clock, once_only

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_first_gets_it_and_keeps_it_while_they_renew() -> None:
    for minute in range(5):
        with clock.at(NOW + timedelta(minutes=minute)):
            assert once_only.take("scheduler", holder="a", seconds=90)
            assert not once_only.take("scheduler", holder="b", seconds=90)


def test_it_falls_to_the_next_when_its_time_has_run_out() -> None:
    with clock.at(NOW):
        assert once_only.take("scheduler", holder="a", seconds=60)
    with clock.at(NOW + timedelta(seconds=61)):
        assert once_only.take("scheduler", holder="b", seconds=60)
        assert not once_only.take("scheduler", holder="a", seconds=60)


def test_given_back_it_is_free_at_once_but_only_its_holder_can_give_it_back() -> None:
    assert once_only.take("scheduler", holder="a", seconds=60)
    once_only.give_back("scheduler", holder="b")
    assert not once_only.take("scheduler", holder="b", seconds=60)
    once_only.give_back("scheduler", holder="a")
    assert once_only.take("scheduler", holder="b", seconds=60)


def test_who_died_with_it_under_a_clock_that_was_ahead_keeps_it_no_longer() -> None:
    with clock.at(NOW + timedelta(days=400)):
        assert once_only.take("scheduler", holder="a", seconds=60)
    with clock.at(NOW):
        assert once_only.take("scheduler", holder="b", seconds=60)
        assert not once_only.take("scheduler", holder="a", seconds=60)
