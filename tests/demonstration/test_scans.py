"""The demonstration's scans: what is said to stand on them, that they open, and that they never change."""

import hashlib
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageOps

from dms.config.demonstration import formats, scans
from dms.config.demonstration.dossiers import CUSTOMERS, capital_yuan
from dms.config.demonstration.sheets import Composer, break_lines

ALL = scans.all_scans()
BLANK_BACKED = [scan for scan in ALL if scan.paper.blank_back]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One scan of every form, made once."""
    folder = tmp_path_factory.mktemp("scans")
    chosen = {scan.paper.form: scan for scan in ALL}
    paths = scans.make_scans(folder, list(chosen.values()))
    return dict(zip(chosen, paths, strict=True))


def pages_of(path: Path) -> list[Image.Image]:
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            return [page.render(scale=1).to_pil() for page in document]
    with Image.open(path) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.convert("L"))
        return frames


def test_there_are_sixty_scans_of_twelve_dossiers_over_three_years():
    assert len(ALL) == 60
    assert len({scan.customer.contract for scan in ALL}) == len(CUSTOMERS) == 12
    assert {customer.year for customer in CUSTOMERS} == {2023, 2024, 2025}
    assert all(customer.begins.year == customer.year for customer in CUSTOMERS)


def test_file_names_differ():
    assert len({scan.file_name for scan in ALL}) == len(ALL)


def test_every_form_is_among_the_scans():
    assert {scan.paper.form for scan in ALL} == {*formats.WRITERS, "born_digital"}


def test_every_page_has_a_truth_and_only_blank_backs_are_empty():
    truths = scans.page_truths()
    assert set(truths) == {scan.file_name for scan in ALL}
    blank = {name for name, pages in truths.items() if not all(pages)}
    assert blank == {scan.file_name for scan in BLANK_BACKED}
    assert all(len(pages[0]) > 60 for pages in truths.values())


@pytest.mark.parametrize(
    "phrase", ["HT-2023-017", "水管爆裂", "逾期付款违约金", "消防通道", "抵押登记", "Extension of business hours"]
)
def test_phrases_of_the_readme_stand_on_some_page(phrase: str):
    joined = ["".join(page.split("\n")) for pages in scans.page_truths().values() for page in pages]
    assert any(phrase in page for page in joined)


def test_no_paper_spills_over_its_margins():
    for scan in ALL:
        for side in scan.sides():
            for mark in side.marks:
                if hasattr(mark, "string"):
                    assert 0 <= mark.x < side.size[0] - 20, (scan.file_name, mark)
                    assert 0 <= mark.y < side.size[1] - 20, (scan.file_name, mark)


@pytest.mark.parametrize("form", sorted({*formats.WRITERS, "born_digital"}))
def test_a_file_of_each_form_opens_with_as_many_pages_as_it_has_truths(made: dict[str, Path], form: str):
    path = made[form]
    pages = pages_of(path)
    assert len(pages) == len(scans.page_truths()[path.name])
    for page in pages:
        assert page.convert("L").getextrema() != (255, 255)


def test_a_born_digital_file_gives_its_words_without_recognition(made: dict[str, Path]):
    path = made["born_digital"]
    with pypdfium2.PdfDocument(path) as document:
        found = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]
    assert found == [re.sub(r"\s", "", truth) for truth in scans.page_truths()[path.name]]


def test_a_scanned_pdf_holds_no_text(made: dict[str, Path]):
    with pypdfium2.PdfDocument(made["scanned_pdf"]) as document:
        assert [page.get_textpage().count_chars() for page in document] == [0] * len(document)


def test_the_sheet_that_lay_across_is_wider_than_high_and_says_nothing_about_it(made: dict[str, Path]):
    with Image.open(made["sideways_jpeg"]) as image:
        assert image.width > image.height
        assert not image.getexif().get(0x0112)


def test_the_telephone_notes_in_exif_which_way_is_up(made: dict[str, Path]):
    with Image.open(made["phone_jpeg"]) as image:
        upright = ImageOps.exif_transpose(image)
        assert image.getexif()[0x0112] == 6
        # A receipt lies across.
        assert upright.width > upright.height


def test_the_fax_is_black_and_white_in_group_four(made: dict[str, Path]):
    with Image.open(made["fax_tiff"]) as image:
        assert (image.mode, image.info["compression"]) == ("1", "group4")


@pytest.mark.parametrize("form", ["jpeg", "scanned_pdf", "fax_tiff", "born_digital"])
def test_the_same_scan_gives_the_same_bytes(made: dict[str, Path], tmp_path: Path, form: str):
    scan = next(scan for scan in ALL if scan.file_name == made[form].name)
    scans.write_scan(tmp_path / scan.file_name, scan)
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (made[form], tmp_path / scan.file_name)}
    assert len(digests) == 1


def test_a_second_making_leaves_the_files_alone(tmp_path: Path):
    few = [scan for scan in ALL if scan.paper.form == "born_digital"]
    before = {path: path.stat().st_mtime_ns for path in scans.make_scans(tmp_path, few)}
    assert {path: path.stat().st_mtime_ns for path in scans.make_scans(tmp_path, few)} == before


def test_files_of_an_older_edition_are_made_anew(tmp_path: Path):
    few = [scan for scan in ALL if scan.paper.form == "born_digital"][:1]
    (path,) = scans.make_scans(tmp_path, few)
    path.write_bytes(b"older")
    (tmp_path / "edition.json").write_text('{"edition": 0, "seed": 0}')
    scans.make_scans(tmp_path, few)
    assert path.read_bytes().startswith(b"%PDF")


def test_few_scans_are_spread_over_the_dossiers():
    chosen = scans.chosen_scans(24)
    assert set(Counter(scan.customer.contract for scan in chosen).values()) == {2}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (2160, "贰仟壹佰陆拾元整"),
        (38600, "叁万捌仟陆佰元整"),
        (860_000, "捌拾陆万元整"),
        (3_000_000, "叁佰万元整"),
        (20_050, "贰万零伍拾元整"),
        (1001, "壹仟零壹元整"),
    ],
)
def test_amounts_are_written_in_capital_numerals(amount: int, words: str):
    assert capital_yuan(amount) == words


def test_lines_break_within_the_room_and_never_begin_with_a_full_stop():
    lines = break_lines("本合同一式四份，甲方执三份，乙方执一份。" * 6, "song", 12, 200)
    assert "".join(lines) == "本合同一式四份，甲方执三份，乙方执一份。" * 6
    assert not [line for line in lines if line[0] in "，。"]


def test_a_long_paper_goes_on_overleaf():
    sheet = Composer()
    for _ in range(80):
        sheet.paragraph("第一条 甲乙双方应当遵守本合同。")
    sides = sheet.finish(numbered=True)
    assert len(sides) > 2
    assert sides[-1].truth.endswith(f"第 {len(sides)} 页 共 {len(sides)} 页")
