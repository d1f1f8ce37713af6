"""Page text as ALTO and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ocr.alto import NAMESPACE, from_alto, plain_text, to_alto
from ocr.page_text import Char, Line, PageText, Word, readable

from .strategies import page_texts

NAMES = {"a": NAMESPACE}


@given(page_texts)
def test_nothing_is_lost_on_the_way_there_and_back(page: PageText):
    assert from_alto(to_alto(page)) == page


@given(page_texts)
def test_the_text_alone_is_the_text_of_the_whole(page: PageText):
    assert plain_text(to_alto(page)) == page.text


@given(st.text(min_size=1, max_size=20))
def test_what_xml_cannot_carry_is_dropped_and_the_rest_kept(text: str):
    page = PageText(10, 10, lines=(Line((Word(tuple(Char(sign, (0, 0, 1, 1)) for sign in text)),), (0, 0, 9, 9)),))
    assert "".join(char.text for char in from_alto(to_alto(page)).lines[0].chars) == readable(text)


def test_a_document_says_all_that_alto_asks_for():
    word = Word((Char("合", (10, 20, 40, 50), 97), Char("同", (40, 20, 70, 50), 88)), 93)
    page = PageText(
        2480, 3508, 90, (Line((word, Word((Char("A", (80, 20, 90, 50), 60),), 60, True)), (5, 15, 95, 55)),), "e 1"
    )
    root = etree.fromstring(to_alto(page))
    string = root.find(".//a:String", NAMES)
    assert {**string.attrib} == {
        "CONTENT": "合同", "WC": "0.93", "HPOS": "10", "VPOS": "20", "WIDTH": "60", "HEIGHT": "30",
    }  # fmt: skip
    assert [glyph.get("GC") for glyph in string] == ["0.97", "0.88"]
    assert [part.tag.rpartition("}")[2] for part in root.find(".//a:TextLine", NAMES)] == ["String", "SP", "String"]
    assert root.find(".//a:TextBlock", NAMES).get("ROTATION") == "270"
    assert root.findtext(".//a:softwareName", namespaces=NAMES) == "e 1"


def test_a_line_without_words_is_still_a_line_of_alto():
    page = PageText(10, 10, lines=(Line((), (1, 2, 3, 4)),))
    row = etree.fromstring(to_alto(page)).find(".//a:TextLine", NAMES)
    assert [(part.tag.rpartition("}")[2], part.get("CONTENT")) for part in row] == [("String", "")]


@pytest.mark.parametrize("document", [b"", b"<html/>", b"no xml", b"<alto xmlns='other'/>"])
def test_refuses_what_is_no_alto(document: bytes):
    for read in (from_alto, plain_text):
        with pytest.raises(ValueError, match="not an ALTO document"):
            read(document)


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("秘密")
    document = to_alto(PageText(10, 10, engine="ENGINE")).decode()
    document = document.replace("?>", f'?><!DOCTYPE alto [<!ENTITY x SYSTEM "file://{secret}">]>', 1)
    assert "秘密" not in from_alto(document.replace("ENGINE", "&x;").encode()).engine
