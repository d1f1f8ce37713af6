"""Page text as ALTO 4 (the Library of Congress' format for text with boxes) and back, without loss."""

import re
from xml.sax.saxutils import unescape

from lxml import etree

from .page_text import Box, Char, Line, PageText, Word, around, readable

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_NS = f"{{{NAMESPACE}}}"
# ALTO's own way to say what a part is: a tag, described once, that parts refer to.
_ROW, _CELL = "table-row", "table-cell"
# How `to_alto` writes what makes the text.
_ROOT = f'<alto xmlns="{NAMESPACE}">'
_PARTS = re.compile(r'<(TextLine|SP|String)\b(?: CONTENT="([^"]*)")?')
_QUOTED = {"&quot;": '"', "&#9;": "\t", "&#10;": "\n", "&#13;": "\r"}


def to_alto(page: PageText) -> bytes:
    """Return `page` as an ALTO document (UTF-8). Characters that XML cannot carry are left out.

    A row of a table is a TextBlock tagged as such, and the first String of each of its cells is tagged too.
    """
    root = etree.Element(f"{_NS}alto", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _describe(root, page)
    if any(word.cell for line in page.lines for word in line.words):
        tags = etree.SubElement(root, f"{_NS}Tags")
        for name in (_ROW, _CELL):
            etree.SubElement(tags, f"{_NS}LayoutTag", {"ID": name, "LABEL": name})
    layout = etree.SubElement(root, f"{_NS}Layout")
    size = {"HEIGHT": str(page.height), "WIDTH": str(page.width)}
    sheet = etree.SubElement(layout, f"{_NS}Page", {"ID": "page", "PHYSICAL_IMG_NR": "1", **size})
    if page.confidence is not None:
        sheet.set("PC", _share(page.confidence))
    space = etree.SubElement(sheet, f"{_NS}PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    block, number = None, -1
    for line in page.lines:
        if block is None or line.block != number:
            number = line.block
            box = around(other.box for other in page.lines if other.block == number)
            block = etree.SubElement(space, f"{_NS}TextBlock", {"ID": f"block{number}", **_placed(box)})
            block.set("ROTATION", str((360 - page.turn) % 360))  # ALTO counts against the clock
        if any(word.cell for word in line.words):
            block.set("TAGREFS", _ROW)
        _write_line(block, line)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def plain_text(document: bytes) -> str:
    """Return `from_alto(document).text` of a document written by `to_alto`, several times faster.

    No box is read and no tree is built: `to_alto` is the only writer, the vault has proved that not a byte has changed,
    and so lines, strings and spaces are picked out as it writes them. Raises `ValueError` where it is no such document.
    """
    text = document.decode()  # UnicodeDecodeError is a ValueError
    if _ROOT not in text[:200] or not text.endswith("</alto>"):
        raise ValueError("this is not an ALTO document")
    lines: list[list[str]] = []
    for part, content in _PARTS.findall(text):
        if part == "TextLine":
            lines.append([])
        else:
            lines[-1].append(unescape(content, _QUOTED) if part == "String" else " ")
    return "\n".join("".join(line).strip(" ") for line in lines)


def _opened(document: bytes) -> tuple[etree._Element, etree._Element]:
    """Return the root and the sheet of an ALTO document of ours; raise `ValueError` where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("this is not an ALTO document") from error
    sheet = root.find(f"{_NS}Layout/{_NS}Page")
    if root.tag != f"{_NS}alto" or sheet is None:
        raise ValueError("this is not an ALTO document")
    return root, sheet


def from_alto(document: bytes) -> PageText:
    """Return the page text in an ALTO document of ours. Raises `ValueError` where it is none."""
    root, sheet = _opened(document)
    blocks = sheet.iter(f"{_NS}TextBlock")
    return PageText(
        width=int(sheet.get("WIDTH", "0")),
        height=int(sheet.get("HEIGHT", "0")),
        turn=int((root.findtext(f".//{_NS}processingStepSettings") or "turn=0").removeprefix("turn=")),
        lines=tuple(_read_line(line, number) for number, block in enumerate(blocks) for line in block),
        engine=root.findtext(f".//{_NS}softwareName") or "",
    )


def _describe(root: etree._Element, page: PageText) -> None:
    description = etree.SubElement(root, f"{_NS}Description")
    etree.SubElement(description, f"{_NS}MeasurementUnit").text = "pixel"
    step = etree.SubElement(description, f"{_NS}Processing", ID="recognition")
    etree.SubElement(step, f"{_NS}processingStepSettings").text = f"turn={page.turn}"
    software = etree.SubElement(step, f"{_NS}processingSoftware")
    etree.SubElement(software, f"{_NS}softwareName").text = readable(page.engine)


def _write_line(block: etree._Element, line: Line) -> None:
    row = etree.SubElement(block, f"{_NS}TextLine", _placed(line.box))
    for word in line.words:
        glyphs = [(text, char) for char in word.chars if (text := readable(char.text))]
        if not glyphs:
            continue
        if word.space_before and len(row):
            etree.SubElement(row, f"{_NS}SP")
        content = "".join(text for text, _char in glyphs)
        known = {"CONTENT": content, "WC": _share(word.confidence)}
        string = etree.SubElement(row, f"{_NS}String", {**known, **_placed(word.box)})
        if word.cell:
            string.set("TAGREFS", _CELL)
        for text, char in glyphs:
            known = {"CONTENT": text, "GC": _share(char.confidence)}
            etree.SubElement(string, f"{_NS}Glyph", {**known, **_placed(char.box)})
    if not len(row):
        # A line without any string would be no ALTO.
        etree.SubElement(row, f"{_NS}String", {"CONTENT": "", **_placed(line.box)})


def _read_line(row: etree._Element, block: int) -> Line:
    words, spaced = [], False
    for part in row:
        if part.tag == f"{_NS}String" and len(part):
            chars = tuple(Char(g.get("CONTENT", ""), _box(g), _percent(g.get("GC"))) for g in part)
            words.append(Word(chars, _percent(part.get("WC")), spaced, part.get("TAGREFS") == _CELL))
        spaced = part.tag == f"{_NS}SP"
    return Line(tuple(words), _box(row), block)


def _placed(box: Box) -> dict[str, str]:
    x0, y0, x1, y1 = box
    return {"HPOS": str(x0), "VPOS": str(y0), "WIDTH": str(x1 - x0), "HEIGHT": str(y1 - y0)}


def _box(element: etree._Element) -> Box:
    x, y = int(element.get("HPOS", "0")), int(element.get("VPOS", "0"))
    return (x, y, x + int(element.get("WIDTH", "0")), y + int(element.get("HEIGHT", "0")))


def _share(percent: int) -> str:
    return f"{percent / 100:.2f}"


def _percent(share: str | None) -> int:
    return round(float(share or "1") * 100)
