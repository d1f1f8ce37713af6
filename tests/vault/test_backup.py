"""A backup brings everything back into an empty place, except what was destroyed, and says so when it cannot (D3)."""

import fcntl
import json
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyrage import x25519

from .processes import run_deed

pytestmark = pytest.mark.rule("D3")

PAGES = ["合同 page 1", "合同 page 2", "付款凭证", ""]


@dataclass(frozen=True)
class Dossier:
    """A small house with four stored files, and a folder with a backup of it."""

    house: Path
    folder: Path
    made: dict
    ids: list[str]
    rows: dict
    state: dict

    @property
    def master(self):
        """Return the environment of a new house that has this one's master key."""
        return {"JUANZONG_MASTER_KEY_FILE": str(self.house / "master-key" / "master.age")}

    @property
    def contents(self):
        """Return what the files hold, by id."""
        return dict(zip(self.ids, PAGES, strict=True))

    def copy_of(self, file_id):
        """Return where the backup keeps a ciphertext."""
        return self.folder / "vault" / file_id[:3] / f"{file_id.replace('-', '')}.age"

    def original_of(self, file_id):
        """Return where the house keeps a ciphertext."""
        return self.house / "vault" / file_id[:3] / f"{file_id.replace('-', '')}.age"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Make a dossier and its first backup once, to be copied."""
    root = tmp_path_factory.mktemp("dossier")
    (root / "house").mkdir()
    facts = run_deed(root / "house", "dossier", contents=PAGES)
    return Dossier(root / "house", root / "backup", back_up(root / "house", root / "backup"), **facts)


@pytest.fixture
def dossier(prepared, tmp_path):
    """Return a dossier with its first backup, to be harmed at will."""
    for part in ("house", "backup"):
        shutil.copytree(prepared.house.parent / part, tmp_path / part)
    return replace(prepared, house=tmp_path / "house", folder=tmp_path / "backup")


def back_up(house, folder, *options, environment=None):
    """Run the backup command; return what it said."""
    return run_deed(house, "command", name="backup", arguments=[str(folder), *options], environment=environment)


def restore(house, folder, *options, environment=None):
    """Run the restore command into the house; return what it said and what is there then."""
    return run_deed(house, "restore", arguments=[str(folder), *options], environment=environment)


def changed(path):
    """Change the last byte of a file to another, whatever it is."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def test_everything_comes_back_in_an_empty_place_that_has_no_database_yet(dossier, tmp_path):
    assert dossier.made["code"] == 0
    assert dossier.made["said"]["files"] == {"copied": 4, "kept": 0, "removed": 0}
    assert [dossier.made["said"][fact] for fact in ("keys", "tombstones", "faults")] == [4, 0, []]

    restored = restore(tmp_path / "new", dossier.folder, environment=dossier.master)
    assert restored["code"] == 0
    assert restored["said"] == {
        "set": dossier.made["said"]["set"], "files": 4, "keys": 4, "tombstones": 0, "destroyed": 0, "checked": 4,
        "faults": [],
    }  # fmt: skip
    assert restored["contents"] == dossier.contents
    assert restored["rows"] == dossier.rows
    assert restored["state"] == dossier.state
    assert not (tmp_path / "new" / "keys" / "restore-unfinished").exists()


def test_a_second_backup_copies_only_what_is_new(dossier):
    run_deed(dossier.house, "store_some", contents=["维修单"])
    second = back_up(dossier.house, dossier.folder)["said"]
    assert second["files"] == {"copied": 1, "kept": 4, "removed": 0}
    first = dossier.made["said"]["set"]
    assert first < second["set"]
    assert sorted(path.name for path in (dossier.folder / "sets").iterdir()) == [first, second["set"]]
    assert len(list((dossier.folder / "vault").rglob("*.age"))) == 5


