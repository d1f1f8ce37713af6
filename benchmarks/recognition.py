"""Measures recognition: our pipeline against bare Tesseract, page by page in turn, on a folder with a ground truth.

    python -m benchmarks.recognition [FOLDER] [--engine auto] [--processes 2] [--texts OUT.json] [--json OUT.json]

Without FOLDER it reads the demonstration's own papers. FOLDER holds images and `ground_truth.json`:
{"pages": [{"file", "cls", "text", "lines": [{"text", "chars": [box …]}]}]}.
Both sides read the same page files from the disk, each in as many processes as asked for, one thread each. They take
turns page by page, so that whatever else the machine does hits both alike. Models are loaded before the clock starts,
as in a worker. "The engine" is what Tesseract's program or RapidOCR's networks use; all else is "around" it.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["OMP_THREAD_LIMIT"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image, ImageOps
from rapidfuzz.distance import Levenshtein

from dms.config.demonstration import wear
from dms.config.demonstration.scans import SEED, all_scans
from ocr.alto import to_alto
from ocr.engines import engine
from ocr.engines.base import Engine
from ocr.page_text import PageText
from ocr.recognition import recognise

FOLD = str.maketrans("，。；：？！（）、“”‘’《》—–￥·", ",.;:?!(),\"\"''<>--¥.")


@dataclass(frozen=True)
class Reading:
    """One page read by one side: the text, seconds by the clock and of the processor, in the engine and around it."""

    file: str
    text: str
    clock: float
    around: float
    engine: float
    turn: int = 0
    box_hits: tuple[int, int] = (0, 0)


def main() -> None:
    """Run, print the tables, and end with 1 where a target is missed."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="juanzong-bench-") as own:
        folder = arguments.folder or _own_pages(Path(own))
        truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))["pages"]
        ours, bare = _measure(folder, truth, arguments.processes, arguments.engine)
    for name, readings in (("pipeline", ours), ("bare tesseract", bare)):
        print(f"\n{name}")
        _print_scores(readings, truth)
    figures = _figures(ours, bare, truth, arguments.processes)
    print("\n" + "\n".join(f"{name:<42}{value}" for name, value in figures.items()))
    if arguments.texts:
        texts = {reading.file: reading.text for reading in ours}
        arguments.texts.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    missed = figures["recall %"] < 99.8 or figures["characters on blanks"] or figures["CPU around the engine %"] > 10
    sys.exit(1 if missed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="scans with their truth (the demonstration's papers)")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--texts", type=Path, help="write our texts here, by file name")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def _own_pages(folder: Path) -> Path:
    """Draw the sides of the demonstration's papers with their wear; the class of a page is its file's form."""
    pages: list[dict[str, Any]] = []
    for scan in all_scans():
        rng = np.random.default_rng([SEED, len(pages)])
        for side in scan.sides():
            name = f"{len(pages):03}.png"
            wear.scan(side, scan.paper.wear, rng).save(folder / name)
            pages.append({"file": name, "cls": scan.paper.form, "text": side.truth, "lines": []})
    (folder / "ground_truth.json").write_text(json.dumps({"pages": pages}), encoding="utf-8")
    return folder


def _measure(
    folder: Path, truth: list[dict[str, Any]], processes: int, engine_name: str
) -> tuple[list[Reading], list[Reading]]:
    jobs = [(str(folder / page["file"]), page) for page in truth]
    with ProcessPoolExecutor(processes) as pool:
        pairs = list(pool.map(partial(_both_ways, engine_name), *zip(*jobs, strict=True)))
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _both_ways(engine_name: str, path: str, page: dict[str, Any]) -> tuple[Reading, Reading]:
    # Who begins changes from page to page: the second finds the file in memory and the processor warm.
    if int.from_bytes(path.encode()[-9:], "big") % 2:
        ours = _pipeline(engine_name, path, page)
        return ours, _bare(path)
    bare = _bare(path)
    return _pipeline(engine_name, path, page), bare


_in_networks = 0.0


@cache
def _reader(name: str) -> Engine:
    """The engine, its models loaded once a process, its networks under a watch of their own."""
    if name != "tesseract":
        from ocr.engines.rapidocr import models

        loaded = models.load()
        watched = models.Models(_watched(loaded.detect), _watched(loaded.recognise), loaded.characters)
        models.load = lambda: watched
    return engine(name)


def _watched(network: Any) -> Any:
    def run(data: Any) -> Any:
        global _in_networks
        start = time.process_time()
        answer = network(data)
        _in_networks += time.process_time() - start
        return answer

    return run


