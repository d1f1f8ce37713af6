"""What a ZIP holds: names in three ways of writing Chinese, order, what is left out, and what is made to do harm."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.intake.files.bench import Bench
from dms.intake.files.limits import MEGABYTE, Limits
from dms.intake.files.names import clean_path, title_of
from dms.intake.files.packed_names import RawName, is_outside, names_of, natural_order
from dms.intake.files.refused import FileRefused
from dms.intake.files.sniffing import is_zip
from tests.intake.foreign import DOCX, packed, raw_zip

LIMITS = Limits()


def opened(data: bytes, tmp_path: Path, limits: Limits = LIMITS):
    """Return (names, skipped, contents by name) as the bench tells them; a refused entry's content is its code."""
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with Bench(limits) as bench, path.open("rb") as stream:
        entries, skipped = bench.open_packed(stream)
        contents = {}
        for entry in entries:
            target = io.BytesIO()
            try:
                if entry.refused:
                    raise FileRefused(entry.refused)
                bench.unpack(entry, target)
                contents[entry.name] = target.getvalue()
            except FileRefused as refusal:
                contents[entry.name] = refusal.code
    return [entry.name for entry in entries], skipped, contents


def refused(data: bytes, tmp_path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(FileRefused) as error:
        opened(data, tmp_path, limits)
    return error.value.code


class TestNames:
    def test_a_chinese_windows_writes_gbk(self, tmp_path):
        data = raw_zip([("合同/租约.pdf".encode("gbk"), b"1"), ("收据.jpg".encode("gbk"), b"2")])
        assert opened(data, tmp_path)[2] == {"合同/租约.pdf": b"1", "收据.jpg": b"2"}

    def test_flagged_and_unflagged_utf8_are_read(self, tmp_path):
        flagged = packed({"身份证.jpg": b"1"})
        silent = raw_zip([("身份证.jpg".encode(), b"1")])
        assert opened(flagged, tmp_path)[0] == opened(silent, tmp_path)[0] == ["身份证.jpg"]

    def test_info_zips_unicode_field_goes_before_the_raw_name(self, tmp_path):
        raw = b"____.pdf"
        field = b"\1" + struct.pack("<I", zlib.crc32(raw)) + "房产证.pdf".encode()
        stale = b"\1" + struct.pack("<I", 7) + "另一个.pdf".encode()
        data = raw_zip([(raw, b"1", field), (b"plain.pdf", b"2", stale)])
        assert sorted(opened(data, tmp_path)[0]) == ["plain.pdf", "房产证.pdf"]

    def test_gbk_that_is_utf8_by_chance_is_still_chinese(self):
        by_chance = bytes([0xC4, 0xA3])  # 模 in GBK, ģ in UTF-8
        assert names_of([RawName(by_chance, False)]) == ["模"]

    def test_a_flag_that_lies_is_passed_over(self):
        assert names_of([RawName("合同".encode("gbk"), True)]) == ["合同"]

    def test_windows_folders_are_folders(self):
        assert names_of([RawName(b"a\\b.pdf", False)]) == ["a/b.pdf"]

    @given(st.text(alphabet="档案合同租约甲乙丙丁戊己庚辛ABC123", min_size=3, max_size=20))
    def test_every_chinese_word_comes_back_in_either_encoding(self, word):
        assert names_of([RawName(word.encode(), False)]) == [word]
        if len(word.encode("gbk")) > len(word) + 2:
            assert names_of([RawName(word.encode("gbk"), False)]) == [word]

    @pytest.mark.parametrize("name", ["../a.pdf", "/etc/a.pdf", "C:/a.pdf", "a/../../b.pdf", "a\0.pdf"])
    def test_names_that_lead_outside_are_known(self, name):
        assert is_outside(name)
        assert not is_outside("a..b/c.pdf")

    def test_two_stands_before_ten(self):
        names = ["10.jpg", "2.jpg", "卷1/10.jpg", "卷1/9.jpg", "卷1.jpg"]
        assert sorted(names, key=natural_order) == ["2.jpg", "10.jpg", "卷1/9.jpg", "卷1/10.jpg", "卷1.jpg"]

    def test_folders_stay_in_the_shown_name_and_in_the_title(self):
        assert clean_path("合同/2023/租约_一.pdf") == "合同/2023/租约_一.pdf"
        assert title_of("合同/2023/租约_一.pdf") == "合同 / 2023 / 租约 一"
        assert clean_path("../\u202ea/./b.pdf") == "a/b.pdf"

    def test_too_long_a_way_keeps_its_end(self):
        shown = clean_path("/".join(["很长的文件夹名字" * 5] * 5) + "/租约.pdf")
        assert len(shown.encode()) <= 200
        assert shown.endswith("/租约.pdf")


class TestWhatIsInside:
    def test_packed_by_the_systems_own_program(self, tmp_path):
        folder = tmp_path / "档案"
        (folder / "合同").mkdir(parents=True)
        (folder / "合同" / "一.txt").write_bytes(b"a" * 100_000)
        (folder / "二.txt").write_bytes(b"")
        assert shutil.which("zip"), "the tests need Debian's zip"
        subprocess.run(["zip", "-q", "-r", tmp_path / "y.zip", "档案"], cwd=tmp_path, check=True)
        _, skipped, contents = opened((tmp_path / "y.zip").read_bytes(), tmp_path)
        assert contents == {"档案/二.txt": b"", "档案/合同/一.txt": b"a" * 100_000}
        assert skipped == 0

    def test_what_computers_leave_about_is_passed_over_and_counted(self, tmp_path):
        litter = ["__MACOSX/._a.pdf", ".DS_Store", "x/Thumbs.db", "x/._b.pdf", "desktop.ini"]
        names, skipped, _ = opened(packed({"x/": b"", "x/a.pdf": b"1", **dict.fromkeys(litter, b"")}), tmp_path)
        assert (names, skipped) == (["x/a.pdf"], 5)

    def test_one_bad_entry_does_not_spoil_the_others(self, tmp_path):
        data = bytearray(packed({"a": b"first" * 99, "b": b"second" * 99, "c": b"third" * 99}, stored=True))
        data[data.index(b"second")] ^= 1
        assert opened(bytes(data), tmp_path)[2] == {"a": b"first" * 99, "b": "damaged", "c": b"third" * 99}

    def test_links_and_names_that_lead_outside_are_refused_one_by_one(self, tmp_path):
        link = zipfile.ZipInfo("link.pdf")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        data = packed({"../up.pdf": b"1", "/abs.pdf": b"2", "good.pdf": b"3"}, more=[(link, b"/etc/passwd")])
        assert opened(data, tmp_path)[2] == {
            "../up.pdf": "outside", "/abs.pdf": "outside", "good.pdf": b"3", "link.pdf": "link_inside",
        }  # fmt: skip

    def test_a_password_and_a_strange_packing_are_told_for_each_file(self, tmp_path):
        data = bytearray(packed({"a": b"1"}))
        place = data.index(b"PK\1\2")
        data[place + 8] |= 1
        assert opened(bytes(data), tmp_path)[2] == {"a": "encrypted_inside"}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("a", b"1" * 500)
        assert opened(out.getvalue(), tmp_path)[2] == {"a": "packed_strangely"}

    def test_sizes_beyond_32_bits_are_read(self, tmp_path):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            with archive.open("a", "w", force_zip64=True) as entry:
                entry.write(b"1" * 500)
        assert opened(out.getvalue(), tmp_path)[2] == {"a": b"1" * 500}

    def test_an_entry_larger_than_a_file_may_be_is_refused_alone(self, tmp_path):
        limits = Limits(entry_bytes=1 * MEGABYTE)
        data = packed({"big": b"x" * (MEGABYTE + 1), "small": b"y"})
        assert opened(data, tmp_path, limits)[2] == {"big": "too_large", "small": b"y"}


class TestHarm:
    def test_a_bomb_is_refused_before_a_byte_is_unpacked(self, tmp_path):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", bytes(160 * MEGABYTE))
        assert refused(out.getvalue(), tmp_path) == "bomb"

    def test_entries_that_share_their_bytes_are_refused(self, tmp_path):
        data = bytearray(packed({"a": b"1" * 50, "b": b"2" * 50}, stored=True))
        second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
        data[second + 42 : second + 46] = struct.pack("<I", 0)
        assert refused(bytes(data), tmp_path) == "bomb"

    def test_an_entry_that_is_larger_than_it_says_is_damaged(self, tmp_path):
        data = bytearray(packed({"a": b"1" * 5000}))
        place = data.index(b"PK\1\2")
        data[place + 24 : place + 28] = struct.pack("<I", 10)
        assert opened(bytes(data), tmp_path)[2] == {"a": "damaged"}

    @pytest.mark.parametrize(
        ("limits", "code"),
        [(Limits(entries=2), "too_many_entries"), (Limits(unpacked_bytes=100), "too_much_inside")],
    )
    def test_too_many_and_too_much(self, limits, code, tmp_path):
        assert refused(packed({name: b"x" * 60 for name in "abc"}), tmp_path, limits) == code

    def test_an_empty_one_a_broken_one_and_an_office_document(self, tmp_path):
        whole = packed({"a": b"1" * 500})
        assert refused(packed({}), tmp_path) == "nothing_inside"
        assert refused(whole[:-30], tmp_path) == "truncated"
        assert refused(DOCX, tmp_path) == "office"
        assert is_zip(io.BytesIO(whole))
        assert not is_zip(io.BytesIO(DOCX))

    @given(st.data())
    def test_a_changed_zip_is_read_or_refused(self, data):
        from dms.intake.files.packed import PackedFile

        whole = bytearray(packed({"合同.pdf": b"1" * 300, "b/c.jpg": bytes(range(256))}))
        for _ in range(data.draw(st.integers(1, 6))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        try:
            opened_file = PackedFile(io.BytesIO(bytes(whole)), Limits())
            for entry in opened_file.entries:
                with suppress(FileRefused):
                    assert len(b"".join(opened_file.chunks(entry.index))) == entry.size
        except FileRefused:
            pass
