"""What a file becomes: masters without loss, upright sizes, true text layers, small derivatives."""

import io

import numpy as np
import pytest
from PIL import Image

from dms.intake.files.bench import Bench
from dms.intake.files.derivatives import MAX_BYTES, is_colourless, make_derivatives
from dms.intake.files.kinds import Kind
from dms.intake.files.limits import Limits
from dms.intake.files.pages import SplitPage
from dms.intake.files.refused import FileRefused
from dms.intake.files.splitting import load_image, open_file, split, split_page
from tests.factories import jpeg_of, paper

from ..foreign import (
    BORN_DIGITAL,
    chinese,
    image_object,
    marked,
    pdf_of,
    saved,
    scan_pdf,
    text_pdf,
    tiff_of,
)

LIMITS = Limits()


def pages_of(data: bytes, kind: Kind, limits: Limits = LIMITS) -> list[SplitPage]:
    """Split in this process: these files are our own."""
    file = open_file(io.BytesIO(data), kind, limits)
    return [split_page(file, index) for index in range(file.page_count)]


def pixels(page: SplitPage) -> Image.Image:
    return load_image(page.master, page.media_type, page.width, page.height)


def looks_upright(image: Image.Image) -> bool:
    """The dark bar of `marked` is at the head, its square at the left."""
    small = np.asarray(image.convert("L").resize((30, 40)), dtype=int)
    return small[3, 15] < 100 and small[36, 15] > 200 and small[12, 3] < 160 and small[12, 26] > 200


class TestPdf:
    def test_a_page_that_is_one_jpeg_gives_that_jpeg_byte_for_byte(self):
        page, other = pages_of(scan_pdf(["第一页", "第二页"]), Kind.PDF)
        assert page.master == jpeg_of(paper("第一页"))
        assert other.master == jpeg_of(paper("第二页"))
        assert (page.media_type, page.width, page.height, page.dpi) == ("image/jpeg", 1240, 1754, 150)
        assert page.text_layer is None

    @pytest.mark.parametrize(
        "change",
        [
            {"more": "/Rotate 90"},
            {"more": "/CropBox[50 50 500 700]"},
            {"content": "0 0 100 100 re f"},
            {"colours": "/ColorSpace/DeviceGray/Decode[1 0]"},
            {"content": "BT /F0 12 Tf 3 Tr 72 700 Td (invisible text of another recogniser) Tj ET"},
        ],
    )
    def test_whatever_the_jpeg_alone_does_not_show_makes_the_master_a_one_page_pdf(self, change):
        (page,) = pages_of(scan_pdf(**change), Kind.PDF)
        assert page.media_type == "application/pdf"
        assert page.text_layer is None
        assert pixels(page).size == (page.width, page.height)

    def test_a_rotated_scan_stands_as_the_pdf_turns_it(self):
        (page,) = pages_of(scan_pdf(more="/Rotate 90"), Kind.PDF)
        assert page.width > page.height

    def test_a_scan_with_more_on_it_is_drawn_at_its_own_resolution(self):
        (page,) = pages_of(scan_pdf(content="0 0 100 100 re f"), Kind.PDF)
        assert (page.width, page.height, page.dpi) == (1652, 2338, 150)

    def test_the_text_of_a_born_digital_page_comes_with_boxes_over_its_ink(self):
        (page,) = pages_of(text_pdf(), Kind.PDF)
        assert [line["text"] for line in page.text_layer] == [
            "Contract HT-2023-001 of the tenant",
            "Second line of the paper",
        ]
        dark = np.asarray(pixels(page).convert("L")) < 128
        boxed = np.zeros_like(dark)
        for line in page.text_layer:
            assert len(line["chars"]) == len(line["text"])
            for x0, y0, x1, y1 in line["chars"]:
                assert 0 <= x0 <= x1 <= page.width
                assert 0 <= y0 <= y1 <= page.height
                boxed[y0:y1, x0:x1] = True
        assert dark.sum() > 500
        assert (dark & boxed).sum() > 0.99 * dark.sum()

    def test_chinese_text_layers_are_read(self):
        words = "物业服务合同第一条甲方委托乙方管理本小区"
        (page,) = pages_of(text_pdf([f"BT /F1 14 Tf 72 700 Td {chinese(words)} Tj ET"]), Kind.PDF)
        assert page.text_layer[0]["text"] == words

    def test_boxes_follow_the_turn_of_the_page(self):
        (page,) = pages_of(text_pdf(more="/Rotate 90"), Kind.PDF)
        x0, y0, x1, y1 = page.text_layer[0]["chars"][0]
        dark = np.asarray(pixels(page).convert("L")) < 128
        assert dark[y0:y1, x0:x1].any()

    def test_hidden_text_and_hardly_any_text_are_left_to_recognition(self):
        hidden, short, shown = pages_of(
            text_pdf([BORN_DIGITAL.replace("BT", "BT 3 Tr"), "BT /F0 9 Tf 72 40 Td (3) Tj ET", BORN_DIGITAL]), Kind.PDF
        )
        assert (hidden.text_layer, short.text_layer) == (None, None)
        assert shown.text_layer

    def test_text_beside_a_large_picture_is_left_to_recognition(self):
        (page,) = pages_of(scan_pdf(content=BORN_DIGITAL), Kind.PDF)
        assert page.text_layer is None

    def test_a_stamp_drawn_as_an_annotation_is_in_the_master(self):
        look = b"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Length 19>>stream\n1 0 0 rg 0 0 200 200 re f\nendstream"
        look = look.replace(b"/Length 19", b"/Length 25")
        stamp = "<</Type/Annot/Subtype/Stamp/Rect[100 100 300 300]/F 4/AP<</N 3 0 R>>>>"
        (page,) = pages_of(pdf_of([{"more": "/Annots[4 0 R]"}], extra=[look, stamp]), Kind.PDF)
        image = pixels(page)
        red = image.getpixel((round(200 / 595 * image.width), round((842 - 200) / 842 * image.height)))
        assert red[0] > 200
        assert red[1] < 80

    def test_a_giant_page_is_drawn_within_the_limits(self):
        pages = pages_of(
            pdf_of([{"box": (0, 0, 14_400, 14_400)}, {"box": (0, 0, 14_400, 3)}, {"box": (0, 0, 1, 1)}]), Kind.PDF
        )
        for page in pages:
            assert page.width * page.height <= Limits().drawn_pixels
            assert max(page.width, page.height) <= Limits().drawn_side
            assert pixels(page).size == (page.width, page.height)

    def test_pages_that_share_all_their_pictures_do_not_each_carry_all_of_them(self):
        noise = Image.effect_noise((1500, 1500), 90)
        images = [image_object(saved(noise, "JPEG", quality=95), noise.size) for _ in range(6)]
        shared = "/XObject<<" + "".join(f"/I{number} {number + 3} 0 R" for number in range(6)) + ">>"
        pages = [{"content": f"q 200 0 0 200 0 0 cm /I{number} Do Q"} for number in range(6)]
        data = pdf_of(pages, extra=images, shared=shared)
        assert sum(len(page.master) for page in pages_of(data, Kind.PDF)) < 4 * len(data)


