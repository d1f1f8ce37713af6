"""Each kind of tampering is named, with the entry or seal it was done to; a journal nobody touched is whole."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from dms.journal import sealing, verifying
from dms.journal.models import JournalEntry, JournalSeal
from dms.journal.services import record
from dms.journal.verifying import Fault

from .flushing import guards_lifted
from .tampering import a_sealed_journal, database_shell, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C6")]

COPY = (
    "INSERT INTO journal_journalentry (at, actor_id, actor_name, actor_post, action, refused, thing_type, thing_id, "
    "thing_label, facts, sealed, sealed_key, address, stamp) SELECT at, actor_id, actor_name, actor_post, action, "
    "refused, thing_type, thing_id, thing_label, facts, sealed, sealed_key, address, %s "
    "FROM journal_journalentry WHERE id = %s"
)


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path: Path) -> Path:
    settings.JOURNAL_ANCHOR_FILE = tmp_path / "elsewhere" / "anchors.txt"
    return settings.JOURNAL_ANCHOR_FILE


@pytest.fixture(autouse=True)
def seals_without_entries_are_gone_in_the_end(db):
    """The test's transaction is checked before it is rolled back."""
    yield
    tamper("DELETE FROM journal_journalseal")


def faults() -> set[tuple[str, int | None, int | None]]:
    return {(fault.kind, fault.seq, fault.entry) for fault in verifying.verify().faults}


def test_a_journal_that_nobody_touched_is_whole() -> None:
    a_sealed_journal()
    sealing.anchor_head()
    record("page.read", by=None)
    report = verifying.verify()
    assert (report.whole, report.verified, report.waiting, report.anchors) == (True, 8, 1, 1)


def test_an_empty_journal_is_whole() -> None:
    assert verifying.verify().whole
    assert sealing.anchor_head() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("actor_id", 99),
        ("actor_name", "王五"),
        ("actor_post", "auditor"),
        ("action", "page.printed"),
        ("refused", True),
        ("thing_type", "x"),
        ("thing_id", "x"),
        ("thing_label", "x"),
        ("facts", '{"n":4 }'),
        ("sealed", b"\x00"),
        ("sealed_key", "12345678123456781234567812345678"),
        ("address", "10.0.0.1"),
        ("stamp", "0" * 48),
    ],
)
def test_names_a_changed_entry_whichever_column_was_changed(column: str, value: object) -> None:
    ids = a_sealed_journal()
    tamper(f"UPDATE journal_journalentry SET {column} = %s WHERE id = %s", [value, ids[4]])
    assert faults() == {("entry changed", 5, ids[4])}


def test_names_a_missing_entry() -> None:
    ids = a_sealed_journal()
    tamper("DELETE FROM journal_journalentry WHERE id = %s", [ids[2]])
    assert faults() == {("entry missing", 3, ids[2])}


def test_names_an_entry_put_in_by_sql_even_when_the_sealer_sealed_it() -> None:
    ids = a_sealed_journal()
    with connection.cursor() as cursor:  # no guard is in the way of an INSERT
        cursor.execute(COPY, ["a" * 48, ids[0]])
    inserted = JournalEntry.objects.latest("id").pk
    assert faults() == {("inserted", None, inserted)}
    sealing.seal_all()
    assert faults() == {("inserted", 9, inserted)}


def test_names_both_where_an_entry_was_put_in_twice_with_its_own_stamp() -> None:
    ids = a_sealed_journal()
    if connection.vendor != "postgresql":
        return  # SQLite's own constraint cannot be dropped without remaking the table
    with database_shell() as cursor:
        cursor.execute("ALTER TABLE journal_journalentry DROP CONSTRAINT journal_journalentry_stamp_key")
        cursor.execute(COPY, [JournalEntry.objects.get(pk=ids[0]).stamp, ids[0]])
    assert faults() == {("inserted", None, ids[0]), ("inserted", None, JournalEntry.objects.latest("id").pk)}


def test_names_a_missing_seal_and_the_entry_it_sealed() -> None:
    ids = a_sealed_journal()
    tamper("DELETE FROM journal_journalseal WHERE seq = 4")
    assert faults() == {("seal missing", 4, None), ("unsealed", None, ids[3])}


def test_names_a_seal_that_was_changed() -> None:
    ids = a_sealed_journal()
    tamper("UPDATE journal_journalseal SET entry_hash = %s WHERE seq = 4", ["b" * 64])
    assert faults() == {("seal changed", 4, ids[3]), ("entry changed", 4, ids[3])}


def test_names_where_the_chain_breaks() -> None:
    ids = a_sealed_journal()
    tamper("UPDATE journal_journalseal SET previous = %s WHERE seq = 4", ["b" * 64])
    assert faults() == {("chain broken", 4, ids[3]), ("seal changed", 4, ids[3])}


def test_two_seals_that_changed_places_are_named() -> None:
    a_sealed_journal()
    with database_shell() as cursor:
        for here, there in ((2, 100), (3, 2), (100, 3)):
            cursor.execute("UPDATE journal_journalseal SET seq = %s WHERE seq = %s", [there, here])
    assert {fault.seq for fault in verifying.verify().faults} == {2, 3, 4}


def test_a_chain_forged_without_the_key_is_named() -> None:
    ids = a_sealed_journal()
    forged = "1" * 64
    tamper("UPDATE journal_journalentry SET action = 'x' WHERE id = %s", [ids[-1]])
    tamper("UPDATE journal_journalseal SET entry_hash = %s, hash = %s WHERE seq = 8", [forged, forged])
    assert ("seal changed", 8, ids[-1]) in faults()


