"""The demonstration goes through the real pipeline: received, split, read, filed; once, however often it is asked for."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from dms.config.demonstration import scans
from dms.config.demonstration.organisation import load_organisation
from dms.config.demonstration.people import PASSWORD
from dms.core.workers import Loop
from dms.holdings.models import Item, Page
from dms.intake.models import ReceivedFile
from dms.organisation.models import User
from ocr.services import export_texts
from tests.database import lay_out_file

# One that lies across and one with a blank back, one born digital: the forms of the first five scans in turn.
COUNT = 5
PROJECT = Path(__file__).resolve().parents[2]


def demonstrate(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("demonstrate", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def pairs(text: str) -> set[str]:
    joined = re.sub(r"\s", "", text)
    return {
        joined[at : at + 2] for at in range(len(joined) - 1) if re.fullmatch(r"[\u4e00-\u9fff]{2}", joined[at : at + 2])
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("B1")
def test_scans_are_received_read_completed_and_filed_once():
    first = demonstrate(scans=COUNT, no_wait=True)
    assert (first["dossiers"], first["files"], first["files_waiting"]) == (12, COUNT, COUNT)

    work_until_idle()
    demonstrate(scans=COUNT, no_wait=True)
    # Entries were completed: what stands on them is indexed anew.
    work_until_idle()
    demonstrate(scans=COUNT, no_wait=True)
    # So are the entries of the volume that was closed.
    work_until_idle()
    second = demonstrate(scans=COUNT)
    chosen = scans.chosen_scans(COUNT)
    truths = scans.page_truths(chosen)
    assert second["pages"] == sum(len(pages) for pages in truths.values())
    assert second["blank"] == sum(not page for pages in truths.values() for page in pages)
    assert (second["failed"], second["files_refused"], second["to_do"]) == (0, 0, 0)
    assert (second["volumes"] >= 3, second["closed_volumes"]) == (True, 1)
    for scan in chosen:
        item = Item.objects.get(received_files__name=scan.file_name)
        assert (item.title, item.document_date, item.state) == (scan.title, scan.day, "filed")
        assert item.section is not None
        assert item.section.code == scan.paper.section
    assert_words_were_read(truths)

    before = row_counts()
    assert demonstrate(scans=COUNT) == second
    assert row_counts() == before


def work_until_idle() -> None:
    assert not Loop("tests:1", stopping=lambda: False).run(until_idle=True, patience=120).gave_up


def assert_words_were_read(truths: dict[str, list[str]]) -> None:
    house = load_organisation()
    texts: dict[str, str] = {}
    for dossier in house.dossiers.values():
        texts |= export_texts(number=dossier.number, acting_user=house.people["archivist"])
    for name, pages in truths.items():
        wanted = pairs("\n".join(pages))
        assert len(wanted & pairs(texts[name])) / len(wanted) > 0.8, name


def row_counts() -> dict[str, int]:
    """Rows of everything but the journal (looking at the texts is journalled) and what processes say of themselves."""
    rooms = ("dms.vault", "dms.organisation", "dms.clearance", "dms.holdings", "dms.arrangement", "dms.intake")
    models = [model for model in apps.get_models() if model.__module__.startswith(rooms)]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.mark.django_db
def test_production_refuses_the_demonstration(settings: Any):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="not loaded into production"):
        call_command("demonstrate")
    assert (User.objects.count(), ReceivedFile.objects.count(), Page.objects.count()) == (0, 0, 0)


@pytest.mark.usefixtures("django_db_setup")
def test_as_a_program_it_brings_its_own_workers_and_ends(tmp_path: Path):
    environment = {
        **os.environ,
        "JUANZONG_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "dms.config.settings.dev",
    }
    for name in ("JUANZONG_POSTGRES_DB", "JUANZONG_MASTER_KEY", "JUANZONG_MASTER_KEY_FILE"):
        environment.pop(name, None)

    def manage(*arguments: str) -> str:
        command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    if connection.vendor == "sqlite":
        lay_out_file(tmp_path / "juanzong.sqlite3")
    manage("migrate", "--no-input", "--verbosity", "0")
    summary = json.loads(manage("demonstrate", "--scans", "1", "--workers", "1", "--json"))
    assert (summary["files"], summary["waiting"], summary["files_waiting"], summary["failed"]) == (1, 0, 0, 0)
    assert summary["recognised"] >= 1
    assert summary["password"] == PASSWORD
