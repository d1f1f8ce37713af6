"""Bad files are refused by what they are, in words; nothing takes the bench or the worker down."""

import io
import os
import signal
import unicodedata

import psutil
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.intake.files.bench import Bench
from dms.intake.files.kinds import Kind
from dms.intake.files.limits import Limits
from dms.intake.files.names import UNWANTED, clean_file_name, title_of
from dms.intake.files.refused import FileRefused
from dms.intake.files.sniffing import misnamed, sniff
from dms.intake.files.words import REFUSALS, words_for
from tests.factories import jpeg_of, paper

from ..foreign import bad_files, marked, saved, scan_pdf, text_pdf, tiff_of

BAD = bad_files()


@pytest.fixture(scope="module")
def bench():
    with Bench(Limits(seconds=60)) as bench:
        yield bench


def taken_in(bench: Bench, tmp_path, data: bytes, name: str) -> int:
    """Return the number of pages that came out; raise FileRefused."""
    path = tmp_path / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        pages = bench.open(file, name).pages
        for index in range(pages):
            bench.page(index)
    return pages


@pytest.mark.parametrize("name", BAD)
def test_refuses_the_bad_file_and_goes_on_with_the_next(name, bench, tmp_path):
    data, code = BAD[name]
    with pytest.raises(FileRefused) as refused:
        taken_in(bench, tmp_path, data, name)
    expected = {"truncated", "truncated_page"} if code == "truncated" else {code}
    assert refused.value.code in expected
    assert taken_in(bench, tmp_path, jpeg_of(paper("好")), "好.jpg") == 1


@pytest.mark.parametrize("name", BAD)
def test_says_what_it_is_and_what_to_do(name):
    code = BAD[name][1]
    facts = {"limit": 3, "width": 1, "height": 1, "page": 1, "pages": 2}
    with translation.override("en"):
        message, remedy = words_for(code, facts)
    assert message.endswith(".")
    assert remedy.endswith(".")
    assert "%" not in message + remedy


def test_every_code_that_is_raised_has_words():
    import re
    from pathlib import Path

    import dms.intake.files as room

    source = "".join(path.read_text() for path in Path(room.__file__).parent.glob("*.py"))
    raised = set(re.findall(r'FileRefused\("(\w+)"', source)) | {"empty", "too_slow"}
    assert raised <= set(REFUSALS)


def test_the_content_decides_and_not_the_name():
    good = {Kind.PDF: text_pdf(), Kind.JPEG: jpeg_of(paper("一")), Kind.PNG: saved(marked(), "PNG"),
            Kind.WEBP: saved(marked(), "WEBP"), Kind.BMP: saved(marked(), "BMP"), Kind.TIFF: tiff_of([marked()])}  # fmt: skip
    for kind, data in good.items():
        assert sniff(io.BytesIO(data), "x.docx") is kind
        assert misnamed(kind, "x.docx")
        assert not misnamed(kind, f"x.{kind.value.upper()}")
        assert not misnamed(kind, "ohne Endung")


def test_a_pdf_with_padding_behind_its_end_is_whole():
    assert sniff(io.BytesIO(text_pdf() + b"\0" * 5000), "a.pdf") is Kind.PDF


class TestNames:
    def test_control_and_direction_characters_and_paths_are_gone(self):
        assert clean_file_name("../../etc/合\x00同\x1b[31m\u202egpj.exe.pdf") == "合同[31mgpj.exe.pdf"
        assert clean_file_name("C:\\scans\\a\tb\nc.tif") == "a b c.tif"

    def test_names_are_composed(self):
        assert clean_file_name("e\u0301.pdf") == "é.pdf"

    def test_a_300_byte_name_keeps_its_ending(self):
        name = clean_file_name("档" * 100 + ".tiff")
        assert len(name.encode()) <= 200
        assert name.endswith("档.tiff")

    def test_nothing_left_is_called_unnamed(self):
        assert clean_file_name("\u200b\u202e") == "unnamed"
        assert clean_file_name(".pdf") == "unnamed.pdf"

    @given(st.text(max_size=400))
    @settings(max_examples=150, deadline=None)
    def test_any_name_is_short_clean_and_stays_as_it_is_when_cleaned_again(self, name):
        clean = clean_file_name(name)
        assert 0 < len(clean.encode()) <= 200
        assert not {unicodedata.category(char) for char in clean} & UNWANTED
        assert "/" not in clean
        assert clean_file_name(clean) == clean
        assert title_of(clean)


class TestTheBench:
    def test_a_killed_bench_is_replaced_and_the_page_comes(self, tmp_path):
        path = tmp_path / "a.pdf"
        path.write_bytes(scan_pdf(["一", "二"]))
        with Bench() as bench, path.open("rb") as file:
            assert bench.open(file, "a.pdf").pages == 2
            first = bench.pid
            os.kill(first, signal.SIGKILL)
            assert bench.page(1).master == jpeg_of(paper("二"))
            assert bench.pid != first

    def test_a_file_that_takes_too_long_is_refused(self, tmp_path):
        path = tmp_path / "a.pdf"
        path.write_bytes(scan_pdf())
        with Bench(Limits(seconds=30)) as bench, path.open("rb") as file:
            bench.open(file, "a.pdf")
            os.kill(bench.pid, signal.SIGSTOP)
            bench._limits = Limits(seconds=1)
            with pytest.raises(FileRefused) as refused:
                bench.page(0)
            assert refused.value.code == "too_slow"

    def test_a_file_that_wants_too_much_memory_is_refused_and_the_next_one_taken(self, tmp_path):
        large = saved(marked("RGB", (9000, 12_000)), "PNG")
        with Bench(Limits(memory_bytes=400 << 20)) as bench:
            with pytest.raises(FileRefused):
                taken_in(bench, tmp_path, large, "a.png")
            assert taken_in(bench, tmp_path, jpeg_of(paper("好")), "b.jpg") == 1

    def test_nothing_of_our_secrets_goes_along(self, tmp_path, monkeypatch):
        monkeypatch.setenv("JUANZONG_MASTER_KEY", "secret")
        path = tmp_path / "a.jpg"
        path.write_bytes(jpeg_of(paper("一")))
        with Bench() as bench, path.open("rb") as file:
            bench.open(file, "a.jpg")
            surroundings = psutil.Process(bench.pid).environ()
        assert not [name for name in surroundings if name.startswith("JUANZONG")]


GOOD = [text_pdf(), scan_pdf(), tiff_of([marked("1")] * 2, compression="group4"), tiff_of([marked()], compression="jpeg"),
        saved(marked(), "PNG"), saved(marked(), "WEBP"), saved(marked(), "BMP"), saved(marked(), "JPEG")]  # fmt: skip


@given(
    st.integers(0, len(GOOD) - 1),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    st.floats(0.2, 1),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_ends_in_pages_or_in_a_refusal(bench, tmp_path, which, changes, kept):
    data = bytearray(GOOD[which])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    try:
        outcome = "pages" if taken_in(bench, tmp_path, bytes(data[: int(len(data) * kept) or 1]), "x") else "nothing"
    except FileRefused as refused:
        outcome = refused.code
    assert outcome in {"pages", *REFUSALS}
