"""Small values are sealed for columns and found again by keyed hash only."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dms.vault import sealing, services
from dms.vault.errors import Damaged, Destroyed
from dms.vault.models import Fault

pytestmark = pytest.mark.usefixtures("places")


@pytest.mark.rule("D1")
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_text_comes_back_and_never_stands_in_the_sealed_value(text):
    key_id = services.create_key()
    blob = services.seal_text(text, key_id)
    assert services.unseal_text(blob, key_id) == text
    assert services.unseal_text(memoryview(blob), key_id) == text
    assert len(text) < 4 or text.encode() not in blob


def test_the_same_text_is_sealed_differently_each_time():
    key_id = services.create_key()
    assert services.seal_text("310101199001011234", key_id) != services.seal_text("310101199001011234", key_id)


@pytest.mark.rule("E6")
def test_a_destroyed_key_opens_and_seals_nothing_any_more():
    key_id, other = services.create_key(), services.create_key()
    blob, kept = services.seal_text("张三", key_id), services.seal_text("李四", other)
    services.destroy_key(key_id, "register 7")
    services.destroy_key(key_id, "register 7")
    with pytest.raises(Destroyed):
        services.unseal_text(blob, key_id)
    with pytest.raises(Destroyed):
        services.seal_text("张三", key_id)
    assert services.unseal_text(kept, other) == "李四"


def test_another_key_opens_nothing():
    key_id, other = services.create_key(), services.create_key()
    with pytest.raises(Damaged) as refused:
        services.unseal_text(services.seal_text("张三", key_id), other)
    assert refused.value.fault == Fault.UNDECRYPTABLE


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"\x02" + b[1:], lambda b: b""])
def test_a_changed_value_is_refused_without_its_content(change):
    key_id = services.create_key()
    with pytest.raises(Damaged) as refused:
        services.unseal_text(change(services.seal_text("张三", key_id)), key_id)
    assert refused.value.fault == Fault.UNDECRYPTABLE
    assert "张三" not in str(refused.value)


def test_an_unknown_key_is_named_missing():
    with pytest.raises(Damaged) as refused:
        services.unseal_text(b"\x01", uuid4())
    assert refused.value.fault == Fault.MISSING_KEY


def test_remembers_a_bounded_number_of_unwrapped_keys(monkeypatch):
    monkeypatch.setattr(sealing, "REMEMBERED", 3)
    keys = [services.create_key() for _ in range(5)]
    for key_id in keys:
        services.seal_text("x", key_id)
    assert len(sealing._unwrapped) == 3


def test_forgets_keys_after_a_while(monkeypatch):
    monkeypatch.setattr(sealing, "SECONDS", -1)
    services.seal_text("x", services.create_key())
    assert len(sealing._unwrapped) == 0


@pytest.mark.rule("D1")
def test_equal_values_have_equal_hashes_within_a_field_and_fonds_only():
    first = services.blind_index("310101199001011234", "fonds 1 id number")
    assert len(first) == 64
    assert first == services.blind_index("310101199001011234", "fonds 1 id number")
    assert first != services.blind_index("310101199001011234", "fonds 2 id number")
    assert first != services.blind_index("310101199001011235", "fonds 1 id number")
