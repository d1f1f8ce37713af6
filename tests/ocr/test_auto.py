"""The choice between engines: the better one, the other where it is missing or fails, and the text says which."""

import pytest
from PIL import Image

from ocr.engines import EngineMissing, engine
from ocr.engines.auto import Auto
from ocr.page_text import typed_line

from .engines_that_misbehave import Faulty, Greedless, Missing, name_of

PAGE = Image.new("L", (100, 100), 255)


class Reading:
    """Reads one word, whatever it is shown."""

    name = "reading 1"
    sure = 70

    def read(self, image, dpi):
        return (typed_line("物业", (1, 1, 60, 30)),)


def test_the_first_engine_reads_where_it_can():
    auto = Auto(name_of(Reading), name_of(Faulty))
    assert [line.text for line in auto.read(PAGE, 200)] == ["物业"]
    assert (auto.name, auto.sure) == ("reading 1", 70)


def test_a_missing_first_engine_is_replaced_and_the_name_says_so():
    auto = Auto(name_of(Missing), name_of(Reading))
    assert [line.text for line in auto.read(PAGE, 200)] == ["物业"]
    assert auto.name == f"reading 1, no {name_of(Missing)}"


def test_a_page_the_first_engine_fails_on_is_read_by_the_second_and_the_name_says_so():
    auto = Auto(name_of(Faulty), name_of(Reading))
    assert auto.name == "misbehaving"
    assert [line.text for line in auto.read(PAGE, 200)] == ["物业"]
    assert auto.name == f"reading 1, {name_of(Faulty)} failed"


def test_where_the_second_is_missing_too_the_first_one_s_error_is_told():
    with pytest.raises(RuntimeError):
        Auto(name_of(Faulty), name_of(Missing)).read(PAGE, 200)


def test_lack_of_memory_is_no_reason_to_try_the_second():
    with pytest.raises(MemoryError):
        Auto(name_of(Greedless), name_of(Reading)).read(PAGE, 200)


def test_without_any_engine_there_is_none():
    with pytest.raises(EngineMissing):
        Auto(name_of(Missing), name_of(Missing))


def test_an_engine_whose_library_is_not_installed_is_missing():
    with pytest.raises(EngineMissing, match="needs no_such_library"):
        engine("no_such_library:Engine")
