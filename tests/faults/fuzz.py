"""`make fuzz COUNT=10000 SEED=1`: spoils so many files, sends them through the door, prints a table; exit 1 on failure."""

# ruff: noqa: T201

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.test")
    django.setup()

from .fuzzing import Fuzzer, Tried, own_memory
from .seeds import seeds


def _share(seed: int, count: int, part: int, parts: int, results) -> None:
    """Try every `parts`-th file and hand the outcomes over."""
    os.nice(5)
    with Fuzzer(seed) as fuzzer:
        before = None
        for tried in fuzzer.run(range(part, count, parts)):
            before = before or own_memory()
            results.put(tried)
        results.put(own_memory() - (before or 0))


def run(count: int, seed: int, processes: int) -> tuple[list[Tried], list[int]]:
    """Return what became of each file, and by how many megabytes each process in front of the bench grew."""
    seeds()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    parts = [context.Process(target=_share, args=(seed, count, n, processes, results)) for n in range(processes)]
    for part in parts:
        part.start()
    tried: list[Tried] = []
    grown: list[int] = []
    begun = time.monotonic()
    while len(grown) < processes:
        result = results.get(timeout=600)
        if isinstance(result, int):
            grown.append(result)
            continue
        tried.append(result)
        if len(tried) % 500 == 0:
            print(f"  {len(tried)} files, {len(tried) / (time.monotonic() - begun):.1f} a second", flush=True)
    for part in parts:
        part.join()
    return tried, grown


def table(tried: list[Tried]) -> str:
    """Return kind × outcome as text."""
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for one in tried:
        by_kind[one.seed.split()[0]][one.outcome] += 1
    outcomes = [name for name, _ in Counter(one.outcome for one in tried).most_common()]
    width = max(len(name) for name in outcomes)
    kinds = sorted(by_kind)
    lines = [" " * width + "".join(f"{kind:>8}" for kind in [*kinds, "all"])]
    for name in outcomes:
        counts = [by_kind[kind][name] for kind in kinds]
        lines.append(f"{name:<{width}}" + "".join(f"{count or '·':>8}" for count in [*counts, sum(counts)]))
    return "\n".join(lines)


def main() -> int:
    """Parse, run, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    given = parser.parse_args()
    begun = time.monotonic()
    tried, grown = run(given.count, given.seed, given.processes)
    seconds = time.monotonic() - begun
    print(table(tried))
    sandboxed = Counter[str]()
    for one in tried:
        sandboxed.update(one.sandboxed)
    pages = sum(one.pages for one in tried)
    print(
        f"\n{len(tried)} files, {pages} pages in {seconds:.0f} s: {len(tried) / seconds:.1f} files a second, seed {given.seed}"
    )
    print(f"sandbox: {dict(sandboxed)}")
    print(f"largest bench: {max(one.bench_memory for one in tried)} MB; processes in front of it grew by {grown} MB")
    slow = sorted(tried, key=lambda one: -one.seconds)[:5]
    print("slowest: " + ", ".join(f"{one.number} {one.seed} {one.seconds:.1f} s" for one in slow))
    noted = [one for one in tried if one.failed or one.outcome in {"refused: crashed", "refused: too_slow"}]
    noted += [one for one in tried if set(one.sandboxed) - {"recognised", "image unreadable"}]
    for one in noted[:100]:
        print(f"  file {one.number}: {one.seed}, {one.mutations}: {one.outcome} {one.sandboxed or ''}")
    return 1 if any(one.failed for one in tried) else 0


if __name__ == "__main__":
    sys.exit(main())