@pytest.mark.rule("E6")
def test_an_older_set_cannot_raise_the_dead(dossier, tmp_path):
    old, dead, alive = dossier.made["said"]["set"], dossier.ids[:2], dossier.ids[2:]
    second = run_deed(
        dossier.house, "destroy_and_back_up", ids=dead, reason="register 7, line 2", folder=str(dossier.folder)
    )
    assert second["said"]["files"] == {"copied": 0, "kept": 2, "removed": 2}

    restored = restore(tmp_path / "new", dossier.folder, "--set", old, environment=dossier.master)
    assert restored["code"] == 0
    assert (restored["said"]["files"], restored["said"]["destroyed"]) == (2, 2)
    assert restored["contents"] == {file_id: dossier.contents[file_id] for file_id in alive}
    assert [restored["rows"][file_id]["because"] for file_id in dead + alive] == ["register 7, line 2"] * 2 + [""] * 2
    assert [restored["rows"][file_id]["gone"] for file_id in dead + alive] == [True, True, False, False]


@pytest.mark.rule("E6")
@pytest.mark.parametrize("form", ["key store", "list"])
def test_tombstones_newer_than_the_backup_are_replayed_from_a_survivor(dossier, tmp_path, form):
    elsewhere = tmp_path / "elsewhere"
    run_deed(dossier.house, "destroy_and_back_up", ids=dossier.ids[:1], reason="register 8", folder=str(elsewhere))
    survivor = dossier.house / "keys" / "keys.sqlite3"
    if form == "list":
        [survivor] = (elsewhere / "keys").glob("tombstones-*.jsonl")

    given = ("--tombstones", str(survivor))
    restored = restore(tmp_path / "new", dossier.folder, *given, environment=dossier.master)
    assert (restored["code"], restored["said"]["destroyed"]) == (0, 1)
    assert sorted(restored["contents"]) == sorted(dossier.ids[1:])
    assert restored["state"]["tombstones"] == [1, 1]


@pytest.mark.rule("E6")
def test_destroyed_keys_leave_the_backup_with_the_next_one(dossier):
    dead = dossier.ids[0]
    [before] = (dossier.folder / "keys").glob("keys-*.age")
    assert dossier.copy_of(dead).exists()
    second = run_deed(dossier.house, "destroy_and_back_up", ids=[dead], reason="register 8", folder=str(dossier.folder))
    assert second["said"]["keys"] == 3
    [after] = (dossier.folder / "keys").glob("keys-*.age")
    assert after != before
    assert not dossier.copy_of(dead).exists()