def _pipeline(engine_name: str, path: str, page: dict[str, Any]) -> Reading:
    reader = _reader(engine_name)
    networks = _in_networks
    before, start = _used(), time.perf_counter()
    with Image.open(path) as image:
        text = recognise(ImageOps.exif_transpose(image), reader)
    to_alto(text)
    clock, after = time.perf_counter() - start, _used()
    hits = _box_hits(text, page)
    inside = after[1] - before[1] + _in_networks - networks
    around = after[0] - before[0] - (_in_networks - networks)
    return Reading(Path(path).name, text.text, clock, around, inside, text.turn, hits)


def _bare(path: str) -> Reading:
    before, start = _used(), time.perf_counter()
    command = ["tesseract", path, "stdout", "-l", "chi_sim+eng", "--psm", "3"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    clock, after = time.perf_counter() - start, _used()
    return Reading(Path(path).name, text, clock, after[0] - before[0], after[1] - before[1])


def _used() -> tuple[float, float]:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(FOLD)


def _tokens(line: str) -> Iterator[str]:
    line = unicodedata.normalize("NFKC", line)
    for run in re.findall(r"[\u4e00-\u9fff]+", line):
        yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield from re.findall(r"[A-Za-z0-9]{2,}", line)


def _score(reading: Reading, page: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return errors, characters, tokens found and tokens of one page."""
    tokens = [token.lower() for line in page["text"].splitlines() for token in _tokens(line)]
    got, expected = _fold(reading.text), _fold(page["text"])
    found = sum(token in got.lower() for token in tokens)
    return Levenshtein.distance(expected, got), len(expected), found, len(tokens)


def _box_hits(text: PageText, page: dict[str, Any]) -> tuple[int, int]:
    """Return how many rightly read characters have a box that half covers the true one, and how many there are."""
    if page["cls"] == "rotated":  # the truth gives their boxes on the upright page
        return 0, 0
    true = [(sign, box) for line in page["lines"] for sign, box in zip(line["text"], line["chars"], strict=False)]
    read = [char for line in text.lines for char in line.chars]
    hits = right = 0
    steps = Levenshtein.opcodes("".join(sign for sign, _box in true), "".join(char.text[:1] for char in read))
    for step in steps:
        if step.tag == "equal":
            pairs = zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)
            for at, other in pairs:
                if true[at][0].isalnum():
                    right += 1
                    hits += _cover(true[at][1], read[other].box) >= 0.5
    return hits, right


def _cover(a: list[int], b: tuple[int, int, int, int]) -> float:
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, across) * max(0, down)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both or 1)


def _print_scores(readings: list[Reading], truth: list[dict[str, Any]]) -> None:
    rows: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for reading, page in zip(readings, truth, strict=True):
        if page["text"].strip():
            rows[page["cls"]].append(_score(reading, page))
            rows["ALL"].append(rows[page["cls"]][-1])
    rows["ALL"] = rows.pop("ALL")
    print(f"{'class':<14}{'pages':>6}{'CER %':>9}{'recall %':>10}")
    for name, scores in rows.items():
        errors, length, found, tokens = (sum(column) for column in zip(*scores, strict=True))
        print(f"{name:<14}{len(scores):>6}{100 * errors / length:>9.2f}{100 * found / max(1, tokens):>10.2f}")


def _figures(ours: list[Reading], bare: list[Reading], truth: list[dict[str, Any]], processes: int) -> dict[str, Any]:
    scores = [_score(reading, page) for reading, page in zip(ours, truth, strict=True) if page["text"].strip()]
    blanks = [reading for reading, page in zip(ours, truth, strict=True) if not page["text"].strip()]
    hits, right = (sum(column) for column in zip(*(reading.box_hits for reading in ours), strict=True))
    rate = {name: 60 * processes * len(of) / sum(r.clock for r in of) for name, of in (("ours", ours), ("bare", bare))}
    around, inside = sum(r.around for r in ours), sum(r.engine for r in ours)
    return {
        "recall %": round(100 * sum(s[2] for s in scores) / sum(s[3] for s in scores), 2),
        "CER %": round(100 * sum(s[0] for s in scores) / sum(s[1] for s in scores), 2),
        "characters on blanks": sum(len(_fold(reading.text)) for reading in blanks),
        "character boxes hit %": round(100 * hits / max(1, right), 1),
        "pages/min, pipeline": round(rate["ours"], 1),
        "pages/min, bare tesseract": round(rate["bare"], 1),
        "ratio of pages/min": round(rate["ours"] / rate["bare"], 2),
        "CPU s/page, pipeline (with the engine)": round((around + inside) / len(ours), 2),
        "CPU s/page, bare tesseract": round(sum(r.around + r.engine for r in bare) / len(bare), 2),
        "CPU around the engine %": round(100 * around / inside, 1),
        "turned pages": {r.file: r.turn for r in ours if r.turn},
        "processes": processes,
    }


if __name__ == "__main__":
    main()