class TestTiff:
    @pytest.mark.parametrize(
        ("mode", "compression", "told"),
        [("1", "group4", 4), ("1", "group3", 3), ("L", "tiff_lzw", 5), ("RGB", "tiff_lzw", 5), ("RGB", "jpeg", 7),
         ("L", "packbits", 32773), ("RGB", "tiff_adobe_deflate", 8), ("L", "raw", 1), ("CMYK", "tiff_lzw", 5)],
    )  # fmt: skip
    def test_each_frame_becomes_a_tiff_of_its_own_in_its_own_compression(self, mode, compression, told):
        second = marked(mode).rotate(180)
        data = tiff_of([marked(mode), second], compression=compression, dpi=(300, 300))
        pages = pages_of(data, Kind.TIFF)
        assert [(page.width, page.height, page.dpi) for page in pages] == [(300, 400, 300)] * 2
        for number, page in enumerate(pages):
            alone = Image.open(io.BytesIO(page.master))
            assert (alone.n_frames, alone.tag_v2[259]) == (1, told)
            source = Image.open(io.BytesIO(data))
            source.seek(number)
            assert np.array_equal(np.asarray(alone), np.asarray(source))

    def test_16_bits_are_grey_and_not_black_or_white(self):
        ramp = np.tile(np.linspace(0, 65535, 400).astype(np.uint16), (300, 1))
        twelve = (ramp >> 4).astype(np.uint16)
        for values in (ramp, twelve):
            (page,) = pages_of(saved(Image.fromarray(values), "TIFF"), Kind.TIFF)
            grey = np.asarray(pixels(page), dtype=int)
            assert abs(int(grey[0, 200]) - 127) <= 2
            assert grey[0, 0] == 0
            assert grey[0, 399] == 255

    def test_big_endian_tiled_and_bigtiff_frames_are_copied(self):
        image = marked("L", (320, 400))
        big = saved(image, "TIFF", big_tiff=True)
        pages = pages_of(big, Kind.TIFF)
        assert np.array_equal(np.asarray(pixels(pages[0])), np.asarray(image))

    def test_previews_are_no_pages(self):
        with pytest.raises(FileRefused) as refused:
            pages_of(tiff_of([marked("L")], tiffinfo={254: 1}), Kind.TIFF)
        assert refused.value.code == "no_pages"