@pytest.mark.rule("D1")
def test_nothing_readable_and_no_secret_stands_in_a_backup(dossier):
    master = (dossier.house / "master-key" / "master.age").read_text().strip()
    everything = b"".join(path.read_bytes() for path in dossier.folder.rglob("*") if path.is_file())
    for secret in ("合同", "付款凭证", master, "AGE-SECRET-KEY-", "tests-only"):
        assert secret.encode() not in everything
    for path in [dossier.folder, *dossier.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.rule("D1")
def test_with_a_recipient_the_safe_alone_brings_everything_back_master_key_included(dossier, tmp_path):
    safe, stranger, folder = tmp_path / "safe.txt", tmp_path / "stranger.txt", tmp_path / "sealed to the safe"
    identity = x25519.Identity.generate()
    safe.write_text(f"# kept in the safe\n{identity}\n")
    stranger.write_text(str(x25519.Identity.generate()))
    back_up(dossier.house, folder, environment={"JUANZONG_BACKUP_RECIPIENT": str(identity.to_public())})
    new_master = {"JUANZONG_MASTER_KEY_FILE": str(tmp_path / "new-master" / "master.age")}

    for options in ((), ("--identity", str(stranger))):
        refused = restore(tmp_path / "new", folder, *options, environment=new_master)
        assert refused["code"] == 1
        assert "--identity" in refused["refusal"]
        assert not (tmp_path / "new" / "juanzong.sqlite3").exists()

    done = restore(tmp_path / "new", folder, "--identity", str(safe), environment=new_master)
    assert done["code"] == 0
    assert done["contents"] == dossier.contents
    assert (tmp_path / "new-master" / "master.age").read_bytes() == Path(*dossier.master.values()).read_bytes()


def test_another_master_key_is_refused_before_anything_is_written(dossier, tmp_path):
    wrong = tmp_path / "wrong.age"
    wrong.write_text(str(x25519.Identity.generate()))
    refused = restore(tmp_path / "new", dossier.folder, environment={"JUANZONG_MASTER_KEY_FILE": str(wrong)})
    assert refused["code"] == 1
    assert "cannot be opened with this key" in refused["refusal"]
    assert not any(path.is_file() for path in (tmp_path / "new").rglob("*"))


@pytest.mark.parametrize("taken", ["juanzong.sqlite3", "vault", "keys"])
def test_refuses_a_place_that_is_not_empty_and_changes_nothing(dossier, tmp_path, taken):
    new = tmp_path / "new"
    new.mkdir()
    copy = shutil.copytree if (dossier.house / taken).is_dir() else shutil.copy
    copy(dossier.house / taken, new / taken)
    before = {path: path.read_bytes() for path in new.rglob("*") if path.is_file()}
    refused = restore(new, dossier.folder, environment=dossier.master)
    assert refused["code"] == 1
    assert "only restored into an empty place" in refused["refusal"]
    assert {path: path.read_bytes() for path in new.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("part", ["database.sqlite3", "files.jsonl", "settings.json", "manifest.json", "keys-", "tomb"])
def test_a_changed_part_of_the_backup_is_named_and_refused(dossier, tmp_path, part):
    [path] = [path for path in dossier.folder.rglob("*") if path.name.startswith(part)]
    content = bytearray(path.read_bytes() or b"{}\n")
    content[len(content) // 2] ^= 0x80
    path.write_bytes(content)
    refused = restore(tmp_path / "new", dossier.folder, environment=dossier.master)
    assert refused["code"] == 1
    assert str(path) in refused["refusal"]
    assert not (tmp_path / "new" / "juanzong.sqlite3").exists()


def test_a_damaged_copy_is_refused_unless_accepted_and_then_named(dossier, tmp_path):
    changed(dossier.copy_of(dossier.ids[2]))
    refused = restore(tmp_path / "new", dossier.folder, environment=dossier.master)
    assert refused["code"] == 1
    assert dossier.ids[2] in refused["refusal"]
    assert "--despite-damage" in refused["refusal"]
    assert not (tmp_path / "new" / "juanzong.sqlite3").exists()

    accepted = restore(tmp_path / "new", dossier.folder, "--despite-damage", environment=dossier.master)
    assert accepted["code"] == 1
    assert accepted["said"]["faults"] == [{"file": dossier.ids[2], "fault": "changed_ciphertext", "place": ""}]


def test_a_damaged_copy_is_replaced_by_a_backup_that_verifies(dossier):
    path = dossier.copy_of(dossier.ids[2])
    changed(path)
    assert back_up(dossier.house, dossier.folder)["said"]["files"]["copied"] == 0
    assert back_up(dossier.house, dossier.folder, "--verify")["said"]["files"]["copied"] == 1
    assert path.read_bytes() == dossier.original_of(dossier.ids[2]).read_bytes()


@pytest.mark.rule("D2")
def test_a_file_damaged_in_the_vault_is_named_and_never_replaces_a_good_copy(dossier, tmp_path):
    [late] = run_deed(dossier.house, "store_some", contents=["late"])
    changed(dossier.original_of(dossier.ids[2]))
    changed(dossier.original_of(late))
    made = back_up(dossier.house, dossier.folder)
    assert made["code"] == 1
    assert made["said"]["faults"] == [{"file": late, "fault": "changed_ciphertext"}]
    restored = restore(tmp_path / "new", dossier.folder, "--despite-damage", environment=dossier.master)
    assert restored["said"]["faults"] == [{"file": late, "fault": "missing_file", "place": ""}]


def test_an_unfinished_set_is_ignored_and_cleared_by_the_next_backup(dossier, tmp_path):
    half = dossier.folder / "sets" / "20990101T000000Z-01"
    half.mkdir()
    (half / "database.sqlite3").write_bytes(b"half")
    restored = restore(tmp_path / "new", dossier.folder, environment=dossier.master)
    assert restored["said"]["set"] == dossier.made["said"]["set"]
    back_up(dossier.house, dossier.folder)
    assert not half.exists()


def test_an_interrupted_restore_goes_on_when_run_again(dossier, tmp_path):
    new = tmp_path / "new"
    restore(new, dossier.folder, environment=dossier.master)
    # As if it had been killed after the keys and two of the files, before the database.
    for path in [*new.glob("juanzong.sqlite3*"), *list((new / "vault").rglob("*.age"))[:2]]:
        path.unlink()
    assert restore(new, dossier.folder, environment=dossier.master)["code"] == 1
    (new / "keys" / "restore-unfinished").write_text(dossier.made["said"]["set"])
    again = restore(new, dossier.folder, environment=dossier.master)
    assert again["code"] == 0
    assert again["contents"] == dossier.contents


def test_a_folder_without_a_backup_is_refused_in_words(dossier, tmp_path):
    refused = restore(tmp_path / "new", tmp_path / "nothing", environment=dossier.master)
    assert (refused["code"], refused["refusal"]) == (1, "There is no such set in this folder.")
    refused = restore(tmp_path / "new", dossier.folder, "--set", "../keys", environment=dossier.master)
    assert refused["code"] == 1
    assert dossier.made["said"]["set"] in refused["refusal"]


def test_the_copied_database_is_whole_and_speaks_of_the_listed_files(dossier):
    place = dossier.folder / "sets" / dossier.made["said"]["set"]
    assert sorted(path.name for path in place.iterdir()) == [
        "database.sqlite3", "files.jsonl", "manifest.json", "settings.json",
    ]  # fmt: skip
    with closing(sqlite3.connect(place / "database.sqlite3")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM vault_storedfile").fetchone() == (4,)
    listed = [json.loads(line)["id"] for line in (place / "files.jsonl").read_text().splitlines()]
    assert sorted(listed) == sorted(dossier.ids)
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["counts"] == {"files": 4, "keys": 4, "tombstones": 0}
    assert manifest["left_out"] == ["search index"]


def test_of_two_backups_at_once_into_one_folder_the_second_is_refused(dossier):
    with open(dossier.folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = back_up(dossier.house, dossier.folder)
    assert refused["code"] == 1
    assert "Another backup" in refused["refusal"]
    assert len(list((dossier.folder / "sets").iterdir())) == 1


def test_of_many_sets_the_newest_stay_and_ciphertexts_nobody_speaks_of_go(dossier, tmp_path):
    stray = dossier.folder / "vault" / "0ff" / f"0ff{'0' * 29}.age"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"of a set that is gone")
    first = dossier.made["said"]["set"]
    second = back_up(dossier.house, dossier.folder)["said"]
    third = back_up(dossier.house, dossier.folder, "--keep", "2")["said"]
    assert (second["pruned"], third["pruned"]) == ([], [first])
    assert sorted(path.name for path in (dossier.folder / "sets").iterdir()) == [second["set"], third["set"]]
    assert not stray.exists()
    restored = restore(tmp_path / "new", dossier.folder, "--set", second["set"], environment=dossier.master)
    assert restored["contents"] == dossier.contents


def test_where_a_list_was_changed_no_ciphertext_goes(dossier):
    back_up(dossier.house, dossier.folder)
    changed(dossier.folder / "sets" / dossier.made["said"]["set"] / "files.jsonl")
    stray = dossier.folder / "vault" / "0ff" / f"0ff{'0' * 29}.age"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"spoken of by nobody")
    refused = back_up(dossier.house, dossier.folder, "--keep", "9")
    assert "files.jsonl" in refused["refusal"]
    assert stray.exists()
    assert all(dossier.copy_of(one).exists() for one in dossier.ids)


def test_the_journals_anchors_come_back_and_newer_ones_stay(dossier, tmp_path):
    anchors = dossier.house / "journal-anchors.txt"
    anchors.write_text("2026-01-01 1 aa 1\n")
    back_up(dossier.house, dossier.folder)
    restore(tmp_path / "new", dossier.folder, environment=dossier.master)
    assert (tmp_path / "new" / "journal-anchors.txt").read_text() == "2026-01-01 1 aa 1\n"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "journal-anchors.txt").write_text("newer\n")
    restore(tmp_path / "other", dossier.folder, environment=dossier.master)
    assert (tmp_path / "other" / "journal-anchors.txt").read_text() == "newer\n"
