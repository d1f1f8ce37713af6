"""Makes the demonstration's scanned files in a folder and tells what stands on them. Takes nothing into the archive."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from . import formats, wear
from .dossiers import CUSTOMERS, Customer
from .papers import Paper, Papers, household, loan, tenant
from .sheets import Side

SEED = 20260301
# How much of the front is seen on an empty back, from 0 to 1.
SHINES_THROUGH = 0.08
# Raised whenever papers, wear or formats change: files of an older edition are made anew.
EDITION = 2
_BY_KIND: dict[str, tuple[Papers, ...]] = {
    "owner": household.PAPERS,
    "tenant": tenant.PAPERS,
    "loan": loan.PAPERS,
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One file to be: whose it is, which paper, under what name."""

    customer: Customer
    paper: Paper
    file_name: str

    @property
    def day(self) -> date:
        """The date on the paper."""
        return self.customer.day(self.paper.after)

    @property
    def title(self) -> str:
        """What the paper is called in the catalogue."""
        return self.paper.name.format(contract=self.customer.contract)

    def sides(self) -> list[Side]:
        """Compose the paper; the last side is blank where an empty back was scanned."""
        sides = self.paper.compose(self.customer)
        return [*sides, Side(sides[-1].size)] if self.paper.blank_back else sides


def all_scans() -> list[Scan]:
    """Return every demonstration scan, dossier by dossier, in the order of their papers."""
    return list(_scans())


def _scans() -> Iterator[Scan]:
    met: dict[str, int] = {}
    for customer in CUSTOMERS:
        number = met.get(customer.kind, 0)
        met[customer.kind] = number + 1
        for paper in _BY_KIND[customer.kind][number]:
            suffix = formats.SUFFIXES.get(paper.form, ".jpg")
            title = paper.name.format(contract=customer.contract)
            yield Scan(customer, paper, f"{customer.contract}_{title.removesuffix('-' + customer.contract)}{suffix}")


def chosen_scans(count: int | None) -> list[Scan]:
    """Return at most `count` scans, drawn from all dossiers in turn; all of them where `count` is None."""
    everything = all_scans()
    if count is None or count >= len(everything):
        return everything
    places: dict[str, int] = {}
    turns = []
    for scan in everything:
        turn = places.get(scan.customer.contract, 0)
        places[scan.customer.contract] = turn + 1
        turns.append((turn, scan))
    by_turn = [scan for _turn, scan in sorted(turns, key=lambda pair: pair[0])]
    return by_turn[:count]


def page_truths(scans: list[Scan] | None = None) -> dict[str, list[str]]:
    """Return for each file name what stands on its pages, line by line; an empty string for a blank side."""
    return {scan.file_name: [side.truth for side in scan.sides()] for scan in scans or all_scans()}


def make_scans(
    folder: Path, scans: list[Scan], *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Path]:
    """Write the files that are not there yet; return all their paths in the order of `scans`."""
    folder.mkdir(parents=True, exist_ok=True)
    _forget_older_edition(folder)
    paths = [folder / scan.file_name for scan in scans]
    missing = [(scan, path) for scan, path in zip(scans, paths, strict=True) if not path.exists()]
    for done, (scan, path) in enumerate(missing, 1):
        # Under its name only once it is whole: an interrupted run leaves nothing half made.
        half = path.with_name(f".{path.name}")
        write_scan(half, scan)
        half.replace(path)
        progress(done, len(missing))
    return paths


def write_scan(path: Path, scan: Scan) -> None:
    """Write one file; the same scan gives the same bytes."""
    sides = scan.sides()
    if scan.paper.form == "born_digital":
        formats.born_digital(path, sides)
        return
    rng = np.random.default_rng([SEED, zlib.crc32(scan.file_name.encode())])
    worn = scan.paper.wear
    images = [wear.scan(side, worn, rng) for side in sides]
    if scan.paper.blank_back:
        images[-1] = wear.scan(sides[-1], replace(worn, through=SHINES_THROUGH), rng, back=sides[-2])
    formats.WRITERS[scan.paper.form](path, images, worn.dpi)


def _forget_older_edition(folder: Path) -> None:
    note = folder / "edition.json"
    edition = {"edition": EDITION, "seed": SEED}
    if note.exists() and json.loads(note.read_text()) == edition:
        return
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    note.write_text(json.dumps(edition))
