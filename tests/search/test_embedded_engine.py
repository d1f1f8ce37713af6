"""The embedded engine: exact by the oracle, true after any order of writes, silent about what was purged."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engines import files
from search.engines.base import Document, Kind
from search.engines.embedded import EmbeddedEngine
from search.oracle import matches
from search.query import QueryError, parse

from .strategies import queries, texts


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path / "index" / "index.sqlite3")


def page(number: int, text: str, version: int = 1) -> Document:
    return Document(Kind.PAGE, number, version, text)


def found(engine: EmbeddedEngine, query: str) -> list[int]:
    node = parse(query).text
    assert node is not None
    return sorted(match.id for match in engine.search(Kind.PAGE, node))


def raw_bytes(engine: EmbeddedEngine) -> bytes:
    return b"".join(path.read_bytes() for path in engine.files.link.parent.iterdir() if path.is_file())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(texts, min_size=1, max_size=12), asked=st.lists(queries, min_size=1, max_size=12))
def test_finds_exactly_what_the_oracle_does(
    tmp_path_factory: pytest.TempPathFactory, pages: list[str], asked: list[str]
) -> None:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("index") / "index.sqlite3")
    engine.put(page(number, text) for number, text in enumerate(pages))
    for source in asked:
        try:
            query = parse(source)
        except QueryError:
            continue
        assert query.text is not None
        expected = [number for number, text in enumerate(pages) if matches(query, text)]
        assert sorted(match.id for match in engine.search(Kind.PAGE, query.text)) == expected, (source, pages)


def test_keeps_pages_and_titles_apart(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "租赁合同"), Document(Kind.TITLE, 1, 1, "收据")])
    assert found(engine, "收据") == []


def test_a_new_version_takes_the_place_of_the_old(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "旧文"), page(2, "旧文")])
    assert engine.put([page(1, "新文", 2)]) == 1
    assert (found(engine, "旧文"), found(engine, "新文")) == ([2], [1])
    assert engine.versions(Kind.PAGE, [1, 2, 3]) == {1: 2, 2: 1}


def test_the_same_again_changes_nothing(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "新文", 2)])
    assert engine.put([page(1, "新文", 2)]) == 0
    assert found(engine, "新文") == [1]


def test_what_is_dropped_may_come_back(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "新文", 2)])
    assert engine.drop(Kind.PAGE, [1, 2]) == 1
    assert found(engine, "新文") == []
    assert engine.put([page(1, "新文", 2)]) == 1


def test_all_or_nothing_of_a_batch_is_stored(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "旧文")])
    with pytest.raises(OverflowError):
        engine.put([page(1, "新文", 2), page(2**70, "新文")])
    assert (found(engine, "旧文"), found(engine, "新文")) == ([1], [])


def test_a_forgotten_word_is_in_no_file_any_more(engine: EmbeddedEngine) -> None:
    engine.put(page(number, f"普通文字第{number}页") for number in range(300))
    engine.put([page(300, "绝密秘方 topsecretword")])
    assert b"topsecretword" in raw_bytes(engine)
    assert engine.forget(Kind.PAGE, [300]) == 1
    raw = raw_bytes(engine)
    assert b"topsecretword" not in raw
    assert "秘方".encode() not in raw
    assert len(found(engine, "普通")) == 300


def test_what_was_forgotten_does_not_come_back(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "秘方")])
    engine.forget(Kind.PAGE, [1])
    assert engine.put([page(1, "秘方", 2)]) == 0
    assert engine.forgotten(Kind.PAGE) == {1}
    assert found(engine, "秘方") == []


def test_forgetting_reaches_a_generation_that_is_being_built(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "秘方"), page(2, "普通")])

    def batches() -> Iterator[list[Document]]:
        yield [page(1, "秘方")]
        engine.forget(Kind.PAGE, [1])
        yield [page(1, "秘方"), page(2, "普通")]

    engine.rebuild(batches())
    assert (found(engine, "秘方"), found(engine, "普通")) == ([], [2])
    assert "秘方".encode() not in raw_bytes(engine)


def test_a_rebuild_is_a_new_file_that_is_switched_to_at_the_end(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "旧文")])
    before = engine.files.current()

    def batches() -> Iterator[list[Document]]:
        assert found(engine, "旧文") == [1]
        yield [page(1, "新文")]

    assert engine.rebuild(batches()) == 1
    assert files.generation_of(engine.files.current()) == files.generation_of(before) + 1
    assert engine.files.all() == [engine.files.current()]
    assert (found(engine, "旧文"), found(engine, "新文")) == ([], [1])


def test_a_rebuild_that_was_killed_leaves_the_old_index_and_is_cleared_by_the_next(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "旧文")])

    def batches() -> Iterator[list[Document]]:
        yield [page(1, "半截")]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.rebuild(batches())
    assert found(engine, "旧文") == [1]
    engine.rebuild([[page(1, "新文")]])
    assert found(engine, "半截") == []
    assert len(engine.files.all()) == 1


def test_only_one_rebuild_at_a_time(engine: EmbeddedEngine) -> None:
    with engine.files.rebuilding(), pytest.raises(BlockingIOError):
        engine.rebuild([])


def test_searches_while_another_connection_writes(engine: EmbeddedEngine) -> None:
    engine.put([page(1, "合同")])
    writer = files.connect(engine.files.current())
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert found(engine, "合同") == [1]
    finally:
        writer.close()


def _write_many(link: Path, first: int) -> None:
    engine = EmbeddedEngine(link)
    for number in range(first, first + 20):
        engine.put([page(number, f"合同第{number}页"), page(0, f"共有{number}", number + 1)])


def test_processes_that_write_at_once_lose_nothing(engine: EmbeddedEngine) -> None:
    engine.files.current()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(engine.files.link, first)) for first in (1, 21)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert found(engine, "合同") == list(range(1, 41))
    assert found(engine, "共有") == [0]
    assert engine.versions(Kind.PAGE, [0])[0] in (21, 41)
    with sqlite3.connect(engine.files.current()) as connection:
        connection.execute("INSERT INTO page_fts(page_fts) VALUES ('integrity-check')")
