"""Makes foreign files for tests, good and bad: real bytes, written here and nowhere else."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

from PIL import Image, ImageDraw

from tests.factories import jpeg_of, paper

Part = bytes | str


def pdf_of(pages: Sequence[dict], *, extra: Sequence[Part] = (), trailer: str = "", shared: str = "") -> bytes:
    """Return a PDF. Each page: `content`, `box` (points), `resources`, `more` (page dictionary); objects in `extra` from 3."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    objects += [_raw(part) for part in extra]
    kids = []
    for page in pages:
        content = _raw(page.get("content", ""))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        box = " ".join(str(edge) for edge in page.get("box", (0, 0, 595, 842)))
        resources = page.get("resources", shared)
        entry = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {len(objects)} 0 R/Resources<<{resources}>>"
        objects.append(_raw(f"{entry}{page.get('more', '')}>>"))
        kids.append(f"{len(objects)} 0 R")
    objects[1] = _raw(f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>")
    out = io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, 2)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(_raw(f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n"))
    return out.getvalue()


def _raw(part: Part) -> bytes:
    return part.encode("latin-1") if isinstance(part, str) else part


FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
SONG = (
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts"
    "[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
    "/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
    "/Ascent 880/Descent -120/CapHeight 880/StemV 93>>>>]>>"
)
BORN_DIGITAL = (
    "BT /F0 14 Tf 72 700 Td (Contract HT-2023-001 of the tenant) Tj 0 -30 Td (Second line of the paper) Tj ET"
)


def text_pdf(contents: Sequence[str] = (BORN_DIGITAL,), **page: object) -> bytes:
    """Return a born-digital PDF; F0 is Helvetica, F1 a Chinese font."""
    resources = "/Font<</F0 3 0 R/F1 4 0 R>>"
    return pdf_of([{"content": content, "resources": resources, **page} for content in contents], extra=[FONT, SONG])


def chinese(words: str) -> str:
    """Return `words` as a PDF hex string for F1."""
    return f"<{words.encode('utf-16-be').hex()}>"


def image_object(jpeg: bytes, size: tuple[int, int], more: str = "/ColorSpace/DeviceGray") -> bytes:
    """Return a PDF image object with the JPEG inside."""
    head = f"<</Type/XObject/Subtype/Image/Width {size[0]}/Height {size[1]}/BitsPerComponent 8/Filter/DCTDecode{more}"
    return _raw(f"{head}/Length {len(jpeg)}>>stream\n") + jpeg + b"\nendstream"


def scan_pdf(
    words: Sequence[str] = ("扫描件",),
    *,
    content: str = "",
    more: str = "",
    colours: str = "",
    size: tuple[int, int] = (1240, 1754),
) -> bytes:
    """Return a PDF of scans: each page is exactly one JPEG, unless `content`, `more` or `colours` change that."""
    jpegs = [jpeg_of(paper(text, size=size)) for text in words]
    colours = colours or "/ColorSpace/DeviceGray"
    images = [image_object(jpeg, size, colours) for jpeg in jpegs]
    pages = [
        {
            "content": f"q 595 0 0 842 0 0 cm /I Do Q {content}",
            "resources": f"/XObject<</I {number} 0 R>>/Font<</F0 3 0 R>>",
            "more": more,
        }
        for number in range(4, 4 + len(jpegs))
    ]
    return pdf_of(pages, extra=[FONT, *images])


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture in the format Pillow calls `kind`."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff_of(images: Sequence[Image.Image], **options: object) -> bytes:
    """Return a TIFF with a frame for each picture."""
    return saved(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


def marked(mode: str = "RGB", size: tuple[int, int] = (300, 400)) -> Image.Image:
    """Return white paper with a dark bar at its head and a red square at its left: tells every turn and flip."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 10, size[0] - 20, 50), fill=(20, 20, 20))
    draw.rectangle((10, 100, 60, 150), fill=(200, 20, 20))
    return image.convert(mode)


def png_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Return a small PNG that declares `width` × `height` pixels and unpacks to all of them."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    body = b"".join(packer.compress(row) for _ in range(min(height, 2000))) + packer.flush()
    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def tiff_with_a_late_bomb() -> bytes:
    """Return a TIFF whose third frame declares 60,000 × 60,000 pixels."""
    data = bytearray(tiff_of([marked("L"), marked("L"), marked("L")]))
    place = struct.unpack("<I", data[4:8])[0]
    for _ in range(2):
        count = struct.unpack("<H", data[place : place + 2])[0]
        place = struct.unpack("<I", data[place + 2 + 12 * count : place + 6 + 12 * count])[0]
    count = struct.unpack("<H", data[place : place + 2])[0]
    for entry in range(place + 2, place + 2 + 12 * count, 12):
        tag = struct.unpack("<H", data[entry : entry + 2])[0]
        if tag in {256, 257}:
            data[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, 60_000)
    return bytes(data)


def tiff_in_a_circle() -> bytes:
    """Return a TIFF whose last directory points back to the first."""
    data = bytearray(tiff_of([marked("L"), marked("L")]))
    first = place = struct.unpack("<I", data[4:8])[0]
    while True:
        count = struct.unpack("<H", data[place : place + 2])[0]
        link = place + 2 + 12 * count
        following = struct.unpack("<I", data[link : link + 4])[0]
        if not following:
            data[link : link + 4] = struct.pack("<I", first)
            return bytes(data)
        place = following


def zip_of(names: Sequence[str]) -> bytes:
    """Return a ZIP with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 50)
    return out.getvalue()


def packed(entries: dict[str, bytes], *, stored: bool = False, more: Sequence[tuple] = ()) -> bytes:
    """Return a ZIP of these entries by name; `more`: (ZipInfo, content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)  # with a date of its own: the same content is the same ZIP
            info.compress_type = archive.compression
            archive.writestr(info, data)
        for info, data in more:
            archive.writestr(info, data)
    return out.getvalue()


def raw_zip(entries: Sequence[tuple]) -> bytes:
    """Return a ZIP with names as raw bytes and no flag: (name, content) or (name, content, Unicode field 0x7075)."""
    out, directory = io.BytesIO(), io.BytesIO()
    for name, data, *field in entries:
        extra = struct.pack("<HH", 0x7075, len(field[0])) + field[0] if field else b""
        facts = struct.pack(
            "<HHHHIIIHH", 0, 0, 0, 0x5921, zlib.crc32(data), len(data), len(data), len(name), len(extra)
        )
        place = out.tell()
        out.write(b"PK\3\4" + struct.pack("<H", 20) + facts + name + extra + data)
        rest = struct.pack("<HHHII", 0, 0, 0, 0, place)
        directory.write(b"PK\1\2" + struct.pack("<HH", 20, 20) + facts + rest + name + extra)
    start = out.tell()
    out.write(directory.getvalue())
    sizes = struct.pack("<HHIIH", len(entries), len(entries), len(directory.getvalue()), start, 0)
    return out.getvalue() + b"PK\5\6\0\0\0\0" + sizes


def encrypted_pdf() -> bytes:
    """Return a PDF that opens with nobody's password."""
    lock = "<</Filter/Standard/V 1/R 2/O<" + "ab" * 32 + ">/U<" + "cd" * 32 + ">/P -4>>"
    return pdf_of([{"content": ""}], extra=[lock], trailer="/Encrypt 3 0 R/ID[<00><00>]")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body>hello</body></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
DOCX = zip_of(["[Content_Types].xml", "word/document.xml"])


def bad_files() -> dict[str, tuple[bytes, str]]:
    """Return every bad file of the requirements by name: (content, code of the refusal)."""
    jpeg = jpeg_of(paper("坏文件"))
    tiff = tiff_of([marked("1")] * 3, compression="group4")
    plain = tiff_of([marked("L")] * 3)
    return {
        "空.pdf": (b"", "empty"),
        "合同.docx": (DOCX, "office"),
        "旧合同.pdf": (OLE, "office"),
        "打包.rar": (b"Rar!\x1a\x07\x00" + b"\0" * 100, "archive"),
        "网页.jpg": (HTML, "web_page"),
        "图.svg": (SVG, "drawing"),
        "动图.gif": (saved(marked(), "GIF"), "gif"),
        "说明.pdf": ("这不是扫描件。\n".encode() * 40, "text"),
        "程序.pdf": (b"MZ" + b"\0" * 300, "program"),
        "照片.heic": (b"\0\0\0\x18ftypheic" + b"\0" * 100, "phone_photo"),
        "乱码.tif": (bytes(range(256)) * 8, "unknown"),
        "截断.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "截断.tif": (plain[: len(plain) // 2], "truncated"),
        "坏目录.tif": (tiff[:200], "truncated"),
        "截断.pdf": (scan_pdf()[:-2000], "truncated"),
        "截断.png": (saved(marked(), "PNG")[:500], "truncated"),
        "加密.pdf": (encrypted_pdf(), "encrypted"),
        "炸弹.png": (png_bomb(), "too_many_pixels"),
        "炸弹.tif": (tiff_with_a_late_bomb(), "too_many_pixels"),
        "转圈.tif": (tiff_in_a_circle(), "damaged"),
        "万页.pdf": (pdf_of([{"content": ""}] * 10_000), "too_many_pages"),
        "两面.gif": (b"GIF89a" + scan_pdf(), "gif"),
        "两面.jpg": (jpeg + zip_of(["evil.html"]), "double"),
        "脚本.jpg": (jpeg + b"<script>alert(1)</script>", "double"),
        "前缀.pdf": (b"junk\n" + text_pdf(), "double"),
        "附包.pdf": (text_pdf() + zip_of(["evil.exe"]), "double"),
        "小.png": (saved(Image.new("L", (1, 1)), "PNG"), "too_small"),
        "坏.pdf": (b"%PDF-1.7\n" + b"garbage " * 100 + b"\n%%EOF\n", "damaged"),
    }
