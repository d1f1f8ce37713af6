"""Numbers by rule: no gaps, no twins, patterns refused in words."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from dms.core.errors import Refusal
from dms.core.numbering import check_pattern, next_value, render, scope_of

pytestmark = pytest.mark.rule("A1")
VALUES = {"fonds": "F", "kind": "YZ", "department": "KF", "series": "S1", "year": 2026, "month": "03"}


def test_renders_tokens_and_pads_the_sequence():
    assert render("{kind}-{year}-{seq:4}", VALUES, 17) == "YZ-2026-0017"
    assert scope_of("{kind}-{year}-{seq:4}", VALUES) == "YZ-2026-#"


@pytest.mark.parametrize("pattern", ["{kind}", "{seq}{seq}", "{planet}-{seq}", "{seq}}", "{kind-{seq}"])
def test_refuses_patterns_that_cannot_number(pattern):
    with pytest.raises(Refusal):
        check_pattern(pattern)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_sequences_never_give_one_number(one, other):
    pattern = "{kind}-{year}-{seq:4}"
    assert (render(pattern, VALUES, one) == render(pattern, VALUES, other)) == (one == other)


@pytest.mark.django_db(transaction=True)
def test_ten_threads_take_ten_different_numbers_without_gaps():
    taken, lock = [], threading.Lock()

    def take():
        try:
            for _turn in range(5):
                with transaction.atomic():
                    number = next_value("test")
                with lock:
                    taken.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 51))


@pytest.mark.django_db(transaction=True)
def test_a_number_of_a_failed_transaction_is_free_again():
    with transaction.atomic():
        assert next_value("test") == 1
        transaction.set_rollback(True)
    with transaction.atomic():
        assert next_value("test") == 1
