"""What is taken from Tesseract's hOCR."""

from ocr import scratch
from ocr.engines import engine
from ocr.engines.tesseract import parse_hocr
from ocr.page_text import Char

from . import papers

HOCR = """<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.example.org/x.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><body><div class='ocr_page'><div class='ocr_carea'>
<p class='ocr_par'><span class='ocr_line' title="bbox 10 10 200 40; baseline 0 0">
<span class='ocrx_word' title='bbox 10 10 60 40; x_wconf 93'>
<span class='ocrx_cinfo' title='x_bboxes 10 10 35 40; x_conf 98.6'>合</span>
<span class='ocrx_cinfo' title='x_bboxes 35 10 60 40; x_conf 97.2'>同</span></span>
<span class='ocrx_word' title='bbox 70 10 90 40; x_wconf 95'>
<span class='ocrx_cinfo' title='x_bboxes 70 10 90 40; x_conf 95.0'> </span></span>
<span class='ocrx_word' title='bbox 100 10 120 40; x_wconf 80'><strong>
<span class='ocrx_cinfo' title='x_bboxes 100 10 120 40; x_conf 80.0'>A</span></strong></span>
<span class='ocrx_word' title='bbox 130 10 150 40; x_wconf 81'>
<span class='ocrx_cinfo' title='x_bboxes 130 10 150 40; x_conf 81.0'>B</span></span></span></p>
<p class='ocr_par'><span class='ocr_line' title="bbox 0 50 90 60">
<span class='ocrx_word' title='bbox 0 50 90 60; x_wconf 95'>
<span class='ocrx_cinfo' title='x_bboxes 0 50 90 60; x_conf 95.0'> </span></span></span></p>
</div></div></body></html>"""


def test_words_characters_and_confidences_are_taken_over():
    (line,) = parse_hocr(HOCR.encode())
    assert line.text == "合同A B"
    assert [(word.text, word.confidence, word.space_before) for word in line.words] == [
        ("合同", 93, False),
        ("A", 80, False),
        ("B", 81, True),
    ]
    assert line.words[0].chars == (Char("合", (10, 10, 35, 40), 99), Char("同", (35, 10, 60, 40), 97))


def test_lines_of_white_space_are_left_out():
    assert len(parse_hocr(HOCR.encode())) == 1


def test_reading_leaves_no_file_behind(tmp_path):
    scratch.use(tmp_path)
    try:
        lines = engine("tesseract").read(papers.a_letter().crop((150, 200, 1200, 420)), 200)
    finally:
        scratch.use(None)
    assert "海棠花园物业服务" in lines[0].text
    assert list(tmp_path.iterdir()) == []
