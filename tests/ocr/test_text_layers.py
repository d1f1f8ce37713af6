"""Text layers of born-digital pages, taken over as they are."""

import json

import pytest

from ocr.page_text import Char
from ocr.text_layers import from_layer


def layer(*rows: dict) -> bytes:
    return json.dumps(list(rows)).encode()


def test_lines_words_and_boxes_are_taken_over():
    boxes = [[10 * n, 5, 10 * n + 9, 25] for n in range(7)]
    page = from_layer(layer({"text": "合同 HT 1", "chars": boxes}), 800, 600)
    (line,) = page.lines
    assert (page.width, page.height, page.confidence, page.engine) == (800, 600, 100, "text layer")
    assert [(word.text, word.space_before) for word in line.words] == [("合同", False), ("HT", True), ("1", True)]
    assert line.words[1].chars[0] == Char("H", (30, 5, 39, 25), 100)


def test_empty_rows_are_no_lines():
    assert from_layer(layer({"text": "  ", "chars": [[0, 0, 1, 1]] * 2}), 10, 10).lines == ()


@pytest.mark.parametrize("document", [b"{}", b"no json", layer({"text": "合同", "chars": [[0, 0, 1, 1]]})])
def test_refuses_what_is_no_text_layer(document: bytes):
    with pytest.raises(ValueError):
        from_layer(document, 10, 10)