def test_a_tail_that_was_cut_off_is_named_by_the_anchor() -> None:
    ids = a_sealed_journal()
    sealing.anchor_head()
    with database_shell() as cursor:
        cursor.execute("DELETE FROM journal_journalseal WHERE seq > 6")
        cursor.execute("DELETE FROM journal_journalentry WHERE id > %s", [ids[5]])
    assert faults() == {("truncated", 8, None), ("entries missing", None, None)}


def test_a_tail_cut_off_and_grown_again_does_not_fit_the_anchor() -> None:
    ids = a_sealed_journal()
    sealing.anchor_head()
    with database_shell() as cursor:
        cursor.execute("DELETE FROM journal_journalseal WHERE seq > 6")
        cursor.execute("DELETE FROM journal_journalentry WHERE id > %s", [ids[5]])
    a, b = record("page.read", by=None), record("page.read", by=None)
    sealing.seal_all()
    assert faults() == {("anchor differs", 8, b.pk)}
    assert a.pk < b.pk


@pytest.mark.usefixtures("in_english")
def test_an_anchor_line_that_cannot_be_read_is_named(anchor_file: Path) -> None:
    a_sealed_journal()
    sealing.anchor_head()
    with anchor_file.open("a") as file:
        file.write("what is this\n")
    assert verifying.verify().faults == [Fault("anchor unreadable", detail="line 2")]


def test_guards_that_were_taken_away_are_named() -> None:
    a_sealed_journal()
    with guards_lifted(connection):
        kinds = {fault.kind for fault in verifying.verify().faults}
    assert kinds == {"guard missing"}


@pytest.mark.parametrize("column", ["at", "sealed_key", "facts", "actor_id", "sealed", "thing_id"])
@pytest.mark.parametrize("rubbish", ["2026-13-45 99:99", "no", b"\xff\xfe"])
def test_rubbish_in_a_column_is_named_and_stops_neither_verifier_nor_sealer(column: str, rubbish: object) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL's columns take no rubbish
    ids = a_sealed_journal()
    tamper(f"UPDATE journal_journalentry SET {column} = %s WHERE id = %s", [rubbish, ids[4]])
    assert ("entry changed", 5, ids[4]) in faults()
    tamper("DELETE FROM journal_journalseal WHERE seq >= 5")
    assert sealing.seal_all() == 4
    assert ("inserted", 5, ids[4]) in faults()


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("column", ["seq", "entry_id"])
def test_words_where_a_seal_has_a_number_are_named(column: str) -> None:
    if connection.vendor != "sqlite":
        return
    ids = a_sealed_journal()
    tamper(f"UPDATE journal_journalseal SET {column} = 'x' WHERE seq = 8")
    found = verifying.verify().faults
    assert Fault("seal changed", detail=f"number {'x' if column == 'seq' else 8!r}, entry {ids[7]}") in found or (
        Fault("seal changed", detail="number 8, entry 'x'") in found
    )
    assert ("unsealed", ids[7]) in {(fault.kind, fault.entry) for fault in found} or column == "seq"


def test_verification_reads_on_after_any_number_of_entries(monkeypatch) -> None:
    monkeypatch.setattr(verifying, "CHUNK", 3)
    ids = a_sealed_journal(10)
    assert verifying.verify().verified == 10
    tamper("DELETE FROM journal_journalentry WHERE id IN (%s, %s)", [ids[2], ids[8]])
    assert faults() == {("entry missing", 3, ids[2]), ("entry missing", 9, ids[8])}


def command(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_journal", *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_seals_what_waits_and_says_that_all_is_whole() -> None:
    a_sealed_journal()
    record("page.read", by=None)
    code, text = command("--json")
    assert code == 0
    assert json.loads(text) == {"whole": True, "verified": 9, "waiting": 0, "anchors": 0, "faults": []}
    assert JournalSeal.objects.count() == 9


def test_the_command_can_be_told_to_write_nothing() -> None:
    record("page.read", by=None)
    assert command("--no-seal", "--json")[0] == 0
    assert not JournalSeal.objects.exists()


@pytest.mark.usefixtures("in_english")
def test_the_command_names_the_fault_and_ends_with_one() -> None:
    ids = a_sealed_journal()
    tamper("UPDATE journal_journalentry SET action = 'x' WHERE id = %s", [ids[0]])
    code, text = command()
    assert code == 1
    assert f"entry {ids[0]} was changed (seal 1)" in text
    assert json.loads(command("--json")[1])["faults"][0]["entry"] == ids[0]


def test_the_command_speaks_the_language_of_the_installation_and_to_programs_in_stable_words() -> None:
    ids = a_sealed_journal()
    tamper("UPDATE journal_journalentry SET action = 'x' WHERE id = %s", [ids[0]])
    text = command()[1]
    assert f"第 {ids[0]} 条" in text
    assert "was changed" not in text
    assert "项故障" in text
    assert json.loads(command("--json")[1])["faults"][0]["kind"] == "entry changed"


def test_after_a_fault_the_command_seals_nothing() -> None:
    ids = a_sealed_journal()
    tamper("DELETE FROM journal_journalseal WHERE seq = 2")
    command()
    assert JournalSeal.objects.count() == 7
    assert ids
