"""What is hashed: the same bytes from memory and from the database, different bytes for different entries."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.core import clock
from dms.journal import canonical, services
from dms.journal.fields import canonical_json
from dms.journal.models import JournalEntry
from dms.journal.rows import raw_rows

MOMENTS = st.datetimes(
    datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])
)
WORDS = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
VALUES = st.tuples(
    MOMENTS, st.none() | st.integers(0, 2**62), WORDS, WORDS, WORDS, st.booleans(), WORDS, WORDS, WORDS,
    JSON.map(canonical_json), st.none() | st.binary(max_size=20), st.none() | st.uuids(), WORDS,
)  # fmt: skip
KEY = bytes(range(32))


@given(VALUES, VALUES)
def test_two_entries_read_alike_only_where_they_are_alike(one, other) -> None:
    same = (one[0].astimezone(UTC), *one[1:]) == (other[0].astimezone(UTC), *other[1:])
    assert (canonical.body(one) == canonical.body(other)) is same


@given(VALUES, st.integers(0, len(canonical.FIELDS) - 1), st.text(min_size=1, max_size=5))
def test_moving_text_from_one_field_to_its_neighbour_changes_the_bytes(values, place, extra) -> None:
    if not (isinstance(values[place], str) and place + 1 < len(values) and isinstance(values[place + 1], str)):
        return
    left, right = list(values), list(values)
    left[place], right[place + 1] = values[place] + extra, extra + values[place + 1]
    assert canonical.body(left) != canonical.body(right)


@given(VALUES)
def test_the_bytes_do_not_depend_on_the_time_zone_in_which_a_moment_is_written(values) -> None:
    elsewhere = (values[0].astimezone(timezone(timedelta(hours=-5))), *values[1:])
    assert canonical.body(elsewhere) == canonical.body(values)


@given(VALUES, st.integers(0, 2**32), st.binary(min_size=32, max_size=32))
def test_a_stamp_holds_only_under_its_key_and_for_its_text(values, number, other_key) -> None:
    text, nonce = canonical.body(values), f"{number:016x}"
    stamp = canonical.stamp_of(text, nonce, KEY)
    assert len(stamp) == 48
    assert canonical.stamp_of(text, nonce, KEY) == stamp
    assert canonical.stamp_of(text + " ", nonce, KEY) != stamp
    if other_key != KEY:
        assert canonical.stamp_of(text, nonce, other_key) != stamp


def test_the_format_is_the_one_that_journals_out_there_were_sealed_in() -> None:
    values = (
        datetime(2026, 11, 24, 8, 30, 0, 5, tzinfo=UTC), 7, "李四", "archivist", "page.read", False,
        "holdings.page", "k3j", "WY-2024-0001/3", '{"n":1}', b"\x01\xff",
        uuid.UUID("12345678123456781234567812345678"), "::1",
    )  # fmt: skip
    text = canonical.body(values)
    assert text == (
        '["juanzong journal 1","2026-11-24T08:30:00.000005+00:00",7,"\\u674e\\u56db","archivist","page.read",false,'
        '"holdings.page","k3j","WY-2024-0001/3","{\\"n\\":1}","01ff","12345678-1234-5678-1234-567812345678","::1"]'
    )
    stamp = canonical.stamp_of(text, "0" * 16, KEY)
    assert stamp == "000000000000000020f56ed40989a9e04166124cf5b5d89e"
    entry = canonical.entry_hash(3, text, stamp)
    assert entry == "7bf80bc214186ba3ce08fff82db73177133015f89382f3e0e79e699aed0ebecd"
    assert canonical.seal_hash(1, 3, entry, canonical.GENESIS, KEY) == (
        "e17813110ff05aff5cbe6654cf383769fbf01a2c6a7be95d14774d5cbffe1c9a"
    )


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moment=MOMENTS, facts=st.dictionaries(WORDS, JSON, max_size=4), label=WORDS, sealed=WORDS)
def test_what_the_database_gives_back_has_the_bytes_that_were_stamped(moment, facts, label, sealed) -> None:
    with clock.at(moment):
        entry = services.record("page.read", by=None, thing_label=label, facts=facts, sealed=sealed)
    (row,) = raw_rows(JournalEntry.objects.filter(pk=entry.pk))
    stamp, text = row[1], canonical.body(row[2:])
    assert canonical.stamp_of(text, stamp[:16], services.keys.stamp_key()) == stamp
    assert JournalEntry.objects.get(pk=entry.pk).facts == entry.facts