class TestPictures:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", [Kind.JPEG, Kind.TIFF, Kind.PNG, Kind.WEBP])
    def test_pictures_stand_upright_whatever_way_the_camera_was_held(self, orientation, kind):
        held = marked() if orientation == 1 else marked().transpose(Image.Transpose(_undoing(orientation)))
        exif = Image.Exif()
        exif[0x0112] = orientation
        options = {"tiffinfo": {274: orientation}} if kind is Kind.TIFF else {"exif": exif}
        (page,) = pages_of(saved(held, kind.name, **options), kind)
        assert (page.width, page.height) == (300, 400)
        assert looks_upright(pixels(page))
        assert looks_upright(Image.open(io.BytesIO(page.image)))

    @pytest.mark.parametrize(
        ("kind", "mode", "options"),
        [(Kind.JPEG, "CMYK", {}), (Kind.JPEG, "L", {"progressive": True}), (Kind.PNG, "P", {}), (Kind.PNG, "1", {}),
         (Kind.PNG, "LA", {}), (Kind.PNG, "RGBA", {}), (Kind.BMP, "P", {}), (Kind.BMP, "RGB", {}), (Kind.BMP, "1", {}),
         (Kind.WEBP, "RGBA", {"lossless": True}), (Kind.TIFF, "LAB", {}), (Kind.TIFF, "CMYK", {"compression": "jpeg"}),
         (Kind.TIFF, "RGBA", {}), (Kind.TIFF, "P", {})],
    )  # fmt: skip
    def test_every_way_to_store_colour_shows_the_same_paper(self, kind, mode, options):
        if mode == "LAB":
            from PIL import ImageCms

            change = ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
            )
            image = ImageCms.applyTransform(marked(), change)
        else:
            image = marked(mode)
        data = saved(image, kind.name, **options)
        (page,) = pages_of(data, kind)
        shown = pixels(page)
        assert shown.mode in {"L", "RGB"}
        assert looks_upright(shown)
        assert shown.convert("L").getpixel((150, 380)) > 245
        if kind is not Kind.TIFF:
            assert page.master == data

    def test_transparent_parts_are_white_paper(self):
        clear = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
        (page,) = pages_of(saved(clear, "PNG"), Kind.PNG)
        assert pixels(page).convert("L").getextrema() == (255, 255)

    def test_a_resolution_nobody_scans_at_is_estimated_from_a4(self):
        photo = Image.new("L", (3000, 4000), 255)
        (page,) = pages_of(saved(photo, "JPEG", dpi=(72, 72)), Kind.JPEG)
        assert page.dpi == 342
        (coarse,) = pages_of(saved(photo.resize((827, 1169)), "JPEG"), Kind.JPEG)
        assert coarse.dpi == 100


def _undoing(orientation: int) -> int:
    """Return the transposition of upright paper that a camera marks with this orientation."""
    flip = Image.Transpose
    return {
        2: flip.FLIP_LEFT_RIGHT, 3: flip.ROTATE_180, 4: flip.FLIP_TOP_BOTTOM, 5: flip.TRANSPOSE,
        6: flip.ROTATE_90, 7: flip.TRANSVERSE, 8: flip.ROTATE_270,
    }[orientation]  # fmt: skip


class TestDerivatives:
    def test_they_are_bounded_and_grey_where_the_paper_is_colourless(self):
        yellowed = Image.merge(
            "RGB", [paper("合同" * 20, size=(2480, 3508)).point(lambda v, k=k: int(v * k)) for k in (1, 0.97, 0.9)]
        )
        noisy = Image.blend(yellowed, Image.effect_noise(yellowed.size, 80).convert("RGB"), 0.3)
        for page in (yellowed, noisy):
            made = make_derivatives(page)
            shown, thumbnail = Image.open(io.BytesIO(made.image)), Image.open(io.BytesIO(made.thumbnail))
            assert max(shown.size) <= 2200
            assert len(made.image) <= MAX_BYTES
            assert shown.mode == "L"
            assert max(thumbnail.size) == 240

    def test_a_red_seal_and_a_blue_signature_stay_coloured(self):
        for colour, box in (((200, 30, 30), (700, 1200, 900, 1400)), ((30, 40, 180), (300, 1500, 420, 1508))):
            page = paper("合同").convert("RGB")
            page.paste(colour, box)
            assert not is_colourless(page)
            assert Image.open(io.BytesIO(make_derivatives(page).image)).mode == "RGB"

    def test_odd_shapes_have_thumbnails(self):
        assert make_derivatives(Image.new("L", (9000, 8), 255)).thumbnail


def test_split_runs_a_whole_file_through_a_process_of_its_own(tmp_path):
    path = tmp_path / "两页.pdf"
    path.write_bytes(scan_pdf(["一", "二"]))
    first, second = split(path)
    assert (first.index, second.index) == (0, 1)
    assert first.master == jpeg_of(paper("一"))
    assert first.image
    assert first.thumbnail


def test_the_bench_hands_text_layers_over(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(text_pdf())
    with Bench() as bench, path.open("rb") as file:
        assert bench.open(file, "a.pdf") == (Kind.PDF, 1, False)
        assert bench.page(0).text_layer[0]["text"].startswith("Contract")
